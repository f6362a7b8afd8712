//! The glue between a [`Plugin`] and the component's exports.
//!
//! The same calls that the host makes go through [`Component`] natively in tests.

use std::marker::PhantomData;

use super::batch::Batch;
use super::cells::Cells;
use super::function::{Function, Plugin, Step};
use super::{Column, Context};
use crate::wit::transform::attune::plugin::types::{FunctionSpec, Manifest};
use crate::wit::transform::exports::attune::plugin::transform as wire;
use crate::{Problem, log};

/// Names the plugin that a component exports; [`export_transforms!`](crate::export_transforms)
/// implements it.
pub trait Transforms: 'static {
    /// The plugin's table.
    fn plugin() -> Plugin;
}

/// The component of the plugin `P`.
#[derive(Debug)]
pub struct Component<P>(PhantomData<P>);

/// One open step, behind the contract's `transformer`.
pub struct Opened<P> {
    step: Box<dyn Step>,
    inputs: usize,
    plugin: PhantomData<P>,
}

impl<P: Transforms> wire::Guest for Component<P> {
    type Transformer = Opened<P>;

    fn describe() -> Manifest {
        log::hook_panics();
        manifest(&P::plugin())
    }
}

impl<P: Transforms> wire::GuestTransformer for Opened<P> {
    fn open(name: String, options: String) -> Result<wire::Transformer, Problem> {
        log::hook_panics();
        let step = P::plugin().open(&name, &options)?;
        let inputs = step.inputs().len();
        Ok(wire::Transformer::new(Self {
            step,
            inputs,
            plugin: PhantomData,
        }))
    }

    fn inputs(&self) -> Vec<String> {
        self.step.inputs()
    }

    fn apply(&self, context: Context, rows: u32, inputs: Vec<Column>) -> Result<Column, Problem> {
        if inputs.len() != self.inputs + 1 {
            let message = format!("{} columns where {} belong", inputs.len(), self.inputs + 1);
            return Err(Problem::new("bad-batch", message));
        }
        apply(self.step.as_ref(), &context, rows as usize, &inputs)
    }
}

/// One call of one step, as the host makes it.
pub(crate) fn apply(
    step: &dyn Step,
    context: &Context,
    rows: usize,
    inputs: &[Column],
) -> Result<Column, Problem> {
    let batch = Batch::new(context, rows, inputs)?;
    let mut out = Cells::with_capacity(rows, batch.values().data_len());
    step.apply(&batch, &mut out)?;
    if out.rows() != rows {
        let message = format!("the step answered {} of {rows} rows", out.rows());
        return Err(Problem::new("plugin-error", message));
    }
    Ok(out.into_column())
}

/// The manifest that `describe` gives.
pub(crate) fn manifest(plugin: &Plugin) -> Manifest {
    Manifest {
        id: plugin.id.to_owned(),
        version: plugin.version.to_owned(),
        summary: plugin.summary.to_owned(),
        functions: plugin.functions.iter().map(spec).collect(),
        extra: Vec::new(),
    }
}

fn spec(function: &Function) -> FunctionSpec {
    FunctionSpec {
        name: function.name.to_owned(),
        summary: function.summary.to_owned(),
        options_schema: function.options.to_owned(),
        examples: function.examples.to_owned(),
        uses: function
            .uses
            .iter()
            .map(|uses| uses.word().to_owned())
            .collect(),
        extra: owned(function.open.extra()),
    }
}

fn owned(extra: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    extra.iter().map(owned).collect()
}

/// Makes a component of a plugin: `export_transforms!(plugin)`, where `plugin` is a function that
/// returns the [`Plugin`](crate::transform::Plugin). Natively it does nothing.
#[macro_export]
macro_rules! export_transforms {
    ($plugin:ident) => {
        #[cfg(target_family = "wasm")]
        mod exported {
            pub(super) struct Exported;

            impl $crate::transform::Transforms for Exported {
                fn plugin() -> $crate::transform::Plugin {
                    super::$plugin()
                }
            }

            type Component = $crate::transform::Component<Exported>;

            $crate::wit::transform::export_transform_world!(
                Component with_types_in $crate::wit::transform
            );
        }
    };
}
