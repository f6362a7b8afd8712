//! The laws of a plan, over the public API alone: documents in, plan out, apply, plan again.
//!
//! A model directory and a model target, and between them exactly the modules that a run uses.
//! What holds here for random people, targets and orders is what README promises: nothing to do
//! when nothing changed, the same plan whatever the order, one bad person harms nobody else.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;

use attune_core::decide::{Decision, Ledger, Observed, Situation, decide};
use attune_core::evaluate::{Batch, Program, dropped};
use attune_core::mapping::{
    Apply, Conflict, Existing, Field, FieldKind, FieldRows, Input, Row, Table, WhenMissing,
};
use attune_core::plan::{Change, DigestWriter, Head, compare};
use attune_core::project::Projector;
use attune_core::selector::Names;
use attune_core::{Column, Outcome, Selector};
use proptest::prelude::*;

type Values = BTreeMap<(String, String), String>;

/// What the target holds and what we believe to have written, by account and field.
#[derive(Debug, Clone, Default, PartialEq)]
struct World {
    target: Values,
    ledger: Values,
}

fn row(input: Input) -> Row {
    Row {
        input,
        steps: Vec::new(),
        when: Vec::new(),
        when_missing: WhenMissing::Keep,
        empty_is_value: false,
        apply: Apply::Always,
        existing: Existing::Overwrite,
        conflict: Conflict::SourceWins,
        locale: None,
    }
}

fn from(text: &str) -> Input {
    Input::From(text.parse().unwrap())
}

fn table() -> Table {
    let both: Vec<Selector> = vec!["a".parse().unwrap(), "b[0]".parse().unwrap()];
    let rows = [
        ("Copy", row(from("a"))),
        (
            "Clearing",
            Row {
                when_missing: WhenMissing::Clear,
                ..row(from("a"))
            },
        ),
        ("First", row(Input::First(both))),
        ("Fixed", row(Input::Value("ACME".to_owned()))),
        (
            "Once",
            Row {
                apply: Apply::Once,
                ..row(from("a"))
            },
        ),
        (
            "Polite",
            Row {
                existing: Existing::Keep,
                ..row(from("a"))
            },
        ),
        (
            "Local",
            Row {
                conflict: Conflict::KeepLocal,
                ..row(from("a"))
            },
        ),
    ];
    let fields = rows.map(|(name, row)| FieldRows {
        field: Field {
            kind: FieldKind::EntityProperty,
            name: name.to_owned(),
        },
        rows: vec![row],
    });
    Table {
        fields: fields.into(),
    }
}

/// One change or ledger update that a plan contains.
#[derive(Debug, Clone)]
struct Planned {
    changes: Vec<Change>,
    ledger: Vec<((String, String), Option<String>)>,
}

/// The plan for people given as account and document, in batches of `batch`.
fn plan(world: &World, people: &[(String, String)], batch: usize) -> Planned {
    let no_steps = |_: &attune_core::mapping::Step| unreachable!("the table has no steps");
    let mut program = Program::compile(&table(), "und", no_steps).unwrap();
    let mut planned = Planned {
        changes: Vec::new(),
        ledger: Vec::new(),
    };
    for people in people.chunks(batch.max(1)) {
        plan_batch(&mut program, world, people, &mut planned);
    }
    planned.changes.sort_by(compare);
    planned
}

