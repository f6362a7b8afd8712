//! Each state of a file beside what runs.

use std::path::Path;

use super::*;
use crate::connector::load_file;

const FILE: &str = "id = \"entra-main\"
locale = \"de-DE\"
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

fn loaded(folder: &Path, name: &str, text: &str) -> Box<Loaded> {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    load_file(&path).result.unwrap()
}

fn settled(state: SettledState) -> Settled {
    Settled {
        name: "entra".to_owned(),
        path: "entra.toml".into(),
        id: None,
        state,
    }
}

#[test]
fn a_good_file_is_compared_with_what_runs() {
    let folder = tempfile::tempdir().unwrap();
    let running = loaded(folder.path(), "entra.toml", FILE);
    let of = |running: Option<&Loaded>, name: &str, text: &str| {
        let file = loaded(folder.path(), name, text);
        verdict(running, settled(SettledState::Good(file)))
    };
    let commented = format!("# mine\n{FILE}");
    assert!(matches!(of(None, "entra.toml", FILE), Verdict::Changed(_)));
    let beside = |name, text: &str| of(Some(&running), name, text);
    assert!(matches!(beside("entra.toml", FILE), Verdict::Same));
    assert!(matches!(beside("entra.toml", &commented), Verdict::Same));
    let renamed = beside("people.toml", FILE);
    assert!(matches!(renamed, Verdict::Changed(new) if new.connector.name == "people"));
    let other = FILE.replace("\"department\"", "\"division\"");
    assert!(matches!(beside("entra.toml", &other), Verdict::Changed(_)));
    let less = FILE.replace("locale = \"de-DE\"\n", "");
    let Verdict::TakesAway(_, taken) = beside("entra.toml", &less) else {
        panic!("it takes the locale away");
    };
    assert_eq!(taken[0].to_string(), "`locale`");
    let stranger = FILE.replace("entra-main", "other");
    let Verdict::TakesAway(_, taken) = beside("entra.toml", &stranger) else {
        panic!("it is another connector");
    };
    assert_eq!(taken[0].to_string(), "connector `entra-main`");
}

#[test]
fn nothing_else_is_a_change() {
    let folder = tempfile::tempdir().unwrap();
    let running = loaded(folder.path(), "entra.toml", FILE);
    let of = |state| verdict(Some(&running), settled(state));
    assert!(matches!(of(SettledState::Gone), Verdict::Gone));
    let waiting = SettledState::Waiting(Waits::NoLineEnd);
    assert!(matches!(of(waiting), Verdict::Waiting(Waits::NoLineEnd)));
    let mistake = Mistake::of_file("entra.toml", "wrong");
    let Verdict::Wrong(mistakes) = of(SettledState::Wrong(vec![mistake.clone()])) else {
        panic!("wrong");
    };
    assert_eq!(mistakes, [mistake]);
}
