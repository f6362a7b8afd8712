//! A large connector file that is cut at every byte, or loses a line: never is that taken for a
//! change like any other.
//!
//! "Taken" is what goes on by itself, without `attune connector accept`.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml allows it in tests; these functions serve nothing else"
)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use attune_server::connector::{
    Loaded, SAME_FOR, SettledState, Settling, Verdict, load_file, taken_away, verdict,
};
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};

/// A copy of the case in a folder of its own, where it is written again and again.
struct Company {
    folder: tempfile::TempDir,
    text: String,
    whole: Box<Loaded>,
}

impl Company {
    fn new() -> Self {
        let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/connectors/whole");
        let folder = tempfile::tempdir().unwrap();
        let tables = folder.path().join("tables");
        std::fs::create_dir(&tables).unwrap();
        let table = "departments.csv";
        std::fs::copy(case.join("tables").join(table), tables.join(table)).unwrap();
        let text = std::fs::read_to_string(case.join("connector.toml")).unwrap();
        let path = folder.path().join("contoso.toml");
        std::fs::write(&path, &text).unwrap();
        let whole = load_file(&path).result.unwrap();
        Self {
            folder,
            text,
            whole,
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("contoso.toml")
    }

    fn load(&self, text: impl AsRef<[u8]>) -> Option<Box<Loaded>> {
        std::fs::write(self.path(), text).unwrap();
        load_file(&self.path()).result.ok()
    }

    /// Whether a text would go on by itself although it does not say what the whole file says.
    fn is_missed(&self, text: &str) -> bool {
        let Some(loaded) = self.load(text) else {
            return false;
        };
        // Also in another form: a step may stand in its row, or in a section of its own.
        let says = |loaded: &Loaded| format!("{:?}", loaded.connector);
        let is_same = says(&loaded) == says(&self.whole);
        !is_same && taken_away(&self.whole, &loaded).is_empty()
    }

    /// Lines whose loss makes another value of what they stand in: of text over several lines, and
    /// of a row's steps.
    fn is_value(&self) -> Vec<bool> {
        let mut ends: Option<&str> = None;
        let mut is_value = Vec::new();
        for line in self.text.lines() {
            let line = line.trim();
            let is_end = ends.is_some_and(|end| line == end);
            is_value.push(ends.is_some() && !is_end);
            match ends {
                Some(_) if is_end => ends = None,
                None if line.ends_with("'''") => ends = Some("'''"),
                None if line.ends_with("\"\"\"") => ends = Some("\"\"\""),
                None if line == "steps = [" => ends = Some("]"),
                Some(_) | None => {}
            }
        }
        assert_eq!(ends, None);
        is_value
    }
}

#[test]
fn a_file_that_ends_early_takes_something_away_or_is_wrong() {
    let company = Company::new();
    let ends: Vec<usize> = company
        .text
        .match_indices('\n')
        .map(|(at, _)| at + 1)
        .collect();
    assert!(ends.len() > 200, "a large file");
    let mut good = 0;
    for end in ends {
        let prefix = &company.text[..end];
        assert!(!company.is_missed(prefix), "cut at {end}: {prefix}");
        good += usize::from(company.load(prefix).is_some());
    }
    assert!(good > 20, "many of them are whole files: {good}");
}

#[test]
fn a_file_that_is_written_byte_by_byte_under_the_watcher_is_never_taken_half() {
    let company = Company::new();
    let mut settling = Settling::default();
    let mut now = Duration::ZERO;
    let mut look = |text: &[u8]| {
        std::fs::write(company.path(), text).unwrap();
        let mut last = None;
        for _ in 0..2 {
            last = settling.observe(company.folder.path(), now).unwrap().pop();
            now += SAME_FOR;
        }
        last.unwrap()
    };
    let bytes = company.text.as_bytes();
    let (mut waited, mut wrong, mut held, mut same) = (0, 0, 0, 0);
    for end in 0..=bytes.len() {
        let is_line = end > 0 && bytes[end - 1] == b'\n';
        // Reading the file anew for each byte of a line says the same each time.
        if !is_line && end % 11 != 0 {
            continue;
        }
        let settled = look(&bytes[..end]);
        let is_good = matches!(settled.state, SettledState::Good(_));
        match verdict(Some(&company.whole), settled) {
            Verdict::Waiting(_) => waited += 1,
            Verdict::Wrong(_) => wrong += 1,
            Verdict::TakesAway(..) => held += 1,
            Verdict::Same => same += 1,
            verdict => panic!("cut at {end}: {verdict:?}"),
        }
        assert!(is_line || !is_good, "cut at {end}, in the middle of a line");
    }
    assert!(
        waited > 200 && wrong > 50 && held > 20,
        "{waited} {wrong} {held}"
    );
    assert_eq!(same, 1, "the whole file");
}

#[test]
fn a_file_that_lost_a_line_takes_something_away_or_is_wrong() {
    let company = Company::new();
    let lines: Vec<&str> = company.text.split_inclusive('\n').collect();
    let is_value = company.is_value();
    let without = |lost: &[usize]| -> String {
        let kept = lines
            .iter()
            .enumerate()
            .filter(|(at, _)| !lost.contains(at));
        kept.map(|(_, line)| *line).collect()
    };
    let mut good = 0;
    for at in 0..lines.len() {
        let text = without(&[at]);
        let is_missed = company.is_missed(&text);
        assert!(
            !is_missed || is_value[at],
            "without line {}: {}",
            at + 1,
            lines[at]
        );
        good += usize::from(company.load(&text).is_some());
    }
    assert!(good > 100, "many of them are whole files: {good}");
    // Several lines at once, each anywhere. A step whose first line is among them may be gone whole.
    let is_step = |at: usize| lines[at].trim().ends_with(".steps]]");
    let mut dice = SmallRng::seed_from_u64(20_261_122);
    let mut tried = 0;
    while tried < 2_000 {
        let count = dice.random_range(1..=4);
        let lost: Vec<usize> = (0..count)
            .map(|_| dice.random_range(0..lines.len()))
            .collect();
        if lost
            .iter()
            .all(|at| is_value[*at] || is_comment(lines[*at]))
        {
            continue;
        }
        if lost.iter().any(|at| is_step(*at)) {
            continue;
        }
        tried += 1;
        let is_missed = company.is_missed(&without(&lost));
        assert!(!is_missed, "without lines {lost:?}, from 0");
    }
}

fn is_comment(line: &str) -> bool {
    line.trim().is_empty() || line.trim().starts_with('#')
}
