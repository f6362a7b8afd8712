//! `plugin new`: a project that builds and passes its tests at once, without this repository.
//!
//! The SDK is written into it, because no registry has it: for Rust as a crate of the project's own
//! workspace, with the versions that we build with. Invariant: nothing that exists is overwritten.

use std::fs;
use std::path::{Path, PathBuf};

use attune_bundled::kit;
use attune_wasm::Kind;
use toml_edit::{DocumentMut, Item, value};

use super::project::Language;
use crate::fault::Failure;

/// What to make.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// The plugin's id.
    pub name: &'a str,
    /// What it does.
    pub kind: Kind,
    /// Its language.
    pub language: Language,
}

const TRANSFORM_RS: &str = include_str!("templates/transform.rs.txt");
const PROVIDER_RS: &str = include_str!("templates/provider.rs.txt");
const PLUGIN_JS: &str = include_str!("templates/plugin.js.txt");
const PLUGIN_PY: &str = include_str!("templates/plugin.py.txt");
const CASES: &str = include_str!("templates/cases.toml.txt");
const TRANSFORM_README: &str = include_str!("templates/transform.md.txt");
const PROVIDER_README: &str = include_str!("templates/provider.md.txt");
const IGNORED: &str = "/target\n/node_modules\n/.venv\n__pycache__\n*.wasm\n";
const CONTRACT: &str = "wit/attune-plugin.wit";

/// Makes the project in `dir`, which must not be there or be empty; the files that were written.
pub fn create(dir: &Path, new: New<'_>) -> Result<Vec<PathBuf>, Failure> {
    if !attune_wasm::is_id(new.name) {
        let message = format!("`{}` cannot be a plugin's id", new.name);
        return Err(Failure::of("usage", message)
            .hint("small letters, digits and single hyphens, such as `shout` or `hr-codes`"));
    }
    if new.kind == Kind::Provider && new.language != Language::Rust {
        let message =
            "a provider is written in Rust: the SDKs of JavaScript and Python are for transforms";
        return Err(Failure::of("usage", message).hint("use --lang rust"));
    }
    let is_used = fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    if is_used || dir.is_file() {
        let message = format!("{} is there already", dir.display());
        return Err(Failure::of("usage", message).hint("name another folder with --dir"));
    }
    let mut written = Vec::new();
    for (name, text) in files(new)? {
        let path = dir.join(name);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::write(&path, text))
            .map_err(|error| {
                Failure::of("usage", format!("cannot write {}: {error}", path.display()))
            })?;
        written.push(path);
    }
    Ok(written)
}

/// Every file of the project.
fn files(new: New<'_>) -> Result<Vec<(String, String)>, Failure> {
    let named = |text: &str| {
        text.replace("PLUGIN-ID", new.name)
            .replace("PluginType", &type_name(new.name))
    };
    let mut files = vec![(".gitignore".to_owned(), IGNORED.to_owned())];
    let mut add = |name: &str, text: String| files.push((name.to_owned(), text));
    match new.kind {
        Kind::Transform => {
            add("README.md", named(TRANSFORM_README));
            add("cases/mark.toml", named(CASES));
        }
        Kind::Provider => add("README.md", named(PROVIDER_README)),
    }
    match new.language {
        Language::JavaScript => {
            add("plugin.js", named(PLUGIN_JS));
            add("attune.js", ours("examples/javascript/attune.js")?);
            add(CONTRACT, ours(CONTRACT)?);
        }
        Language::Python => {
            add("plugin.py", named(PLUGIN_PY));
            add("attune.py", ours("examples/python/attune.py")?);
            add(CONTRACT, ours(CONTRACT)?);
        }
        Language::Rust => {
            let source = match new.kind {
                Kind::Transform => TRANSFORM_RS,
                Kind::Provider => PROVIDER_RS,
            };
            add("src/lib.rs", named(source));
            add("Cargo.toml", manifest(new)?);
            add("Cargo.lock", ours("Cargo.lock")?);
            add(&format!("sdk/{CONTRACT}"), ours(CONTRACT)?);
            for (name, text) in attune_bundled::KIT {
                if name.starts_with("sdk/") {
                    // In this repository the contract lies beside the plugins, not in the SDK.
                    add(name, text.replace("\"../../wit\"", "\"wit\""));
                }
            }
        }
    }
    Ok(files)
}

/// The project's own manifest, and that of its workspace with what the SDK takes from there.
fn manifest(new: New<'_>) -> Result<String, Failure> {
    let wrong = |what: &dyn std::fmt::Display| Failure::of("internal", format!("the kit: {what}"));
    let parsed = |text: &str| text.parse::<DocumentMut>().map_err(|error| wrong(&error));
    let mut ours_all = parsed(&ours("Cargo.toml")?)?;
    let sdk = parsed(&ours("sdk/Cargo.toml")?)?;
    let needed = sdk.get("dependencies").and_then(Item::as_table_like);
    let needed: Vec<&str> = needed
        .map(|table| table.iter().map(|(name, _)| name).collect())
        .unwrap_or_default();
    let workspace = ours_all.get_mut("workspace").and_then(Item::as_table_mut);
    let workspace = workspace.ok_or_else(|| wrong(&"no workspace"))?;
    let mut members = toml_edit::Array::new();
    members.push("sdk");
    workspace.insert("members", value(members));
    if let Some(dependencies) = workspace
        .get_mut("dependencies")
        .and_then(Item::as_table_mut)
    {
        dependencies.retain(|name, _| needed.contains(&name));
    }
    if let Some(profiles) = ours_all.get_mut("profile").and_then(Item::as_table_mut) {
        profiles.retain(|name, _| name == "release");
        if let Some(release) = profiles.get_mut("release").and_then(Item::as_table_mut) {
            release.remove("package");
        }
    }
    let more = match new.kind {
        Kind::Transform => "",
        Kind::Provider => "serde_json.workspace = true\n",
    };
    Ok(format!(
        "[package]\nname = \"plugin-{}\"\nversion = \"0.1.0\"\nedition.workspace = true\n\
         rust-version.workspace = true\npublish = false\n\n[lib]\ncrate-type = [\"cdylib\", \
         \"rlib\"]\n\n[dependencies]\nattune-plugin = {{ path = \"sdk\" }}\nserde.workspace = \
         true\n{more}\n# What the SDK beside it takes from here.\n{}",
        new.name,
        ours_all.to_string().trim_start()
    ))
}

fn ours(path: &str) -> Result<String, Failure> {
    let text = kit(path).map(str::to_owned);
    text.ok_or_else(|| Failure::of("internal", format!("the kit has no {path}")))
}

/// `hr-codes` as a type: `HrCodes`.
fn type_name(id: &str) -> String {
    let mut name = String::new();
    for part in id.split('-') {
        let mut letters = part.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}
