//! A source, a default, then keys and their values: Entra's `Switch`, Okta's `String.stringSwitch`.

use super::{Answer, Call, CallNode, Error, Value};

/// The value of the first pair whose key matches; `is_match` sees the source and a key. Values that
/// are not chosen are not evaluated.
pub fn switch<'a>(call: &Call<'_, 'a>, is_match: impl Fn(&str, &str) -> bool) -> Answer<Value<'a>> {
    let source = call.text_or_empty(0)?;
    let mut key = 2;
    while key < call.len() {
        if is_match(&source, &call.text_or_empty(key)?) {
            return call.value(key + 1);
        }
        key += 2;
    }
    call.value(1)
}

/// Refuses a key without a value, and a call without any pair.
pub fn check(call: &CallNode) -> Result<(), Error> {
    let count = call.arguments().len();
    if count < 4 || !count.is_multiple_of(2) {
        let message = format!(
            "`{}(source, default, key1, value1, ...)` wants a value for each key, and at least one key",
            call.definition().name
        );
        return Err(Error::syntax(call.column(), message));
    }
    Ok(())
}
