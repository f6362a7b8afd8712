//! The transform side: functions over values, and the manifest that announces them.
//!
//! ```
//! use attune_plugin::transform::{Cell, Function, Open, Outcome, Plugin};
//! use attune_plugin::NoOptions;
//!
//! fn shout(text: &str, out: Cell<'_>) -> Outcome {
//!     let mut out = out.write_text();
//!     out.push_str(text);
//!     out.push('!');
//!     out.done()
//! }
//!
//! pub fn plugin() -> Plugin {
//!     Plugin {
//!         id: "shout",
//!         version: env!("CARGO_PKG_VERSION"),
//!         summary: "Raises its voice",
//!         functions: vec![Function {
//!             name: "shout",
//!             summary: "Adds an exclamation mark",
//!             options: NoOptions::SCHEMA,
//!             examples: r#"[{"options":{},"input":["hi"],"output":"hi!"}]"#,
//!             uses: &[],
//!             open: Open::text(shout),
//!         }],
//!     }
//! }
//!
//! attune_plugin::export_transforms!(plugin);
//! ```
//!
//! A text function sees text: a list of one is its element, numbers and booleans are as the
//! source wrote them, a missing value passes by unchanged, a longer list fails with `many-values`
//! and an object with `not-text`. [`Open::row`] and [`Open::step`] see everything.

mod batch;
mod cells;
mod export;
mod function;
mod kind;
mod no_match;
mod value;

pub use batch::{Batch, Row, Values};
pub use cells::{Cell, Cells, Outcome, TEXT_BYTES_MAX, TextCell};
#[cfg(not(target_family = "wasm"))]
pub(crate) use export::apply;
pub use export::{Component, Opened, Transforms};
pub use function::{Function, Open, Plugin, Step, Uses};
pub use no_match::{NoMatch, OrFail};
pub use value::{TextView, Value};

pub use crate::wit::transform::attune::plugin::types::Column;
pub use crate::wit::transform::exports::attune::plugin::transform::Context;

#[cfg(test)]
mod tests;
