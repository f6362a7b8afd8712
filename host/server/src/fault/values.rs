//! Codes, sorted, of single values that the bundled transforms cannot make something of.
//!
//! All of them are about data: the field keeps what it holds, everything else goes on.

use super::{Entry, Fault, entry};

pub(super) const VALUES: &[Entry] = &[
    value(
        "bad-date",
        "The text is no date of the patterns that the step names.",
        "Name the pattern in which the source writes it, or correct it there.",
    ),
    value(
        "bad-number",
        "The text is no number of seconds, milliseconds or intervals.",
        "Correct it in the source, or convert it by a step before.",
    ),
    value(
        "bad-pattern",
        "A regular expression that comes of the person's own data is none.",
        "Write the pattern into the expression itself, or correct the attribute.",
    ),
    value(
        "country-unknown",
        "The text is no country of ISO 3166 in any of its forms.",
        "Correct it in the source, or map it by `lookup.table` first.",
    ),
    value(
        "email-invalid",
        "The text is no mail address.",
        "Correct it in the source, or set the step's `no-match`.",
    ),
    value(
        "expression-error",
        "The expression itself says that this person has no value (`Error`).",
        "Read its message; it was written by whoever wrote the expression.",
    ),
    value(
        "jq",
        "The jq program failed for this person.",
        "Try it with `attune explain`; `//` and `?` deal with what is missing.",
    ),
    value(
        "not-a-boolean",
        "The text is none of the words for true and false.",
        "Add its word to the step's `true-words` or `false-words`.",
    ),
    value(
        "not-a-dn",
        "The text is no distinguished name (RFC 4514).",
        "Check which attribute the row takes; a DN looks like `CN=Ada,OU=People,DC=example,DC=com`.",
    ),
    value(
        "not-a-number",
        "The text is no number.",
        "Correct it in the source, or clean it by a step before.",
    ),
    value(
        "not-an-identifier",
        "The value is no GUID or SID.",
        "Check which attribute the row takes; it has to be binary or written as such an identifier.",
    ),
    value(
        "not-base64",
        "The text is not base64.",
        "Check which attribute the row takes.",
    ),
    value(
        "not-hex",
        "The text is not hexadecimal.",
        "Check which attribute the row takes.",
    ),
    value(
        "not-in-charset",
        "The text has characters, or the bytes a sequence, that the character set does not have.",
        "Set the step's `charset` to what the source uses.",
    ),
    value(
        "not-json",
        "The value is no JSON.",
        "Check which attribute the row takes.",
    ),
    value(
        "number-too-large",
        "The number is larger than 64 bits hold.",
        "Keep it as text.",
    ),
    value(
        "out-of-range",
        "The date or number lies outside what its type can hold.",
        "Correct it in the source.",
    ),
    value(
        "pattern-too-hard",
        "A pattern with look-around or back-references takes too many steps for this value.",
        "Write it without nested repetition, or without look-around: then it takes linear time.",
    ),
    value(
        "refused",
        "The row's own `flow.fail` refuses the value.",
        "Read its message; it was written by whoever wrote the mapping.",
    ),
    value(
        "too-deep",
        "The value is nested too deeply.",
        "Take the part that is needed by a longer selector.",
    ),
    value(
        "wrong-type",
        "A function of the expression got a value of another type than it takes.",
        "Convert it (`CStr`, `CNum`, `CDate`); the message says at which column.",
    ),
];

const fn value(code: &'static str, what: &'static str, remedy: &'static str) -> Entry {
    entry(code, Fault::Data, 1, what, remedy)
}
