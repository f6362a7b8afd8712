//! Projection of an LDAP entry: attributes are lists in server order, names without case.
//!
//! Whether an attribute is bytes is decided by its name, never by its content: a picture that
//! happens to be valid UTF-8 is still a picture.

use super::Attribute;
use crate::json::{self, Bad};
use crate::selector::{Pick, Step};
use crate::{Cell, Column, Kind, Problem};

/// The attributes that are bytes in every directory.
pub fn is_binary_by_name(name: &str) -> bool {
    const BINARY: [&str; 5] = [
        "objectGUID",
        "objectSid",
        "jpegPhoto",
        "thumbnailPhoto",
        "userCertificate",
    ];
    let mut options = name.split(';');
    let base = options.next().unwrap_or_default();
    BINARY.iter().any(|known| known.eq_ignore_ascii_case(base))
        || options.any(|option| option.eq_ignore_ascii_case("binary"))
}

/// Appends the cell of one selector.
pub(super) fn push(
    attributes: &[Attribute],
    binary: &dyn Fn(&str) -> bool,
    steps: &[Step],
    into: &mut Column,
) {
    let attribute = match steps {
        // An attribute's values have no members of their own.
        [step] => attributes
            .iter()
            .rfind(|(name, _)| name.eq_ignore_ascii_case(&step.name))
            .map(|(name, values)| (step, name, values)),
        _ => None,
    };
    let Some((step, name, values)) = attribute else {
        into.push(Cell::ABSENT);
        return;
    };
    let binary = binary(name);
    match step.picks.as_slice() {
        [] | [Pick::Each] => push_all(values, binary, into),
        [Pick::Index(index)] => match at(values, *index) {
            Some(value) => json::push_octets(value, binary, into),
            None => into.push(Cell::ABSENT),
        },
        _ => into.push(Cell::ABSENT),
    }
}

fn at(values: &[Vec<u8>], index: i64) -> Option<&Vec<u8>> {
    let place = usize::try_from(index.unsigned_abs()).ok()?;
    if index < 0 {
        values.get(values.len().checked_sub(place)?)
    } else {
        values.get(place)
    }
}

fn push_all(values: &[Vec<u8>], binary: bool, into: &mut Column) {
    if binary {
        match values {
            [] => into.push(Cell::ABSENT),
            [one] => json::push_octets(one, true, into),
            many => into.push_problem(&Problem::new(
                "many-values",
                format!(
                    "the attribute has {} values of bytes; pick one with `[0]`",
                    many.len()
                ),
            )),
        }
        return;
    }
    json::push_with(Kind::Json, into, |out| {
        out.push(b'[');
        for (index, value) in values.iter().enumerate() {
            let text = std::str::from_utf8(value).map_err(|_| Bad::Utf8)?;
            if value.contains(&0) {
                return Err(Bad::Nul);
            }
            if index > 0 {
                out.push(b',');
            }
            json::push_string(text, out);
        }
        out.push(b']');
        Ok(())
    });
}
