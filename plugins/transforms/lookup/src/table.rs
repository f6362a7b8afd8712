//! The table itself: read from an object or from the rows of a file, searched by key.

use std::fmt;

use attune_plugin::Problem;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

/// The option as it comes in.
pub(crate) enum Source {
    Pairs(Vec<(String, String)>),
    /// The rows of a CSV file, its header (if it has one) among them.
    Rows(Vec<Vec<String>>),
}

/// What of a text is compared with the keys.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Match {
    #[default]
    Whole,
    StartsWith,
    Contains,
}

/// Keys and values; keys in lower case where case is ignored. Sorted by the keys' numbers where the
/// whole text is compared, else in the table's own order.
pub(crate) struct Table {
    entries: Vec<(Box<str>, Box<str>)>,
    /// [`number`] of each key.
    numbers: Vec<u64>,
    how: Match,
    ignore_case: bool,
}

impl Table {
    /// Checks a table, and sorts it; `columns` are the names of the key's and the value's column.
    pub(crate) fn new(
        source: Source,
        columns: (Option<String>, Option<String>),
        how: Match,
        ignore_case: bool,
    ) -> Result<Self, Problem> {
        let pairs = match (source, columns) {
            (Source::Pairs(pairs), (None, None)) => pairs,
            (Source::Pairs(_), _) => {
                let message =
                    "columns have names in a file only, not in a table of keys and values";
                return Err(Problem::option("key-column", message));
            }
            (Source::Rows(rows), columns) => pairs(rows, columns)?,
        };
        let fold = |key: String| if ignore_case { key.to_lowercase() } else { key };
        let unsorted: Vec<(Box<str>, Box<str>)> = pairs
            .into_iter()
            .map(|(key, value)| (fold(key).into(), value.into()))
            .collect();
        let mut entries = unsorted.clone();
        entries.sort();
        entries.dedup();
        for (one, next) in entries.iter().zip(entries.iter().skip(1)) {
            if one.0 == next.0 {
                let message = format!("`{}` stands for `{}` and for `{}`", one.0, one.1, next.1);
                return Err(Problem::option("table", message));
            }
        }
        if how == Match::Whole {
            entries.sort_by_key(|(key, _)| number(key));
        } else {
            if unsorted.iter().any(|(key, _)| key.is_empty()) {
                let message = "an empty key is in every text; `default` is for what has no key";
                return Err(Problem::option("table", message));
            }
            entries = unsorted;
        }
        Ok(Self {
            numbers: entries.iter().map(|(key, _)| number(key)).collect(),
            entries,
            how,
            ignore_case,
        })
    }

    /// The value of a key; `folded` is scratch space that is reused from call to call.
    pub(crate) fn find(&self, key: &str, folded: &mut String) -> Option<&str> {
        let key = if self.ignore_case {
            folded.clear();
            if key.is_ascii() {
                folded.push_str(key);
                folded.make_ascii_lowercase();
            } else {
                *folded = key.to_lowercase();
            }
            folded.as_str()
        } else {
            key
        };
        let mut entries = self.entries.iter();
        let found = match self.how {
            Match::Whole => {
                let wanted = number(key);
                let first = self.numbers.partition_point(|number| *number < wanted);
                let is_like = |at: &usize| self.numbers.get(*at) == Some(&wanted);
                let mut like = (first..).take_while(is_like);
                like.find_map(|at| self.entries.get(at).filter(|(known, _)| **known == *key))
            }
            Match::StartsWith => entries.find(|(known, _)| key.starts_with(known.as_ref())),
            Match::Contains => entries.find(|(known, _)| key.contains(known.as_ref())),
        };
        found.map(|(_, value)| value.as_ref())
    }
}

/// A number of a text that few others have.
#[inline]
fn number(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let half = |half: &[u8; 4]| u64::from(u32::from_le_bytes(*half));
    if let Some(last) = bytes.last_chunk::<8>() {
        let mix = |all: u64, eight: &[u8; 8]| {
            let mixed = all.rotate_left(5) ^ u64::from_le_bytes(*eight);
            mixed.wrapping_mul(0x517C_C1B7_2722_0A95)
        };
        let (eights, _) = bytes.as_chunks::<8>();
        mix(eights.iter().fold(0, mix), last)
    } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        half(first) << 32 | half(last)
    } else {
        let next = |all: u64, byte: &u8| all << 8 | u64::from(*byte);
        bytes.iter().fold(1, next)
    }
}

/// The two columns of each row. Named columns are found in the first row, which then is no entry.
fn pairs(
    rows: Vec<Vec<String>>,
    (key, value): (Option<String>, Option<String>),
) -> Result<Vec<(String, String)>, Problem> {
    let has_header = key.is_some() || value.is_some();
    let header = rows.first().cloned().unwrap_or_default();
    let column = |name: Option<String>, option: &str, otherwise: usize| match name {
        None => Ok(otherwise),
        Some(name) => header
            .iter()
            .position(|known| *known == name)
            .ok_or_else(|| {
                let message = format!(
                    "the first row has no `{name}`; it has: {}",
                    header.join(", ")
                );
                Problem::option(option, message)
            }),
    };
    let (key, value) = (
        column(key, "key-column", 0)?,
        column(value, "value-column", 1)?,
    );
    let mut pairs = Vec::with_capacity(rows.len());
    for (index, mut row) in rows.into_iter().enumerate().skip(usize::from(has_header)) {
        let (Some(key), Some(value)) = (row.get_mut(key).map(std::mem::take), row.get(value))
        else {
            let message = format!("row {} of the file is too short", index + 1);
            return Err(Problem::option("table", message));
        };
        pairs.push((key, value.clone()));
    }
    Ok(pairs)
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadSource)
    }
}

struct ReadSource;

impl<'de> Visitor<'de> for ReadSource {
    type Value = Source;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("keys and values, or rows of text")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Source, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Source::Pairs(pairs))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Source, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = seq.next_element()? {
            rows.push(row);
        }
        Ok(Source::Rows(rows))
    }
}
