//! `plugin build`: the component of a project, by the tools of its language.
//!
//! Rust is built as the bundled plugins are and encoded here; for the others the tool makes the
//! component, with WASI stubbed, because a plugin may import nothing. Invariant: a build that fails
//! leaves the one from before where it is. A tool that is missing is named with the command that
//! installs it. Deliberately not here: whether the build is any good (`check`).

use std::ffi::OsString;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use attune_wasm::Engine;
use attune_wasm::trial::Trial;
use serde::Deserialize;

use super::project::{Language, Project};
use crate::fault::Failure;

const TARGET: &str = "wasm32-unknown-unknown";
/// The versions that were tried.
const QJS: &str = "0.4.5";
const PY: &str = "0.25.1";
/// Lines of a tool's output that are told.
const LINES_TOLD: usize = 60;

/// What was built.
#[derive(Debug, Clone)]
pub struct Built {
    /// The component.
    pub path: PathBuf,
    /// The plugin's id.
    pub id: String,
    /// Its size.
    pub bytes: usize,
    /// How long it took.
    pub took: Duration,
    /// The build, opened: compiling it again is most of what a script engine costs.
    pub trial: Trial,
}

/// Builds a project to `out`, or to `ID.wasm` in its folder.
pub fn build(project: &Project, out: Option<&Path>, engine: &Engine) -> Result<Built, Failure> {
    let begun = Instant::now();
    let component = match project.language {
        Language::Rust => rust(&project.dir)?,
        Language::JavaScript => javascript(&project.dir)?,
        Language::Python => python(&project.dir)?,
    };
    let trial = Trial::open(engine, &component)?;
    let id = trial.plugin().id().to_owned();
    let path = out.map_or_else(|| project.dir.join(format!("{id}.wasm")), Path::to_owned);
    put(&path, &component)?;
    Ok(Built {
        path,
        id,
        bytes: component.len(),
        took: begun.elapsed(),
        trial,
    })
}

/// Writes a file so that nobody sees half of it.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let failed = |error: std::io::Error| {
        Failure::of("usage", format!("cannot write {}: {error}", path.display()))
    };
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    std::io::Write::write_all(&mut file, bytes).map_err(failed)?;
    let mode = std::fs::Permissions::from_mode(0o644);
    file.as_file().set_permissions(mode).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

fn rust(dir: &Path) -> Result<Vec<u8>, Failure> {
    let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    need_target(&dir)?;
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--release", "--target", TARGET, "--lib"])
        .arg("--message-format=json-render-diagnostics")
        .env("CARGO_ENCODED_RUSTFLAGS", flags())
        .env_remove("CARGO_MAKEFLAGS")
        .env_remove("MAKEFLAGS")
        .current_dir(&dir);
    let output = ran(&mut cargo, "cargo", RUST)?;
    let Some(module) = module(&output.stdout, &dir) else {
        let message = "cargo built no component: the library is no `cdylib`";
        return Err(Failure::of("plugin-build", message)
            .hint("write crate-type = [\"cdylib\", \"rlib\"] below [lib] in Cargo.toml"));
    };
    let module = std::fs::read(&module).map_err(|error| {
        Failure::of(
            "plugin-build",
            format!("cannot read {}: {error}", module.display()),
        )
    })?;
    Ok(attune_wasm::encode(&module)?)
}

const RUST: &str = "install Rust with rustup (https://rustup.rs), then run `rustup target add \
                    wasm32-unknown-unknown`";

/// Says which command adds the guests' standard library, where it is missing.
fn need_target(dir: &Path) -> Result<(), Failure> {
    let mut rustc = Command::new("rustc");
    rustc
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(dir);
    let output = ran(&mut rustc, "rustc", RUST)?;
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if Path::new(&folder).is_dir() {
        return Ok(());
    }
    let message = format!("the Rust toolchain has no standard library for {TARGET}");
    let hint = format!("run `rustup target add {TARGET}`");
    Err(Failure::of("toolchain-missing", message).hint(hint))
}

/// SIMD as in the bundled plugins, and no path of this machine in panic messages: those of the
/// project's own sources are relative anyway.
fn flags() -> OsString {
    let mut flags = OsString::from("-Ctarget-feature=+simd128");
    if let Some(home) = std::env::home_dir() {
        flags.push("\u{1f}--remap-path-prefix=");
        flags.push(home.join(".cargo"));
        flags.push("=cargo");
    }
    flags
}

