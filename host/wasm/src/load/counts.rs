//! What compiling would cost, counted before it begins.
//!
//! Cranelift cannot be interrupted and its time grows with functions, their size, types, branch
//! tables and instances. Bounds on these make a compile bomb a refusal. Deliberately not here: how many
//! instances are made by those that are written (`instances`), whether the code is valid.

use wasmparser::{
    ComponentType, ComponentTypeDeclaration, ComponentTypeRef, FunctionBody,
    InstanceTypeDeclaration, Operator, Parser, Payload,
};

use super::inspect::unreadable;
use super::instances::Instances;
use crate::Error;
use crate::limits::CompileLimits;

#[derive(Default)]
struct Counts {
    functions: u64,
    definitions: u64,
    exports: u64,
    modules: u64,
    instances: u64,
    branch_targets: u64,
    memories: u64,
    tables: u64,
    /// Components that are taken as arguments: whoever is given one may make it again and again.
    taken: u64,
    /// Modules and components that are being read.
    open: u64,
}

/// Refuses the first count above its limit.
pub(crate) fn check(bytes: &[u8], limits: &CompileLimits) -> Result<(), Error> {
    let (mut counts, mut made) = (Counts::default(), Instances::default());
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(unreadable)?;
        counts.add(&payload, limits)?;
        counts.within(limits)?;
        made.add(&payload)?;
        let (made, most) = (made.largest(), limits.instances_made);
        if made > u64::from(most) {
            return Err(too_complex("instances of instances", made, most));
        }
    }
    Ok(())
}

impl Counts {
    fn add(&mut self, payload: &Payload<'_>, limits: &CompileLimits) -> Result<(), Error> {
        match payload {
            Payload::Version { .. } => {
                self.open += 1;
                self.modules += 1;
            }
            Payload::End(_) => self.open = self.open.saturating_sub(1),
            Payload::CodeSectionStart { count, .. } => self.functions += u64::from(*count),
            Payload::CodeSectionEntry(body) => self.branch_targets += function(body, limits)?,
            Payload::MemorySection(section) => self.memories += u64::from(section.count()),
            Payload::TableSection(section) => self.tables += u64::from(section.count()),
            Payload::InstanceSection(section) => self.instances += u64::from(section.count()),
            Payload::ComponentInstanceSection(section) => {
                self.instances += u64::from(section.count());
            }
            Payload::ExportSection(section) => self.exports += u64::from(section.count()),
            Payload::ComponentExportSection(section) => {
                self.exports += u64::from(section.count());
            }
            Payload::ComponentImportSection(section) => {
                self.definitions += u64::from(section.count());
                for import in section.clone() {
                    let import = import.map_err(unreadable)?;
                    self.taken += u64::from(matches!(import.ty, ComponentTypeRef::Component(_)));
                }
            }
            Payload::TypeSection(section) => self.definitions += u64::from(section.count()),
            Payload::ImportSection(section) => self.definitions += u64::from(section.count()),
            Payload::GlobalSection(section) => self.definitions += u64::from(section.count()),
            Payload::CoreTypeSection(section) => self.definitions += u64::from(section.count()),
            Payload::ComponentAliasSection(section) => {
                self.definitions += u64::from(section.count());
            }
            Payload::ComponentTypeSection(section) => {
                for ty in section.clone() {
                    self.definitions += definitions(&ty.map_err(unreadable)?);
                }
            }
            Payload::ComponentCanonicalSection(section) => {
                self.definitions += u64::from(section.count());
            }
            _ => {}
        }
        Ok(())
    }

    fn within(&self, limits: &CompileLimits) -> Result<(), Error> {
        let counts = [
            ("functions", self.functions, limits.functions),
            ("definitions", self.definitions, limits.definitions),
            ("exports", self.exports, limits.exports),
            ("modules", self.modules, limits.modules),
            ("levels of nesting", self.open, limits.nesting),
            ("instances", self.instances, limits.instances),
            ("components taken as arguments", self.taken, 0),
            ("branch targets", self.branch_targets, limits.branch_targets),
            ("memories", self.memories, limits.memories),
            ("tables", self.tables, limits.tables),
        ];
        let over = counts
            .into_iter()
            .find(|(_, found, most)| *found > u64::from(*most));
        match over {
            Some((what, found, most)) => Err(too_complex(what, found, most)),
            None => Ok(()),
        }
    }
}

/// A type and all those that are declared inside of it.
fn definitions(ty: &ComponentType<'_>) -> u64 {
    let inner = match ty {
        ComponentType::Component(all) => all
            .iter()
            .map(|declared| match declared {
                ComponentTypeDeclaration::Type(ty) => definitions(ty),
                _ => 1,
            })
            .sum(),
        ComponentType::Instance(all) => all
            .iter()
            .map(|declared| match declared {
                InstanceTypeDeclaration::Type(ty) => definitions(ty),
                _ => 1,
            })
            .sum(),
        ComponentType::Defined(_) | ComponentType::Func(_) | ComponentType::Resource { .. } => 0,
    };
    1 + inner
}

/// Checks one function; gives the number of its branch targets.
fn function(body: &FunctionBody<'_>, limits: &CompileLimits) -> Result<u64, Error> {
    let range = body.range();
    let bytes = range.end.saturating_sub(range.start) as u64;
    if bytes > u64::from(limits.function_bytes) {
        return Err(too_complex(
            "bytes in one function",
            bytes,
            limits.function_bytes,
        ));
    }
    let mut locals = 0_u64;
    for group in body.get_locals_reader().map_err(unreadable)? {
        locals += u64::from(group.map_err(unreadable)?.0);
    }
    if locals > u64::from(limits.locals) {
        return Err(too_complex("locals in one function", locals, limits.locals));
    }
    let mut targets = 0;
    for operator in body.get_operators_reader().map_err(unreadable)? {
        if let Operator::BrTable { targets: table } = operator.map_err(unreadable)? {
            targets += u64::from(table.len());
        }
    }
    Ok(targets)
}

fn too_complex(what: &'static str, found: u64, most: u32) -> Error {
    Error::TooComplex {
        what,
        found,
        most: u64::from(most),
    }
}
