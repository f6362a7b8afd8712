//! Text that others read names no machine it was written on and no package registry's host.
//!
//! Lock files are left out: they name where packages come from, that is their purpose, and cargo
//! writes them. So is `deny.toml`, which must name the one source that it allows.

use crate::files::{File, has_extension};

/// Hosts are put together here, so that this file does not name them either.
fn hosts() -> [String; 8] {
    let host = |labels: &[&str]| labels.join(".");
    [
        host(&["crates", "io"]),
        host(&["npmjs", "org"]),
        host(&["npmjs", "com"]),
        host(&["pypi", "org"]),
        host(&["pythonhosted", "org"]),
        host(&["debian", "org"]),
        host(&["proxy", "golang", "org"]),
        host(&["maven", "org"]),
    ]
}

/// Folders of the machines that this is written on.
fn folders() -> [String; 6] {
    ["work/", "root/", "home/", "Users/", "tmp/wt", "shared/"].map(|folder| match folder {
        "shared/" => format!("../{folder}"),
        _ => format!("/{folder}"),
    })
}

pub(crate) fn complaints(files: &[File]) -> Vec<String> {
    let (hosts, folders) = (hosts(), folders());
    let mut complaints = Vec::new();
    for file in files {
        let lock = has_extension(&file.path, "lock") || file.path.ends_with("package-lock.json");
        if lock || file.path == "deny.toml" {
            continue;
        }
        for (index, line) in file.text.lines().enumerate() {
            let mut folders = folders.iter().filter(|folder| !is_a_route(file, folder));
            let folder = folders.find(|folder| stands_alone(line, folder));
            let host = hosts.iter().find(|host| line.contains(host.as_str()));
            if let Some(found) = folder.or(host) {
                complaints.push(format!("{}:{}: names `{found}`", file.path, index + 1));
            }
        }
    }
    complaints
}

/// SCIM has its people where some machines have their homes.
fn is_a_route(file: &File, folder: &str) -> bool {
    folder.contains("Users") && file.path.contains("scim")
}

/// Whether a path begins here and is not the inside of a longer one (`/api/root/x`).
fn stands_alone(line: &str, folder: &str) -> bool {
    let inside =
        |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | ')' | '~' | '$');
    line.match_indices(folder)
        .any(|(at, _)| !line.get(..at).unwrap_or_default().ends_with(inside))
}

#[test]
fn machine_or_registry_when_named_is_found() {
    let of = |text: &str| complaints(&[File::new("README.md", text)]).len();
    for host in hosts() {
        assert_eq!(of(&format!("see https://www.{host}/x")), 1, "{host}");
    }
    for folder in folders() {
        assert_eq!(of(&format!("cd {folder}main")), 1, "{folder}");
    }
    assert_eq!(of("GET /api/v1/home/x and a network/root/x"), 0);
    let lock = File::new("Cargo.lock", &hosts()[0]);
    assert!(complaints(&[lock]).is_empty());
}