fn plan_batch(
    program: &mut Program,
    world: &World,
    people: &[(String, String)],
    planned: &mut Planned,
) {
    let wanted = program.selectors().clone();
    let mut projector = Projector::new(wanted.clone(), Names::Exact);
    let (mut rows, mut keys) = (Vec::new(), Vec::new());
    for (key, document) in people {
        let mut row = Column::default();
        if projector
            .project_json(document.as_bytes(), &mut row)
            .is_ok()
        {
            rows.push(row);
            keys.push(key.as_str());
        }
    }
    let columns = Column::transpose(&rows.iter().collect::<Vec<_>>(), wanted.len());
    let results = program.evaluate(&Batch {
        wanted: &wanted,
        columns: &columns,
        people: &keys,
        connector: "c",
        target: "t",
        now_ms: 0,
    });
    let gone = dropped(&results, keys.len());
    for (index, result) in results.iter().enumerate() {
        let field = program.fields().nth(index).unwrap().clone();
        for (person, key) in keys.iter().enumerate().filter(|(person, _)| !gone[*person]) {
            let slot = ((*key).to_owned(), field.name.clone());
            let outcome = Outcome::of(result.outcomes.cell(person));
            let row = program.row(index, result.row[person]).unwrap();
            let ledger = world.ledger.get(&slot);
            let decision = decide(&Situation {
                ledger: ledger.map(|value| Ledger {
                    value,
                    is_ours: true,
                }),
                observed: Observed::Value(world.target.get(&slot).map(String::as_str)),
                outcome: &outcome,
                apply: row.apply,
                existing: row.existing,
                conflict: row.conflict,
                text_max: None,
                normalise: attune_core::decide::as_shown,
                altered: None,
            });
            match decision {
                Decision::Write(write) => planned.changes.push(Change {
                    person: (*key).to_owned(),
                    account: (*key).to_owned(),
                    target: "t".to_owned(),
                    kind: field.kind,
                    field: field.name.clone(),
                    op: write.op,
                    before: write.before,
                    after: write.after,
                    result: None,
                }),
                Decision::Adopt | Decision::LedgerOnly => {
                    let Outcome::Set(value) = outcome else {
                        panic!("{outcome:?}")
                    };
                    planned.ledger.push((slot, Some(value)));
                }
                Decision::Release => planned.ledger.push((slot, None)),
                _ => {}
            }
        }
    }
}

fn put(values: &mut Values, slot: (String, String), value: Option<String>) {
    match value {
        Some(value) => values.insert(slot, value),
        None => values.remove(&slot),
    };
}

fn apply(world: &mut World, planned: &Planned) {
    for change in &planned.changes {
        let slot = (change.account.clone(), change.field.clone());
        assert_eq!(
            world.target.get(&slot),
            change.before.as_ref(),
            "before is what was there"
        );
        let stored = change.after.as_ref().map(|text| text.trim().to_owned());
        put(&mut world.target, slot.clone(), stored);
        put(&mut world.ledger, slot, change.after.clone());
    }
    for (slot, value) in planned.ledger.clone() {
        put(&mut world.ledger, slot, value);
    }
}

fn digest(planned: &Planned) -> String {
    let mut writer = DigestWriter::new(&Head {
        connector: "c",
        revision: "r",
        generations: &BTreeMap::new(),
        now_ms: 0,
    });
    for change in &planned.changes {
        writer.change(change).unwrap();
    }
    writer.finish()
}

fn any_people() -> impl Strategy<Value = Vec<(String, String)>> {
    let value = prop_oneof![
        3 => "\"[a-c ]{0,2}\"",
        1 => Just("null".to_owned()),
        1 => Just("\"\"".to_owned()),
        1 => Just("7".to_owned()),
        1 => Just("[]".to_owned()),
        1 => Just("[\"l\"]".to_owned()),
        1 => Just("[\"l\",\"m\"]".to_owned()),
        1 => Just("\"\\ud800\"".to_owned()),
    ];
    let member = ("[ab]", value).prop_map(|(name, value)| format!("\"{name}\":{value}"));
    let document = prop::collection::vec(member, 0..3)
        .prop_map(|members| format!("{{{}}}", members.join(",")));
    prop::collection::vec(document, 0..8).prop_map(|documents| {
        let numbered = documents.into_iter().enumerate();
        numbered
            .map(|(n, document)| (format!("p{n}"), document))
            .collect()
    })
}

