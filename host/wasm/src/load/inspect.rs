//! What a file is, what it imports and exports, before anything is compiled.
//!
//! Every refusal here is something that a user does: a core module instead of a component, a
//! WASI import, a half-downloaded file. Each names what was found. Deliberately not here: costs
//! (`counts`), types (`validate`).

use wasmparser::{Encoding, Parser, Payload};

use crate::error::Cause;
use crate::{Error, Kind, Limits, contract};

/// What a component is, by its outermost imports and exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Which world it implements.
    pub(crate) kind: Kind,
    /// The full name of the interface that it exports.
    pub(crate) export: String,
    /// The full names of the interfaces that it imports.
    pub(crate) imports: Vec<String>,
}

/// Reads the outermost level.
pub(crate) fn inspect(bytes: &[u8], limits: &Limits) -> Result<Shape, Error> {
    refuse_other_formats(bytes)?;
    if bytes.len() > limits.file_bytes {
        return Err(Error::FileTooLarge {
            bytes: bytes.len(),
            most: limits.file_bytes,
        });
    }
    let (imports, exports) = outermost(bytes)?;
    for (name, is_instance) in &imports {
        check_import(name, *is_instance)?;
    }
    let (kind, export) = check_exports(&exports)?;
    Ok(Shape {
        kind,
        export,
        imports: imports.into_iter().map(|(name, _)| name).collect(),
    })
}

fn refuse_other_formats(bytes: &[u8]) -> Result<(), Error> {
    let found = match bytes {
        [] => "an empty file",
        [0x7f, b'E', b'L', b'F', ..] if wasmtime::Engine::detect_precompiled(bytes).is_some() => {
            "compiled code (.cwasm), which is never loaded from outside"
        }
        [0x7f, b'E', b'L', b'F', ..] => "a native program (ELF)",
        [b'P', b'K', 3 | 5 | 7, ..] => "a ZIP archive",
        [0x1f, 0x8b, ..] => "a gzip archive",
        [0, b'a', b's', b'm', _, _, 0, 0, ..] => "a core WebAssembly module",
        [0, b'a', b's', b'm', _, _, 1, 0, ..] => return Ok(()),
        [0, b'a', b's', b'm', ..] | [0, ..] if bytes.len() < 8 => "a truncated file",
        _ if is_text(bytes) => "WebAssembly text",
        _ => "some other file",
    };
    Err(Error::NotComponent { found })
}

fn is_text(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    start.starts_with(b"(component") || start.starts_with(b"(module") || start.starts_with(b";;")
}

type Imports = Vec<(String, bool)>;

fn outermost(bytes: &[u8]) -> Result<(Imports, Vec<String>), Error> {
    let (mut imports, mut exports, mut depth) = (Vec::new(), Vec::new(), 0_u32);
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(unreadable)? {
            Payload::Version { encoding, .. } => {
                if depth == 0 && encoding != Encoding::Component {
                    let found = "a core WebAssembly module";
                    return Err(Error::NotComponent { found });
                }
                depth += 1;
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    let import = import.map_err(unreadable)?;
                    let is_instance =
                        matches!(import.ty, wasmparser::ComponentTypeRef::Instance(_));
                    imports.push((import.name.name.to_owned(), is_instance));
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section {
                    exports.push(export.map_err(unreadable)?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok((imports, exports))
}

/// A file that ends early is a failed download; everything else is no valid component.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands in `map_err`, which gives the error away"
)]
pub(super) fn unreadable(error: wasmparser::Error) -> Error {
    if error.message().contains("unexpected end") {
        return Error::NotComponent {
            found: "a truncated component",
        };
    }
    Error::Invalid {
        source: Cause::of(&error),
    }
}

fn check_import(name: &str, is_instance: bool) -> Result<(), Error> {
    let (interface, version) = name.split_once('@').unwrap_or((name, ""));
    let known = [contract::LOG, contract::TYPES].contains(&interface);
    if known && major(version).is_some_and(|major| major != contract::MAJOR) {
        return Err(other_major(version));
    }
    if known && is_instance && major(version).is_some() {
        return Ok(());
    }
    Err(Error::Import {
        name: crate::call::clean(name, 200),
    })
}

fn check_exports(exports: &[String]) -> Result<(Kind, String), Error> {
    let mut found = Vec::new();
    for (interface, kind) in [
        (contract::TRANSFORM, Kind::Transform),
        (contract::PROVIDER, Kind::Provider),
    ] {
        let matching = exports.iter().filter_map(|export| {
            let (name, version) = export.split_once('@')?;
            (name == interface).then_some((export, version))
        });
        for (export, version) in matching {
            if major(version) == Some(contract::MAJOR) {
                found.push((kind, export.clone()));
            } else {
                return Err(other_major(version));
            }
        }
    }
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Error::Export {
            missing: vec![format!("{}@{}.x", contract::TRANSFORM, contract::MAJOR)],
        }),
        _ => Err(Error::Manifest {
            what: "it exports more than one interface of the contract: be one thing".to_owned(),
        }),
    }
}

fn major(version: &str) -> Option<u64> {
    version.split('.').next()?.parse().ok()
}

fn other_major(version: &str) -> Error {
    let found = match major(version) {
        Some(major) => format!("{major}.x"),
        None => "no version".to_owned(),
    };
    Error::Contract { found }
}
