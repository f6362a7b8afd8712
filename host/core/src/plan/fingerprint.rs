//! A person's fingerprint: everything their plan depends on, in 16 bytes.
//!
//! Somebody whose fingerprint is the stored one, and of whom nothing failed, waits or is due, is
//! skipped. It is built in two steps because all but the cells is the same for a whole run.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128, xxh3_128_with_seed};

use crate::Cell;

/// What a whole run has in common.
#[derive(Debug, Clone, Copy)]
pub struct Common<'a> {
    /// Digest of the effective mapping table with its files.
    pub mapping: &'a [u8],
    /// The connector's locale.
    pub locale: &'a str,
    /// Id of the connector (it goes into seeds).
    pub connector: &'a str,
    /// Plugin ids with their generations, in order.
    pub generations: &'a [(&'a str, &'a str)],
    /// Target names with their product and route, in order.
    pub targets: &'a [(&'a str, &'a str)],
}

/// Makes the fingerprints of one run.
#[derive(Debug, Clone)]
pub struct Fingerprinter {
    seed: u64,
    common: u128,
    scratch: Vec<u8>,
}

impl Fingerprinter {
    /// A maker for one run.
    pub fn new(common: &Common<'_>) -> Self {
        let mut bytes = Vec::new();
        part(&mut bytes, b"attune-fingerprint-1");
        part(&mut bytes, common.mapping);
        part(&mut bytes, common.locale.as_bytes());
        part(&mut bytes, common.connector.as_bytes());
        for pairs in [common.generations, common.targets] {
            bytes.extend_from_slice(&(pairs.len() as u64).to_le_bytes());
            for (name, what) in pairs {
                part(&mut bytes, name.as_bytes());
                part(&mut bytes, what.as_bytes());
            }
        }
        Self {
            seed: xxh3_64(&bytes),
            common: xxh3_128(&bytes),
            scratch: Vec::with_capacity(1024),
        }
    }

    /// The fingerprint of a person: their resolved cells in the order of the wanted set, and the
    /// linked account's key per target in order, where there is one.
    pub fn of<'c>(
        &mut self,
        cells: impl IntoIterator<Item = Cell<'c>>,
        accounts: &[Option<&str>],
    ) -> [u8; 16] {
        self.scratch.clear();
        self.scratch.extend_from_slice(&self.common.to_le_bytes());
        for cell in cells {
            self.scratch.push(cell.kind as u8);
            part(&mut self.scratch, cell.bytes);
        }
        // Kinds end at 19: this byte begins another part, whatever the cells were.
        self.scratch.push(u8::MAX);
        for account in accounts {
            self.scratch.push(u8::from(account.is_some()));
            part(&mut self.scratch, account.unwrap_or_default().as_bytes());
        }
        xxh3_128_with_seed(&self.scratch, self.seed).to_le_bytes()
    }
}

fn part(into: &mut Vec<u8>, bytes: &[u8]) {
    into.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    into.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    const COMMON: Common<'static> = Common {
        mapping: b"m",
        locale: "de",
        connector: "c",
        generations: &[("text", "1")],
        targets: &[("jira", "entity-property")],
    };

    fn of(common: &Common<'_>, cells: &[Cell<'_>], accounts: &[Option<&str>]) -> [u8; 16] {
        Fingerprinter::new(common).of(cells.iter().copied(), accounts)
    }

    #[test]
    fn fingerprint_when_anything_differs_differs() {
        let null = Cell {
            kind: Kind::Null,
            bytes: &[],
        };
        let ab = [Cell::text("a"), Cell::text("b")];
        let mut all = vec![
            of(&COMMON, &ab, &[None]),
            of(&COMMON, &[Cell::text("ab"), Cell::text("")], &[None]),
            of(&COMMON, &[Cell::text("a"), Cell::ABSENT], &[None]),
            of(&COMMON, &[Cell::text("a"), null], &[None]),
            of(&COMMON, &[Cell::text("a"), Cell::text("")], &[None]),
            of(&COMMON, &ab, &[Some("")]),
            of(&COMMON, &ab, &[Some("x")]),
            of(&COMMON, &ab, &[None, None]),
            of(
                &Common {
                    mapping: b"n",
                    ..COMMON
                },
                &ab,
                &[None],
            ),
            of(
                &Common {
                    locale: "en",
                    ..COMMON
                },
                &ab,
                &[None],
            ),
            of(
                &Common {
                    connector: "d",
                    ..COMMON
                },
                &ab,
                &[None],
            ),
            of(
                &Common {
                    generations: &[("text", "2")],
                    ..COMMON
                },
                &ab,
                &[None],
            ),
            of(
                &Common {
                    targets: &[("jira", "custom")],
                    ..COMMON
                },
                &ab,
                &[None],
            ),
        ];
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn fingerprint_when_made_again_is_the_same() {
        let cells = [Cell::text("a"), Cell::ABSENT];
        let mut maker = Fingerprinter::new(&COMMON);
        let first = maker.of(cells, &[Some("k")]);
        let _ = maker.of([Cell::text("other")], &[]);
        assert_eq!(maker.of(cells, &[Some("k")]), first);
    }
}
