//! Where our own time goes: each row of the first comparison's table alone, by `-- --rows`.
//!
//! The quickest of many rounds, which a busy machine disturbs least; nothing is compared here.

use std::time::{Duration, Instant};

use attune_bench::document;
use attune_bench::setup::Setup;
use attune_core::mapping::Table;

use super::look;
use crate::ours::Ours;

/// Measures and prints.
pub fn print(count: usize, rounds: usize) {
    let table = document::twelve();
    let setup = Setup::of(document::documents(count), &table);
    let mut tables = vec![("all twelve".to_owned(), table.clone())];
    tables.extend(table.fields.into_iter().map(|row| {
        let name = row.field.name.clone();
        (name, Table { fields: vec![row] })
    }));
    let mut rows: Vec<_> = tables
        .iter()
        .map(|(name, table)| (name, Ours::new(&setup, table), Duration::MAX))
        .collect();
    for _ in 0..rounds * 10 {
        for (_, ours, quickest) in &mut rows {
            let begun = Instant::now();
            look(ours);
            *quickest = begun.elapsed().min(*quickest);
        }
    }
    println!(
        "\nours, each row alone, the quickest of {} rounds",
        rounds * 10
    );
    for (name, _, quickest) in rows {
        let nanos = quickest.as_secs_f64() * 1e9 / count as f64;
        println!("  {name:<44} {nanos:>9.0} ns per person");
    }
}
