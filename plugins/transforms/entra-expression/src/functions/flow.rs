//! Choices, and what ends an expression without a value.

use attune_functions::expression::{
    Answer, Call, CallNode, Definition, Dialect, Error, Kind, Stop, Value, pairs,
};

pub(super) static COMMON: &[Definition] = &[Definition::new(
    "IIF",
    "condition any, then any, else any",
    iif,
)];

pub(super) static PROVISIONING: &[Definition] = &[
    Definition::new("Coalesce", "value any...", coalesce).checked(check_any),
    Definition::new("IgnoreFlowIfNullOrEmpty", "expression any", ignore_flow),
    Definition::new("Redact", "value any", redact),
    Definition::new("Switch", "source text, default any, pairs any...", switch)
        .checked(pairs::check),
];

pub(super) static CONNECT: &[Definition] = &[
    Definition::new("Error", "message text", error),
    Definition::new("Switch", "pairs any...", connect_switch).checked(check_conditions),
    Definition::new("With", "$variable any, value any, expression any", with),
];

fn iif<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let holds = !fails_by_emptiness(call) && call.boolean(0)?;
    call.value(if holds { 1 } else { 2 })
}

/// Provisioning: "If the source attribute used within the IIF function is empty or null, the
/// condition check fails".
fn fails_by_emptiness(call: &Call<'_, '_>) -> bool {
    if call.scope.dialect != Dialect::Provisioning || !call.scope.strict_empty {
        return false;
    }
    let mut is_empty = false;
    if let Some(condition) = call.node(0) {
        condition.walk(&mut |node| {
            if let Kind::Input(column) = node.kind {
                is_empty = is_empty || call.scope.inputs.input(column).is_empty();
            }
        });
    }
    is_empty
}

/// The first that is not null; empty text is a value.
fn coalesce<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    for index in 0..call.len() {
        let value = call.value(index)?;
        if !value.is_null() {
            return Ok(value);
        }
    }
    Ok(Value::Null)
}

fn check_any(call: &CallNode) -> Result<(), Error> {
    if call.arguments().is_empty() {
        let message = format!("{} wants at least one value", call.definition().form());
        return Err(Error::syntax(call.column(), message));
    }
    Ok(())
}

fn ignore_flow<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let value = call.value(0)?;
    if value.is_empty() {
        Err(Stop::Keep)
    } else {
        Ok(value)
    }
}

/// Entra hides the value in its logs; values of expressions are in no log here.
fn redact<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    call.value(0)
}

/// Keys are compared with case; the key `""` matches what is missing.
fn switch<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    pairs::switch(call, |source, key| source == key)
}

/// All conditions are evaluated; the value of the first true one is the result.
fn connect_switch<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let mut result = None;
    for condition in (0..call.len()).step_by(2) {
        let holds = call.boolean(condition)?;
        let value = call.value(condition + 1)?;
        if holds && result.is_none() {
            result = Some(value);
        }
    }
    Ok(result.unwrap_or(Value::Null))
}

fn check_conditions(call: &CallNode) -> Result<(), Error> {
    let count = call.arguments().len();
    if count < 2 || !count.is_multiple_of(2) {
        let message =
            "`Switch(condition1, value1, ...)` wants a value for each condition, and at least one";
        return Err(Error::syntax(call.column(), message));
    }
    Ok(())
}

fn error<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let message = call.text_or_empty(0)?;
    Err(call.fail("expression-error", message))
}

fn with<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    call.with_variable(call.value(1)?, 2)
}
