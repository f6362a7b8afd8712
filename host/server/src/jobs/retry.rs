//! When a site in maintenance is asked again.

/// The code of a site that is in maintenance, starting, or paused by somebody.
pub const MAINTENANCE: &str = "maintenance";

/// Pauses in minutes; the last one again and again.
const PAUSES_MIN: [i64; 3] = [5, 15, 60];

/// How long to wait after so many tries, in ms.
pub fn pause_ms(tries: i64) -> i64 {
    let at = usize::try_from(tries)
        .unwrap_or(0)
        .min(PAUSES_MIN.len() - 1);
    PAUSES_MIN.get(at).copied().unwrap_or(60) * 60_000
}

/// A pause that is a fifth shorter or longer, so that many do not come at once; always the same for
/// the same seed.
pub fn jittered_ms(pause_ms: i64, seed: &str) -> i64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in seed.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let share = i64::try_from((hash >> 33) % 401).unwrap_or(200) - 200;
    pause_ms + pause_ms / 1000 * share
}

#[cfg(test)]
mod tests {
    use super::{jittered_ms, pause_ms};

    #[test]
    fn pauses_grow_to_an_hour_and_stay_there() {
        let minutes: Vec<i64> = (0..5).map(|tries| pause_ms(tries) / 60_000).collect();
        assert_eq!(minutes, [5, 15, 60, 60, 60]);
    }

    #[test]
    fn a_pause_is_a_fifth_off_at_most_and_not_the_same_for_everybody() {
        let all: Vec<i64> = (0..100)
            .map(|one| jittered_ms(300_000, &one.to_string()))
            .collect();
        assert!(
            all.iter().all(|ms| (240_000..=360_000).contains(ms)),
            "{all:?}"
        );
        let (least, most) = (all.iter().min().unwrap(), all.iter().max().unwrap());
        assert!(most - least > 80_000, "{least} to {most}");
    }
}
