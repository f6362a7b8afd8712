//! Rows by example, then the laws: order and batches do not matter, one bad row spares the rest.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::mapping::{Condition, FieldKind, FieldRows, Step, Test, WhenMissing};
use crate::project::Projector;
use crate::selector::Names;
use crate::{Cell, Context, Outcome, Uses};

/// Steps for tests: `upper`, `keep-if-x`, `fail-on-x`, `see`, `seeded`, `stretch`, `drop-if-x`.
struct Native {
    function: String,
    inputs: Vec<Selector>,
}

impl Transform for Native {
    fn inputs(&self) -> &[Selector] {
        &self.inputs
    }

    fn uses(&self) -> Uses {
        Uses {
            now: self.function == "seeded",
            seed: self.function == "seeded",
            locale: self.function == "seeded",
        }
    }

    fn apply(&mut self, context: &Context<'_>, rows: usize, inputs: &[&Column]) -> Column {
        let mut answer = Column::default();
        for column in inputs {
            assert_eq!(column.rows(), rows);
            assert!(!column.has_outcome(), "a step never sees an outcome");
        }
        for row in 0..rows {
            let cell = inputs[0].cell(row);
            let text = cell.as_text().unwrap_or("?");
            let ends = |kind| Cell { kind, bytes: &[] };
            match self.function.as_str() {
                "upper" => answer.push(Cell::text(&text.to_uppercase())),
                "keep-if-x" if text == "x" => answer.push(ends(Kind::Keep)),
                "drop-if-x" if text == "x" => answer.push(ends(Kind::DropPerson)),
                "fail-on-x" if text == "x" => answer.push_problem(&Problem::new("is-x", "x")),
                "see" => answer.push(inputs[1].cell(row)),
                "list" => answer.push_list([text, text]),
                "one" => answer.push_list([text]),
                "seeded" => answer.push(Cell::text(&format!(
                    "{} {} {:02x}",
                    context.now_ms,
                    context.locale,
                    context.seeds[16 * row]
                ))),
                _ => answer.push(cell),
            }
        }
        if self.function == "stretch" {
            answer.push(Cell::ABSENT);
        }
        answer
    }
}

fn open(step: &Step) -> Result<Box<dyn Transform>, Problem> {
    if step.function == "none" {
        return Err(Problem::new("no-such-function", "none"));
    }
    let inputs = step.options.get("input").and_then(|i| i.as_str());
    Ok(Box::new(Native {
        function: step.function.clone(),
        inputs: inputs.iter().map(|i| i.parse().unwrap()).collect(),
    }))
}

fn selector(text: &str) -> Selector {
    text.parse().unwrap()
}

fn row(input: Input, steps: &[&str]) -> Row {
    let steps = steps.iter().map(|step| {
        let (function, input) = step.split_once(' ').unwrap_or((step, ""));
        Step {
            plugin: "test".to_owned(),
            function: function.to_owned(),
            options: if input.is_empty() {
                json!({})
            } else {
                json!({ "input": input })
            },
        }
    });
    Row {
        input,
        steps: steps.collect(),
        when: Vec::new(),
        when_missing: WhenMissing::Keep,
        empty_is_value: false,
        apply: crate::mapping::Apply::Always,
        existing: crate::mapping::Existing::Overwrite,
        conflict: crate::mapping::Conflict::SourceWins,
        locale: None,
    }
}

fn from(text: &str) -> Input {
    Input::From(selector(text))
}

fn table(rows: Vec<Vec<Row>>) -> Table {
    let fields = rows.into_iter().enumerate().map(|(index, rows)| FieldRows {
        field: Field {
            kind: FieldKind::EntityProperty,
            name: format!("F{index}"),
        },
        rows,
    });
    Table {
        fields: fields.collect(),
    }
}

/// The people's columns for a wanted set.
fn columns(wanted: &Wanted, people: &[&str]) -> Vec<Column> {
    let mut projector = Projector::new(wanted.clone(), Names::Exact);
    let rows: Vec<Column> = people
        .iter()
        .map(|person| {
            let mut row = Column::default();
            projector.project_json(person.as_bytes(), &mut row).unwrap();
            row
        })
        .collect();
    Column::transpose(&rows.iter().collect::<Vec<_>>(), wanted.len())
}

