//! How many instances one instance of a component comes to.
//!
//! Each component makes, every time it is made, the instances that are written in it and all those
//! that are made by the components among them; so a few lines can stand for millions. A component
//! can make only what was read before it, so each is known when it ends. Invariant: an upper bound;
//! what cannot be followed counts as the largest that was read. Deliberately not here: what is too
//! many (`counts`).

use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind,
    ComponentTypeRef, Encoding, Payload,
};

use super::inspect::unreadable;
use crate::Error;

/// What was read so far.
#[derive(Default)]
pub(super) struct Instances {
    /// Modules and components that are being read, outermost first.
    open: Vec<Scope>,
    /// The most that one instance of anything comes to.
    largest: u64,
}

/// One module or component.
#[derive(Default)]
struct Scope {
    is_component: bool,
    /// Instances that it comes to.
    made: u64,
    /// The components that it can name, and what each comes to.
    components: Vec<u64>,
}

impl Instances {
    /// The most that one instance of anything in the file comes to.
    pub(super) fn largest(&self) -> u64 {
        self.largest
    }

    /// Reads on. Sections were counted before, so none is longer than its limit.
    pub(super) fn add(&mut self, payload: &Payload<'_>) -> Result<(), Error> {
        match payload {
            Payload::Version { encoding, .. } => self.open.push(Scope {
                is_component: *encoding == Encoding::Component,
                ..Scope::default()
            }),
            Payload::End(_) => self.end(),
            Payload::InstanceSection(section) => self.make(u64::from(section.count())),
            Payload::ComponentInstanceSection(section) => {
                for instance in section.clone() {
                    let inside = match instance.map_err(unreadable)? {
                        ComponentInstance::Instantiate {
                            component_index, ..
                        } => self.component(0, component_index),
                        ComponentInstance::FromExports(_) => 0,
                    };
                    self.make(inside.saturating_add(1));
                }
            }
            Payload::ComponentAliasSection(section) => {
                for alias in section.clone() {
                    match alias.map_err(unreadable)? {
                        ComponentAlias::Outer {
                            kind: ComponentOuterAliasKind::Component,
                            count,
                            index,
                        } => self.name(self.component(count, index)),
                        ComponentAlias::InstanceExport {
                            kind: ComponentExternalKind::Component,
                            ..
                        } => self.name(self.largest),
                        _ => {}
                    }
                }
            }
            Payload::ComponentImportSection(section) => {
                for import in section.clone() {
                    let import = import.map_err(unreadable)?;
                    if matches!(import.ty, ComponentTypeRef::Component(_)) {
                        self.name(self.largest);
                    }
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section.clone() {
                    let export = export.map_err(unreadable)?;
                    if export.kind == ComponentExternalKind::Component {
                        self.name(self.component(0, export.index));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn make(&mut self, instances: u64) {
        if let Some(scope) = self.open.last_mut() {
            scope.made = scope.made.saturating_add(instances);
        }
    }

    /// A further component gets the next number.
    fn name(&mut self, made: u64) {
        if let Some(scope) = self.open.last_mut() {
            scope.components.push(made);
        }
    }

    /// What the component of that number comes to, so many levels out.
    fn component(&self, levels: u32, index: u32) -> u64 {
        let scope = self.open.iter().rev().nth(levels as usize);
        let made = scope.and_then(|scope| scope.components.get(index as usize));
        made.copied().unwrap_or(self.largest)
    }

    fn end(&mut self) {
        let Some(done) = self.open.pop() else { return };
        self.largest = self.largest.max(done.made);
        if done.is_component {
            self.name(done.made);
        }
    }
}

#[cfg(test)]
mod tests {
    use wasmparser::Parser;

    use super::*;

    fn largest(inside: &str) -> u64 {
        let bytes = wat::parse_str(format!("(component {inside})")).unwrap();
        let mut instances = Instances::default();
        for payload in Parser::new(0).parse_all(&bytes) {
            instances.add(&payload.unwrap()).unwrap();
        }
        instances.largest()
    }

    const TWO: &str =
        "(core module $m) (core instance (instantiate $m)) (core instance (instantiate $m))";

    #[test]
    fn components_side_by_side_add_up() {
        let one = |n: usize| format!("(component $c{n} {TWO}) (instance (instantiate $c{n}))");
        let twenty: String = (0..20).map(one).collect();
        assert_eq!(largest(&twenty), 60);
    }

    #[test]
    fn components_made_again_inside_of_others_multiply() {
        let thrice = |name: &str| format!("(instance (instantiate ${name}))").repeat(3);
        let inside = format!("(component $b (component $a {TWO}) {})", thrice("a"));
        assert_eq!(
            largest(&format!("{inside} {}", thrice("b"))),
            3 + 3 * (3 + 3 * 2)
        );
    }

    #[test]
    fn components_reached_by_another_name_count_as_much() {
        let outer = format!(
            "(component $a {TWO}) (component $b (alias outer 1 $a (component $x))
             (instance (instantiate $x)) (instance (instantiate $x)))"
        );
        assert_eq!(largest(&outer), 2 + 2 * 2);
        let exported = format!(
            "(component $a (component $inner {TWO}) (export \"x\" (component $inner)))
             (instance $i (instantiate $a)) (alias export $i \"x\" (component $x))
             (instance (instantiate $x))"
        );
        assert_eq!(largest(&exported), 1 + 1 + 2);
        let renamed = format!(
            "(component $a {TWO}) (export $x \"x\" (component $a)) (instance (instantiate $x))"
        );
        assert_eq!(largest(&renamed), 1 + 2);
    }
}