fn any_values() -> impl Strategy<Value = Values> {
    let field = prop::sample::select(vec![
        "Copy", "Clearing", "First", "Fixed", "Once", "Polite", "Local",
    ]);
    let slot = ("p[0-7]", field.prop_map(str::to_owned));
    prop::collection::btree_map(slot, "[a-c]{1,2}|ACME", 0..12)
}

fn any_world() -> impl Strategy<Value = World> {
    (any_values(), any_values()).prop_map(|(target, ledger)| World { target, ledger })
}

proptest! {
    #[test]
    fn plan_when_applied_leaves_nothing_to_do(world in any_world(), people in any_people()) {
        let mut world = world;
        let first = plan(&world, &people, 256);
        apply(&mut world, &first);
        let second = plan(&world, &people, 256);
        prop_assert!(second.changes.is_empty(), "{:?}", second.changes);
        let settled = world.clone();
        apply(&mut world, &second);
        prop_assert_eq!(&world.target, &settled.target);
        prop_assert!(plan(&world, &people, 256).ledger.is_empty());
    }

    #[test]
    fn plan_when_applied_gives_what_was_wanted(people in any_people()) {
        let mut world = World::default();
        let first = plan(&world, &people, 256);
        apply(&mut world, &first);
        for (key, document) in &people {
            let value: serde_json::Value = match serde_json::from_str(document) {
                Ok(value) => value,
                Err(_) => continue,
            };
            let held = world.target.get(&(key.clone(), "Copy".to_owned()));
            let wanted = match &value["a"] {
                serde_json::Value::String(text) => Some(text.trim().to_owned()),
                serde_json::Value::Number(number) => Some(number.to_string()),
                serde_json::Value::Array(list) if list.len() == 1 => {
                    list[0].as_str().map(str::to_owned)
                }
                _ => None,
            };
            prop_assert_eq!(held.cloned(), wanted.filter(|text| !text.is_empty()));
            let fixed = world.target.get(&(key.clone(), "Fixed".to_owned()));
            prop_assert_eq!(fixed.map(String::as_str), Some("ACME"));
        }
    }

    #[test]
    fn plan_when_people_come_in_another_order_or_batch_has_the_same_digest(
        world in any_world(),
        (people, shuffled) in any_people().prop_flat_map(|p| (Just(p.clone()), Just(p).prop_shuffle())),
        batch in 1_usize..9,
    ) {
        let one = digest(&plan(&world, &people, 256));
        prop_assert_eq!(digest(&plan(&world, &shuffled, 256)), one.clone());
        prop_assert_eq!(digest(&plan(&world, &people, batch)), one);
    }

    #[test]
    fn person_when_unreadable_harms_nobody_else(
        world in any_world(),
        people in any_people(),
        at in 0_usize..8,
    ) {
        let without = plan(&world, &people, 256);
        let mut with = people.clone();
        with.insert(at.min(people.len()), ("bad".to_owned(), "{\"a\":".to_owned()));
        prop_assert_eq!(plan(&world, &with, 256).changes, without.changes);
    }

    #[test]
    fn values_of_others_when_nothing_is_wanted_are_never_cleared(
        target in any_values(),
        people in any_people(),
    ) {
        let world = World { target, ledger: Values::new() };
        let planned = plan(&world, &people, 256);
        prop_assert!(planned.changes.iter().all(|change| change.after.is_some()));
    }
}

#[test]
fn absent_null_and_empty_when_projected_are_three_things() {
    let mut projector = Projector::new(
        ["a".parse::<Selector>().unwrap()].into_iter().collect(),
        Names::Exact,
    );
    let mut rows = Column::default();
    for document in ["{}", r#"{"a":null}"#, r#"{"a":""}"#, r#"{"a":[]}"#] {
        projector
            .project_json(document.as_bytes(), &mut rows)
            .unwrap();
    }
    let cells: Vec<_> = rows.iter().collect();
    for (index, cell) in cells.iter().enumerate() {
        assert!(cells[index + 1..].iter().all(|other| other != cell));
        assert!(attune_core::json::is_missing(*cell, false));
    }
}