fn run(program: &mut Program, wanted: &Wanted, people: &[&str], keys: &[&str]) -> Vec<FieldResult> {
    program.evaluate(&Batch {
        wanted,
        columns: &columns(wanted, people),
        people: keys,
        connector: "c",
        target: "t",
        now_ms: 7,
    })
}

fn word(cell: Cell<'_>) -> String {
    match Outcome::of(cell) {
        Outcome::Set(text) => format!("={text}"),
        Outcome::Failed(problem) => problem.code,
        other => format!("{other:?}"),
    }
}

/// Outcomes of one field for these people.
fn outcomes(rows: Vec<Row>, people: &[&str]) -> Vec<String> {
    let mut program = Program::compile(&table(vec![rows]), "de-DE", open).unwrap();
    let wanted = program.selectors().clone();
    let keys: Vec<String> = (0..people.len()).map(|n| format!("p{n}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let results = run(&mut program, &wanted, people, &keys);
    assert_eq!(results.len(), 1);
    assert_eq!(results[0].outcomes.check(people.len(), true), Ok(()));
    results[0].outcomes.iter().map(word).collect()
}

const PEOPLE: [&str; 10] = [
    r#"{"a":"x"}"#,
    r#"{"a":"y"}"#,
    r#"{"a":null}"#,
    "{}",
    r#"{"a":""}"#,
    r#"{"a":1.50}"#,
    r#"{"a":["z"]}"#,
    r#"{"a":["x","y"]}"#,
    r#"{"a":{"b":1}}"#,
    r#"{"a":"\ud800"}"#,
];

#[test]
fn direct_copy_when_evaluated_is_text_as_the_source_wrote_it() {
    let expected = [
        "=x",
        "=y",
        "Keep",
        "Keep",
        "Keep",
        "=1.50",
        "=z",
        "many-values",
        "not-text",
        "bad-value",
    ];
    assert_eq!(outcomes(vec![row(from("a"), &[])], &PEOPLE), expected);
    assert_eq!(
        outcomes(
            vec![row(Input::Value("ACME".to_owned()), &[])],
            &["{}", "{}"]
        ),
        ["=ACME", "=ACME"]
    );
}

#[test]
fn missing_values_when_row_says_so_are_kept_cleared_failed_or_defaulted() {
    let people = &PEOPLE[..5];
    let with = |when_missing, empty_is_value| {
        let row = Row {
            when_missing,
            empty_is_value,
            ..row(from("a"), &[])
        };
        outcomes(vec![row], people)
    };
    assert_eq!(
        with(WhenMissing::Clear, false),
        ["=x", "=y", "Clear", "Clear", "Clear"]
    );
    assert_eq!(
        with(WhenMissing::Fail, false),
        ["=x", "=y", "missing", "missing", "missing"]
    );
    let default = WhenMissing::Default("d".to_owned());
    assert_eq!(with(default, false), ["=x", "=y", "=d", "=d", "=d"]);
    assert_eq!(
        with(WhenMissing::Clear, true),
        ["=x", "=y", "Clear", "Clear", "="]
    );
    let lists = [
        r#"{"a":[]}"#,
        r#"{"a":[null]}"#,
        r#"{"a":[""]}"#,
        r#"{"a":[true]}"#,
    ];
    assert_eq!(
        outcomes(vec![row(from("a"), &[])], &lists),
        ["Keep", "Keep", "Keep", "=true"]
    );
    let value = Row {
        empty_is_value: true,
        ..row(from("a"), &[])
    };
    assert_eq!(outcomes(vec![value], &lists), ["=", "Keep", "=", "=true"]);
}

#[test]
fn first_when_evaluated_takes_what_is_not_missing() {
    let first = Input::First(vec![selector("a"), selector("b[0]"), selector("c")]);
    let people = [
        r#"{"a":"1","b":["2"]}"#,
        r#"{"a":"","b":["2"]}"#,
        r#"{"b":[],"c":3}"#,
        "{}",
        r#"{"a":"\ud800","c":"3"}"#,
    ];
    assert_eq!(
        outcomes(vec![row(first, &[])], &people),
        ["=1", "=2", "=3", "Keep", "bad-value"]
    );
}

#[test]
fn chains_when_somebody_has_an_outcome_go_on_for_the_others() {
    let people = [
        r#"{"a":"x","b":"p"}"#,
        r#"{"a":"y","b":"q"}"#,
        r#"{"a":"y","b":"\ud800"}"#,
    ];
    let say = |steps: &[&str]| outcomes(vec![row(from("a"), steps)], &people);
    assert_eq!(say(&["upper"]), ["=X", "=Y", "=Y"]);
    assert_eq!(say(&["keep-if-x", "upper"]), ["Keep", "=Y", "=Y"]);
    assert_eq!(
        say(&["drop-if-x", "upper", "upper"]),
        ["DropPerson", "=Y", "=Y"]
    );
    assert_eq!(say(&["fail-on-x", "see b"]), ["is-x", "=q", "bad-value"]);
    assert_eq!(say(&["see b", "upper"]), ["=P", "=Q", "bad-value"]);
    assert_eq!(say(&["list"]), ["many-values"; 3]);
    assert_eq!(say(&["one"]), ["=x", "=y", "=y"]);
    assert_eq!(say(&["stretch"]), ["plugin-output-invalid"; 3]);
    assert_eq!(
        outcomes(vec![row(Input::Nothing, &["see b", "keep-if-x"])], &people),
        ["=p", "=q", "bad-value"]
    );
}

#[test]
fn rows_when_a_field_has_several_are_chosen_by_their_conditions() {
    let when = |attribute: &str, text: &str, row| Row {
        when: vec![Condition {
            attribute: selector(attribute),
            test: Test::Equals(text.to_owned()),
        }],
        ..row
    };
    let rows = vec![
        when("k", "1", row(from("a"), &["upper"])),
        when(
            "k",
            "2",
            row(Input::Value("two".to_owned()), &["fail-on-x"]),
        ),
        when("l", "3", row(from("a"), &["drop-if-x"])),
    ];
    let people = [
        r#"{"k":"2","a":"x"}"#,
        r#"{"k":1,"a":"b"}"#,
        r#"{"k":"3","l":["0","3"],"a":"x"}"#,
        r#"{"k":"9","a":"x"}"#,
        r#"{"k":"\ud800","a":"x"}"#,
    ];
    assert_eq!(
        outcomes(rows.clone(), &people),
        ["=two", "=B", "DropPerson", "Keep", "bad-value"]
    );
    let mut program = Program::compile(&table(vec![rows]), "und", open).unwrap();
    let wanted = program.selectors().clone();
    let results = run(&mut program, &wanted, &people, &["0", "1", "2", "3", "4"]);
    assert_eq!(results[0].row, [1, 0, 2, NO_ROW, 0]);
    assert_eq!(dropped(&results, 5), [false, false, true, false, false]);
    assert!(program.row(0, 1).is_some());
    assert!(program.row(0, NO_ROW).is_none());
}

#[test]
fn selector_when_not_fetched_fails_the_row_that_meets_it() {
    let first = Input::First(vec![selector("a"), selector("b")]);
    let conditioned = Row {
        when: vec![Condition {
            attribute: selector("b"),
            test: Test::Present(false),
        }],
        ..row(from("a"), &[])
    };
    let rows = [
        row(from("b"), &["upper"]),
        row(first, &[]),
        row(from("a"), &["see b"]),
        conditioned,
    ];
    let table = table(rows.into_iter().map(|row| vec![row]).collect());
    let mut program = Program::compile(&table, "und", open).unwrap();
    let fetched = Wanted::new([selector("a")]);
    let results = run(&mut program, &fetched, &[r#"{"a":"1"}"#, "{}"], &["p", "q"]);
    let words: Vec<Vec<String>> = results
        .iter()
        .map(|r| r.outcomes.iter().map(word).collect())
        .collect();
    let none = "not-fetched";
    assert_eq!(
        words,
        [[none, none], ["=1", none], [none, none], [none, none]]
    );
}

#[test]
fn impure_inputs_when_named_arrive_and_depend_on_the_person_only() {
    let mut program = Program::compile(
        &table(vec![vec![row(from("a"), &["seeded"])]]),
        "de-DE",
        open,
    )
    .unwrap();
    assert!(program.uses_now());
    let wanted = program.selectors().clone();
    let both = run(&mut program, &wanted, &["{}", "{}"], &["p", "q"]);
    let alone = run(&mut program, &wanted, &["{}"], &["q"]);
    assert_eq!(both[0].outcomes.cell(1), alone[0].outcomes.cell(0));
    let seed = seed("c", "q", "t", "F0");
    let expected = format!("7 de-DE {:02x}", seed[0]);
    assert_eq!(alone[0].outcomes.cell(0).as_text(), Some(expected.as_str()));
    assert_ne!(
        super::seed("ab", "c", "", ""),
        super::seed("a", "bc", "", "")
    );
}

#[test]
fn table_when_steps_do_not_open_reports_every_problem() {
    let deep = from("manager.manager.manager.manager.manager.manager.x");
    let table = table(vec![
        vec![row(from("a"), &["none"])],
        vec![row(from("a"), &[])],
        vec![row(deep, &[]), row(from("a"), &["none"])],
    ]);
    let Err(refusals) = Program::compile(&table, "und", open) else {
        panic!("compiled");
    };
    let codes: Vec<(&str, &str)> = refusals
        .iter()
        .map(|(field, p)| (field.name.as_str(), p.code.as_str()))
        .collect();
    assert_eq!(
        codes,
        [
            ("F0", "no-such-function"),
            ("F2", "no-such-function"),
            ("F2", "manager-depth")
        ]
    );
}

#[test]
fn explanation_when_asked_names_every_station() {
    let rows = vec![vec![row(from("a"), &["upper", "see b", "fail-on-x"])]];
    let mut program = Program::compile(&table(rows), "und", open).unwrap();
    let wanted = program.selectors().clone();
    let batch_columns = columns(&wanted, &[r#"{"a":"v","b":"x"}"#]);
    let traces = program.explain(&Batch {
        wanted: &wanted,
        columns: &batch_columns,
        people: &["p"],
        connector: "c",
        target: "t",
        now_ms: 0,
    });
    let shown = serde_json::to_value(&traces).unwrap();
    assert_eq!(
        shown,
        json!([{
            "field": { "kind": "entity-property", "name": "F0" },
            "row": 0,
            "source": [{ "selector": "a", "value": { "kind": "text", "text": "v" } }],
            "steps": [
                { "plugin": "test", "function": "upper", "options": {}, "inputs": [],
                  "input": { "kind": "text", "text": "v" },
                  "output": { "kind": "text", "text": "V" } },
                { "plugin": "test", "function": "see", "options": { "input": "b" },
                  "inputs": [{ "selector": "b", "value": { "kind": "text", "text": "x" } }],
                  "input": { "kind": "text", "text": "V" },
                  "output": { "kind": "text", "text": "x" } },
                { "plugin": "test", "function": "fail-on-x", "options": {}, "inputs": [],
                  "input": { "kind": "text", "text": "x" },
                  "output": { "kind": "failed", "text": "is-x: x" } },
            ],
            "outcome": { "kind": "failed", "text": "is-x: x" },
        }])
    );
}

#[test]
fn explanation_when_a_step_was_called_has_what_the_call_was_given() {
    let rows = vec![vec![row(from("a"), &["one", "stretch", "upper"])]];
    let mut program = Program::compile(&table(rows), "de-DE", open).unwrap();
    let wanted = program.selectors().clone();
    let mut column = Column::default();
    column.push_bytes(Kind::Bytes, b"\xff\0");
    let traces = program.explain(&Batch {
        wanted: &wanted,
        columns: &[column],
        people: &["p"],
        connector: "c",
        target: "t",
        now_ms: 7,
    });
    let given = |step: usize| traces[0].steps[step].given.as_ref();
    let first = Given {
        row: vec![(Kind::Bytes, b"\xff\0".to_vec())],
        now_ms: 7,
        locale: "de-DE".to_owned(),
        seed: seed("c", "p", "t", "F0"),
    };
    assert_eq!(given(0), Some(&first));
    let second = Given {
        row: vec![(Kind::Json, br#"["?"]"#.to_vec())],
        ..first
    };
    assert_eq!(given(1), Some(&second));
    assert_eq!(given(2), None, "the step before it has failed");
    let shown = serde_json::to_string(&traces).unwrap();
    assert!(!shown.contains("given"), "{shown}");
}

fn law_table() -> Table {
    let when = |row| Row {
        when: vec![Condition {
            attribute: selector("b"),
            test: Test::Present(true),
        }],
        ..row
    };
    table(vec![
        vec![row(from("a"), &[])],
        vec![row(from("a"), &["keep-if-x", "fail-on-x", "upper"])],
        vec![
            when(row(from("b"), &["see a"])),
            row(from("a"), &["drop-if-x"]),
        ],
        vec![row(
            Input::First(vec![selector("b"), selector("a")]),
            &["upper"],
        )],
        vec![row(from("a"), &["seeded"])],
        vec![Row {
            when_missing: WhenMissing::Clear,
            ..row(from("a"), &[])
        }],
    ])
}

/// Outcomes per person, so that orders and batches can be compared.
fn per_person(people: &[(String, String)]) -> Vec<(String, Vec<String>, Vec<u8>)> {
    let mut program = Program::compile(&law_table(), "de", open).unwrap();
    let wanted = program.selectors().clone();
    let keys: Vec<&str> = people.iter().map(|(key, _)| key.as_str()).collect();
    let documents: Vec<&str> = people
        .iter()
        .map(|(_, document)| document.as_str())
        .collect();
    let results = run(&mut program, &wanted, &documents, &keys);
    let of = |person: usize| {
        let words = results
            .iter()
            .map(|r| word(r.outcomes.cell(person)))
            .collect();
        (
            keys[person].to_owned(),
            words,
            results.iter().map(|r| r.row[person]).collect(),
        )
    };
    (0..people.len()).map(of).collect()
}

fn any_people() -> impl Strategy<Value = Vec<(String, String)>> {
    let value = prop_oneof![
        Just(r#""x""#),
        Just(r#""y""#),
        Just("null"),
        Just(r#""""#),
        Just("1"),
        Just("[\"z\"]"),
        Just("[1,2]"),
        Just("{}"),
        Just(r#""\ud800""#),
    ];
    let member = (prop_oneof![Just("a"), Just("b"), Just("c")], value);
    let document = prop::collection::vec(member, 0..3).prop_map(|members| {
        let members: Vec<String> = members
            .iter()
            .map(|(k, v)| format!("\"{k}\":{v}"))
            .collect();
        format!("{{{}}}", members.join(","))
    });
    prop::collection::vec(document, 0..12).prop_map(|documents| {
        documents
            .into_iter()
            .enumerate()
            .map(|(n, d)| (format!("p{n}"), d))
            .collect()
    })
}

proptest! {
    #[test]
    fn outcomes_when_order_or_batches_change_stay_the_same(
        (people, shuffled) in any_people().prop_flat_map(|p| (Just(p.clone()), Just(p).prop_shuffle())),
        cut in 0_usize..12,
    ) {
        let mut whole = per_person(&people);
        let mut other = per_person(&shuffled);
        whole.sort();
        other.sort();
        prop_assert_eq!(&whole, &other);
        let (left, right) = people.split_at(cut.min(people.len()));
        let mut halves = per_person(left);
        halves.extend(per_person(right));
        halves.sort();
        prop_assert_eq!(whole, halves);
    }

    #[test]
    fn somebody_bad_when_added_changes_nobody_else(people in any_people()) {
        let alone = per_person(&people);
        let mut more = people.clone();
        more.insert(0, ("bad".to_owned(), r#"{"a":"\ud800","b":"\udc00"}"#.to_owned()));
        let with = per_person(&more);
        prop_assert_eq!(&with[1..], &alone[..]);
    }
}
