//! Compiles the `plugins/` workspace for `wasm32-unknown-unknown` and encodes the components.
//!
//! Every folder under `plugins/transforms` and `plugins/providers` is bundled; those under
//! `plugins/testing` come into a list of their own, which only tests name. The nested cargo gets a
//! target directory of its own, `guests` in the outer one: with an inherited one both would wait for
//! the same lock for ever. Nothing of the outer build's flags reaches the guests, so clippy, test and
//! release builds embed the same bytes, and build them once.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wit_component::ComponentEncoder;

type Failure = Box<dyn std::error::Error>;

const TARGET: &str = "wasm32-unknown-unknown";

/// Variables of the outer build that the nested one may see; every other `CARGO_*` is taken away.
const CARGO_KEPT: [&str; 6] = [
    "CARGO_HOME",
    "CARGO_MAKEFLAGS",
    "CARGO_NET_",
    "CARGO_HTTP_",
    "CARGO_REGISTR",
    "CARGO_TERM_",
];

/// Variables without that prefix that would change what the guests are made of.
const TAKEN_AWAY: [&str; 7] = [
    "RUSTFLAGS",
    "RUSTC_WORKSPACE_WRAPPER",
    "TARGET",
    "HOST",
    "PROFILE",
    "OPT_LEVEL",
    "DEBUG",
];

/// A plugin as the workspace's folders name it.
struct Guest {
    id: String,
    package: String,
}

fn main() -> Result<(), Failure> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?)
        .join("../..")
        .canonicalize()?;
    let plugins = root.join("plugins");
    let out = PathBuf::from(variable("OUT_DIR")?);
    watch(&root);

    let mut bundled = guests(&plugins.join("transforms"))?;
    bundled.extend(guests(&plugins.join("providers"))?);
    let guests_dir = guests_dir(&out)?;
    let mut generated = embed(&plugins, &guests_dir, &out, ("PLUGINS", bundled))?;
    let testing = guests(&plugins.join("testing"))?;
    generated += &embed(&plugins, &guests_dir, &out, ("TESTING", testing))?;
    generated += &kit(&root)?;
    fs::write(out.join("plugins.rs"), generated)?;
    Ok(())
}

/// `TARGET-DIR/guests`; `OUT_DIR` is `TARGET-DIR/[TRIPLE/]PROFILE/build/PACKAGE/out`.
fn guests_dir(out: &Path) -> Result<PathBuf, Failure> {
    let target = out.ancestors().nth(4);
    let target = target.ok_or_else(|| format!("{} is no OUT_DIR of cargo", out.display()))?;
    Ok(target.join("guests"))
}

fn variable(name: &str) -> Result<OsString, Failure> {
    env::var_os(name).ok_or_else(|| format!("{name} is not set").into())
}

/// Asks cargo to run this again when a source changes. Cargo looks into folders by itself; the
/// workspace's own folder is left out, because native builds of the plugins write into it.
fn watch(root: &Path) {
    let sources = [
        "wit/attune-plugin.wit",
        "plugins/Cargo.toml",
        "plugins/Cargo.lock",
        "plugins/sdk",
        "plugins/functions",
        "plugins/dialect",
        "plugins/transforms",
        "plugins/providers",
        "plugins/testing",
        "plugins/examples",
    ];
    // A path that is not there would make every build run this again.
    for source in sources
        .map(|source| root.join(source))
        .iter()
        .filter(|path| path.exists())
    {
        println!("cargo:rerun-if-changed={}", source.display());
    }
}