#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    manifest_path: PathBuf,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// The core module that cargo says it has built of the project itself.
fn module(told: &[u8], dir: &Path) -> Option<PathBuf> {
    let own = dir.join("Cargo.toml");
    let own = own.canonicalize().unwrap_or(own);
    let told = String::from_utf8_lossy(told);
    let messages = told
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let mut files = messages
        .filter(|message| message.reason == "compiler-artifact")
        .filter(|message| {
            let path = message.manifest_path.canonicalize();
            path.is_ok_and(|path| path == own)
        })
        .flat_map(|message| message.filenames);
    files.find(|file| file.extension().is_some_and(|end| end == "wasm"))
}

fn javascript(dir: &Path) -> Result<Vec<u8>, Failure> {
    let install = format!(
        "install Node 20 or later, then run `npm install componentize-qjs@{QJS}` in the project's folder"
    );
    let tool = tool(dir, "node_modules/.bin/componentize-qjs");
    made(
        dir,
        Language::JavaScript,
        (tool, &install),
        |command, wit, out| {
            command
                .arg("--wit")
                .arg(wit)
                .args(["--world", "transform-plugin", "--js", "plugin.js"])
                .args(["--module-root", ".", "--sync", "--stub-wasi", "--output"])
                .arg(out);
        },
    )
}

fn python(dir: &Path) -> Result<Vec<u8>, Failure> {
    let install = format!(
        "run `python3 -m venv .venv && .venv/bin/pip install componentize-py=={PY}` in the project's folder"
    );
    let tool = tool(dir, ".venv/bin/componentize-py");
    made(
        dir,
        Language::Python,
        (tool, &install),
        |command, wit, out| {
            command
                .args(["--quiet", "--wit-path"])
                .arg(wit)
                .args(["--world", "transform-plugin", "componentize", "plugin"])
                .args(["--python-path", ".", "--stub-wasi", "--output"])
                .arg(out);
        },
    )
}

/// The tool of the project itself, else the one of the machine.
fn tool(dir: &Path, own: &str) -> PathBuf {
    let own = dir.join(own);
    if own.is_file() {
        return std::path::absolute(&own).unwrap_or(own);
    }
    PathBuf::from(own.file_name().unwrap_or_default())
}

/// What a tool writes that makes components itself. It works in a folder of its own, because the
/// sources of the author are not its place for what it makes on the way.
fn made(
    dir: &Path,
    language: Language,
    (tool, install): (PathBuf, &str),
    arguments: impl FnOnce(&mut Command, &Path, &Path),
) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::of("plugin-build", format!("cannot prepare the build: {error}"))
    };
    let folder = tempfile::tempdir().map_err(failed)?;
    let work = folder.path().join("project");
    let wit = folder.path().join("wit");
    std::fs::create_dir_all(&wit).map_err(failed)?;
    let contract = attune_bundled::kit("wit/attune-plugin.wit").unwrap_or_default();
    std::fs::write(wit.join("attune-plugin.wit"), contract).map_err(failed)?;
    let project = Project {
        dir: dir.to_owned(),
        language,
    };
    for (file, _) in project.sources() {
        let inside = file.strip_prefix(dir).unwrap_or(&file);
        let copy = work.join(inside);
        let made = copy.parent().map_or(Ok(()), std::fs::create_dir_all);
        made.and_then(|()| std::fs::copy(&file, &copy))
            .map_err(failed)?;
    }
    let packages = dir.join("node_modules");
    if packages.is_dir() {
        let packages = std::path::absolute(&packages).map_err(failed)?;
        std::os::unix::fs::symlink(packages, work.join("node_modules")).map_err(failed)?;
    }
    let out = folder.path().join("plugin.wasm");
    let name = tool.file_name().unwrap_or_default().to_string_lossy();
    let name = name.into_owned();
    let mut command = Command::new(tool);
    arguments(&mut command, &wit, &out);
    command.current_dir(&work);
    ran(&mut command, &name, install)?;
    std::fs::read(&out).map_err(failed)
}

/// Runs a tool to its end. `install`: what to do where it is missing.
fn ran(command: &mut Command, name: &str, install: &str) -> Result<Output, Failure> {
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let message = format!("`{name}` is not installed");
            return Err(Failure::of("toolchain-missing", message).hint(install));
        }
        Err(error) => {
            let message = format!("`{name}` cannot be run: {error}");
            return Err(Failure::of("toolchain-missing", message).hint(install));
        }
    };
    if output.status.success() {
        return Ok(output);
    }
    let said = [output.stderr.as_slice(), output.stdout.as_slice()];
    let said = said.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let [talk, data] = said;
    let told = if talk.trim().is_empty() { data } else { talk };
    let lines: Vec<&str> = told.trim_end().lines().collect();
    let from = lines.len().saturating_sub(LINES_TOLD);
    let lines = lines.get(from..).unwrap_or_default().join("\n");
    Err(Failure::of(
        "plugin-build",
        format!("`{name}` did not succeed:\n{lines}"),
    ))
}
