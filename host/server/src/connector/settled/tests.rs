//! Files that are written, cut, renamed and removed while they are read; no test waits.

use super::super::{Verdict, verdict};
use super::*;

const FILE: &str = "id = \"entra-main\"
[source]
provider = \"entra\"
[target.jira]
product = \"jira-data-center\"
url = \"https://jira.example.com\"
credential = { kind = \"bearer\", token = { file = \"jira.token\" } }
match = [{ source = \"mail\", target = \"email\" }]
[target.jira.map]
Department = \"department\"
";

/// A folder, and the time that passes in it.
struct Folder {
    dir: tempfile::TempDir,
    settling: Settling,
    now: Duration,
}

impl Folder {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            settling: Settling::default(),
            now: Duration::from_secs(100),
        }
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The states after so many milliseconds: `entra: good`.
    fn after(&mut self, milliseconds: u64) -> Vec<String> {
        let told = self.settled(milliseconds);
        told.iter().map(line).collect()
    }

    fn settled(&mut self, milliseconds: u64) -> Vec<Settled> {
        self.now += Duration::from_millis(milliseconds);
        self.settling.observe(self.dir.path(), self.now).unwrap()
    }
}

fn line(settled: &Settled) -> String {
    let state = match &settled.state {
        SettledState::Waiting(Waits::Fresh) => "fresh",
        SettledState::Waiting(Waits::NoLineEnd) => "no line end",
        SettledState::Waiting(Waits::SharedId(_)) => "shared",
        SettledState::Good(_) => "good",
        SettledState::Wrong(_) => "wrong",
        SettledState::Gone => "gone",
    };
    format!("{}: {state}", settled.name)
}

#[test]
fn a_file_counts_when_it_was_the_same_for_half_a_second() {
    let mut folder = Folder::new();
    assert!(folder.after(0).is_empty());
    assert!(!folder.settling.is_waiting());
    folder.write("entra.toml", FILE);
    assert_eq!(folder.after(0), ["entra: fresh"]);
    assert!(folder.settling.is_waiting());
    assert_eq!(folder.after(499), ["entra: fresh"]);
    assert_eq!(folder.after(1), ["entra: good"]);
    assert!(!folder.settling.is_waiting());
    folder.write("entra.toml", FILE.replace("department", "division"));
    assert_eq!(folder.after(10_000), ["entra: fresh"], "not the same twice");
    folder.write("entra.toml", FILE);
    assert_eq!(folder.after(400), ["entra: fresh"]);
    assert_eq!(folder.after(400), ["entra: fresh"], "it began anew");
    assert_eq!(folder.after(100), ["entra: good"]);
    assert_eq!(folder.after(15_000), ["entra: good"], "told each time");
}

#[test]
fn a_file_without_a_line_end_waits_for_its_writer() {
    let mut folder = Folder::new();
    let cut = FILE.strip_suffix('\n').unwrap();
    for text in [cut, "", "# half a com", "id = \"x"] {
        folder.write("entra.toml", text);
        assert_eq!(folder.after(1), ["entra: fresh"]);
        assert_eq!(folder.after(500), ["entra: no line end"], "{text:?}");
        assert!(!folder.settling.is_waiting(), "looking again helps nobody");
    }
    folder.write("entra.toml", b"id = \"\xc3");
    folder.after(1);
    assert_eq!(
        folder.after(500),
        ["entra: no line end"],
        "half a character"
    );
    folder.write("entra.toml", "wrong = \n");
    folder.after(1);
    assert_eq!(folder.after(500), ["entra: wrong"]);
}

#[test]
fn a_file_that_an_option_names_is_part_of_what_must_stand_still() {
    let mut folder = Folder::new();
    let row = "X = { from = \"a\", use = \"lookup.table\", table = { file = \"t.csv\" } }\n";
    folder.write("entra.toml", format!("{FILE}{row}"));
    folder.write("t.csv", "1,2\n");
    folder.after(0);
    assert_eq!(folder.after(500), ["entra: good"]);
    folder.write("t.csv", "1,3\n");
    assert_eq!(folder.after(500), ["entra: fresh"]);
    assert_eq!(folder.after(500), ["entra: good"]);
    std::fs::remove_file(folder.path("t.csv")).unwrap();
    assert_eq!(folder.after(500), ["entra: fresh"]);
    assert_eq!(folder.after(500), ["entra: wrong"]);
    folder.write("t.csv", "1,3\n");
    assert_eq!(folder.after(500), ["entra: fresh"]);
    assert_eq!(folder.after(500), ["entra: good"]);
}

#[test]
fn a_deleted_file_is_gone_after_a_while_and_until_it_is_forgotten() {
    let mut folder = Folder::new();
    folder.write("entra.toml", FILE);
    folder.after(0);
    folder.after(500);
    std::fs::remove_file(folder.path("entra.toml")).unwrap();
    assert_eq!(folder.after(0), ["entra: fresh"]);
    assert!(folder.settling.is_waiting());
    // An editor that moves the old file away and writes a new one.
    folder.write("entra.toml", FILE);
    assert_eq!(folder.after(100), ["entra: fresh"]);
    assert_eq!(folder.after(500), ["entra: good"]);
    std::fs::remove_file(folder.path("entra.toml")).unwrap();
    folder.after(0);
    let gone = folder.settled(500);
    assert_eq!(line(&gone[0]), "entra: gone");
    assert_eq!(gone[0].id.as_deref(), Some("entra-main"));
    assert!(!folder.settling.is_waiting());
    assert_eq!(folder.after(15_000), ["entra: gone"]);
    let path = folder.path("entra.toml");
    folder.settling.forget(&path);
    assert!(folder.after(500).is_empty());
}

#[test]
fn a_missing_folder_has_no_files_and_an_unreadable_one_says_nothing() {
    let mut folder = Folder::new();
    folder.write("entra.toml", FILE);
    folder.after(0);
    folder.after(500);
    let file = folder.path("entra.toml");
    assert!(
        folder.settling.observe(&file, folder.now).is_err(),
        "no folder"
    );
    assert_eq!(folder.after(0), ["entra: good"]);
    let none = folder.path("none");
    let told = folder.settling.observe(&none, folder.now).unwrap();
    assert_eq!(line(&told[0]), "entra: fresh");
}

#[test]
fn a_file_that_nobody_heard_of_goes_in_silence() {
    let mut folder = Folder::new();
    folder.write("draft.toml", FILE);
    assert_eq!(folder.after(0), ["draft: fresh"]);
    std::fs::remove_file(folder.path("draft.toml")).unwrap();
    assert_eq!(folder.after(100), ["draft: fresh"]);
    assert!(folder.after(500).is_empty());
}

#[test]
fn a_renamed_file_is_not_gone() {
    let mut folder = Folder::new();
    folder.write("entra.toml", FILE);
    folder.after(0);
    let running = folder.settled(500).remove(0);
    let SettledState::Good(running) = running.state else {
        panic!("good");
    };
    std::fs::rename(folder.path("entra.toml"), folder.path("people.toml")).unwrap();
    assert_eq!(folder.after(0), ["entra: fresh", "people: fresh"]);
    let mut told = folder.settled(500);
    let lines: Vec<String> = told.iter().map(line).collect();
    assert_eq!(lines, ["people: good"]);
    let Verdict::Changed(renamed) = verdict(Some(&running), told.remove(0)) else {
        panic!("a new name");
    };
    assert_eq!(renamed.connector.name, "people");
    assert_eq!(renamed.revision(), running.revision());
}

#[test]
fn two_files_with_one_id_are_wrong_when_both_stand_still() {
    let mut folder = Folder::new();
    folder.write("a.toml", FILE);
    folder.after(0);
    assert_eq!(folder.after(500), ["a: good"]);
    folder.write("b.toml", FILE);
    folder.write("c.toml", FILE.replace("entra-main", "other"));
    assert_eq!(folder.after(0), ["a: shared", "b: fresh", "c: fresh"]);
    assert_eq!(folder.after(500), ["a: wrong", "b: wrong", "c: good"]);
    // Neither of them is, however long one is not whole.
    folder.write("b.toml", FILE.strip_suffix('\n').unwrap());
    folder.after(0);
    assert_eq!(
        folder.after(500),
        ["a: shared", "b: no line end", "c: good"]
    );
    std::fs::remove_file(folder.path("b.toml")).unwrap();
    assert_eq!(folder.after(0), ["a: good", "b: fresh", "c: good"]);
    assert_eq!(folder.after(500), ["a: good", "c: good"]);
}

#[test]
fn a_swapped_config_map_is_a_change_of_all_its_files_at_once() {
    use std::os::unix::fs::symlink;
    let mut folder = Folder::new();
    let row = "X = { from = \"a\", use = \"lookup.table\", table = { file = \"t.csv\" } }\n";
    for (version, table) in [("..1", "1,2\n"), ("..2", "1,2\n"), ("..3", "1,3\n")] {
        std::fs::create_dir(folder.path(version)).unwrap();
        folder.write(&format!("{version}/entra.toml"), format!("{FILE}{row}"));
        folder.write(&format!("{version}/t.csv"), table);
    }
    symlink("..data/entra.toml", folder.path("entra.toml")).unwrap();
    symlink("..data/t.csv", folder.path("t.csv")).unwrap();
    let swap = |folder: &Folder, version: &str| {
        symlink(version, folder.path("..draft")).unwrap();
        std::fs::rename(folder.path("..draft"), folder.path("..data")).unwrap();
    };
    swap(&folder, "..1");
    folder.after(0);
    assert_eq!(folder.after(500), ["entra: good"]);
    swap(&folder, "..2");
    assert_eq!(
        folder.after(0),
        ["entra: good"],
        "the same content elsewhere"
    );
    swap(&folder, "..3");
    assert_eq!(folder.after(0), ["entra: fresh"]);
    assert_eq!(folder.after(500), ["entra: good"]);
}