/// Writes the Rust text of a constant that holds what a plugin's project needs of ours.
fn kit(root: &Path) -> Result<String, Failure> {
    let plugins = root.join("plugins");
    let mut files = vec![root.join("wit/attune-plugin.wit")];
    let alone = [
        "Cargo.toml",
        "Cargo.lock",
        "sdk/Cargo.toml",
        "examples/javascript/attune.js",
        "examples/python/attune.py",
    ];
    files.extend(alone.map(|file| plugins.join(file)));
    let mut open = vec![plugins.join("sdk/src")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut text = "/// What a plugin's project needs of ours: paths below `plugins/` or the root, and texts.\n\
                    pub const KIT: &[(&str, &str)] = &[\n"
        .to_owned();
    for file in files {
        let name = file.strip_prefix(&plugins).or(file.strip_prefix(root))?;
        let (name, path) = (name.display().to_string(), file.display().to_string());
        writeln!(text, "    ({name:?}, include_str!({path:?})),")?;
    }
    text.push_str("];\n");
    Ok(text)
}

/// The packages in the folders of `kind`, sorted by folder; none where there is no such folder.
fn guests(kind: &Path) -> Result<Vec<Guest>, Failure> {
    let mut guests = Vec::new();
    if !kind.is_dir() {
        return Ok(guests);
    }
    for entry in fs::read_dir(kind)? {
        let folder = entry?.path();
        let manifest = folder.join("Cargo.toml");
        if !manifest.is_file() {
            continue;
        }
        let id = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        guests.push(Guest {
            id,
            package: package_name(&manifest)?,
        });
    }
    guests.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(guests)
}

/// The first `name = "..."` of a manifest, which is the package's.
fn package_name(manifest: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(manifest)?;
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    name.map(str::to_owned)
        .ok_or_else(|| format!("{}: no package name", manifest.display()).into())
}

/// Builds the guests, encodes them, and writes the Rust text of a constant that holds them.
fn embed(
    plugins: &Path,
    guests_dir: &Path,
    out: &Path,
    (constant, mut guests): (&str, Vec<Guest>),
) -> Result<String, Failure> {
    guests.sort_by(|a, b| a.id.cmp(&b.id));
    let built = build(plugins, guests_dir, &guests)?;
    let mut text = format!(
        "/// The {constant} of this build, sorted by id.\npub const {constant}: &[Bundled] = &[\n"
    );
    for guest in &guests {
        let module = fs::read(built.join(format!("{}.wasm", guest.package.replace('-', "_"))))?;
        let component = out.join(format!("{}.wasm", guest.id));
        fs::write(
            &component,
            encode(&module).map_err(|why| format!("{}: {why}", guest.id))?,
        )?;
        let (id, path) = (&guest.id, component.display().to_string());
        writeln!(
            text,
            "    Bundled {{ id: {id:?}, wasm: include_bytes!({path:?}) }},"
        )?;
    }
    text.push_str("];\n");
    Ok(text)
}

fn encode(module: &[u8]) -> Result<Vec<u8>, Failure> {
    let encoded = ComponentEncoder::default()
        .validate(true)
        .module(module)?
        .encode()?;
    Ok(encoded)
}

/// Runs the nested cargo; gives the folder of the core modules.
fn build(plugins: &Path, target: &Path, guests: &[Guest]) -> Result<PathBuf, Failure> {
    let built = target.join(TARGET).join("release");
    if guests.is_empty() {
        return Ok(built);
    }
    let mut cargo = nested(&variable("CARGO")?);
    cargo.args(["build", "--release", "--locked", "--target", TARGET]);
    cargo
        .arg("--manifest-path")
        .arg(plugins.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        // A `build.build-dir` of the user's cargo configuration would be shared, and locked, too.
        .env("CARGO_BUILD_BUILD_DIR", target);
    for guest in guests {
        cargo.args(["--package", &guest.package]);
    }
    cargo
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags(plugins, target))
        .current_dir(plugins);
    if !has_target()? {
        add_target()?;
    }
    run(&mut cargo)?;
    Ok(built)
}

fn run(command: &mut Command) -> Result<(), Failure> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("building the bundled plugins failed:\n{text}").into())
}

/// A command without the flags and settings of the build around it.
fn nested(program: &OsStr) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let outer =
            text.starts_with("CARGO_") && !CARGO_KEPT.iter().any(|kept| text.starts_with(kept));
        if outer || TAKEN_AWAY.contains(&text.as_ref()) {
            command.env_remove(&name);
        }
    }
    command
}

/// SIMD for whole-column kernels, and no path of this machine in panic messages or line tables.
fn rustflags(plugins: &Path, target: &Path) -> OsString {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let registry = home
        .or_else(|| Some(env::home_dir()?.join(".cargo")))
        .unwrap_or_default();
    let mut flags = OsString::from("-Ctarget-feature=+simd128");
    for (from, to) in [
        (registry.as_path(), "cargo"),
        (plugins, "plugins"),
        (target, "target"),
    ] {
        if !from.as_os_str().is_empty() {
            flags.push("\u{1f}--remap-path-prefix=");
            flags.push(from);
            flags.push("=");
            flags.push(to);
        }
    }
    flags
}

/// Whether the toolchain has the standard library of the guests' target.
fn has_target() -> Result<bool, Failure> {
    let mut rustc = nested(&variable("RUSTC")?);
    let output = rustc
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()?;
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(output.status.success() && Path::new(&folder).is_dir())
}

/// `rustup target add`, where the toolchain has not got the guests' target yet.
fn add_target() -> Result<(), Failure> {
    let why = |text: &str| -> Failure {
        let command = format!("rustup target add {TARGET}");
        format!("the plugins are built for {TARGET}; run `{command}` ({text})").into()
    };
    let output = nested(OsStr::new("rustup"))
        .args(["target", "add", TARGET])
        .output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(why(String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) => Err(why(&error.to_string())),
    }
}
