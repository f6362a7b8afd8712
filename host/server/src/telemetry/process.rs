//! This process as the system sees it; nothing where the system has no `/proc`.

/// Numbers of the process.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Process {
    /// Bytes of memory in use.
    pub resident_bytes: u64,
    /// Seconds of processor time.
    pub cpu_seconds: f64,
    /// Open files and connections.
    pub open_files: u64,
}

/// Reads them, now.
pub fn read() -> Option<Process> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let open_files = std::fs::read_dir("/proc/self/fd").ok()?.count() as u64;
    Some(Process {
        resident_bytes: resident(&status)?,
        cpu_seconds: ticks(&stat)? as f64 / rustix::param::clock_ticks_per_second() as f64,
        open_files,
    })
}

fn resident(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// User and system time: fields 14 and 15 of proc(5); the name before them may hold anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_with_blanks_and_brackets_moves_no_field() {
        let stat = "7 (a b) c) S 1 2 3 4 5 6 7 8 9 10 40 2 0 0";
        assert_eq!(super::ticks(stat), Some(42));
        assert_eq!(
            super::resident("Name:\tx\nVmRSS:\t  12 kB\n"),
            Some(12 * 1024)
        );
    }
}
