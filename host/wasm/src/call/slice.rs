//! Some rows of a column, borrowed in the shape in which they are lowered into a guest.
//!
//! A whole column is lowered from where it lies; a part needs new `ends` and nothing else.
//! Deliberately not here: checking, which the column has behind it.

use std::borrow::Cow;
use std::ops::Range;

use attune_core::Column;

use crate::contract::latest::transform::exports::attune::plugin::transform::ColumnParam;

/// Rows of a column.
#[derive(Debug)]
pub(crate) struct Slice<'a> {
    kinds: &'a [u8],
    ends: Cow<'a, [u32]>,
    data: &'a [u8],
}

impl<'a> Slice<'a> {
    /// These rows of `column`, which has them.
    pub(crate) fn of(column: &'a Column, rows: Range<usize>) -> Self {
        if rows == (0..column.rows()) {
            return Self {
                kinds: column.kinds(),
                ends: Cow::Borrowed(column.ends()),
                data: column.data(),
            };
        }
        let end_of = |row: usize| column.ends().get(row).copied().unwrap_or_default();
        let start = rows.start.checked_sub(1).map_or(0, end_of);
        let end = rows.end.checked_sub(1).map_or(0, end_of);
        let ends = column.ends().get(rows.clone()).unwrap_or_default();
        Self {
            kinds: column.kinds().get(rows).unwrap_or_default(),
            ends: ends.iter().map(|end| end.saturating_sub(start)).collect(),
            data: column
                .data()
                .get(start as usize..end as usize)
                .unwrap_or_default(),
        }
    }

    /// As the bindings want it.
    pub(crate) fn lower(&self) -> ColumnParam<'_> {
        ColumnParam {
            kinds: self.kinds,
            ends: &self.ends,
            data: self.data,
        }
    }
}

#[cfg(test)]
mod tests {
    use attune_core::Cell;

    use super::*;

    #[test]
    fn a_part_has_its_own_ends() {
        let mut column = Column::default();
        for text in ["a", "bcd", "", "ef"] {
            column.push(Cell::text(text));
        }
        let part = Slice::of(&column, 1..4);
        assert_eq!((part.data, &*part.ends), (&b"bcdef"[..], &[3, 3, 5][..]));
        assert_eq!(part.kinds.len(), 3);
        let whole = Slice::of(&column, 0..4);
        assert!(matches!(whole.ends, Cow::Borrowed(_)));
        assert_eq!(Slice::of(&column, 2..2).data, b"");
    }
}
