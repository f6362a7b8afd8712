//! Columns as a hostile or careless host could send them, and cells as a careless plugin could
//! leave them.

use super::{Batch, Cell, Cells, Column, Function, Open, Plugin, Step, TextView, Value, Values};
use crate::testing::no_context;
use crate::{NoOptions, Problem};

fn column(kinds: &[u8], ends: &[u32], data: &[u8]) -> Column {
    Column {
        kinds: kinds.to_vec(),
        ends: ends.to_vec(),
        data: data.to_vec(),
    }
}

#[test]
fn values_that_break_the_contract_are_bytes_and_never_a_panic() {
    let columns = [
        column(&[2], &[9], b"abc"),
        column(&[2, 2], &[3, 1], b"abc"),
        column(&[2], &[u32::MAX], b""),
        column(&[2], &[2], &[0xff, 0xfe]),
        column(&[99], &[3], b"abc"),
        // The border of the two values stands inside one character.
        column(&[2, 2], &[1, 2], "é".as_bytes()),
    ];
    for column in &columns {
        let values = Values::new(column);
        let last = values.get(column.kinds.len() - 1);
        assert!(matches!(last, Value::Bytes(_)), "{column:?}: {last:?}");
        assert!(matches!(last.text(), TextView::Failed(_)));
        assert_eq!(values.get(column.kinds.len()), Value::Absent);
    }
}

#[test]
fn text_beside_binary_values_is_still_text() {
    let column = column(&[2, 7, 2], &[1, 3, 4], b"a\xff\xfeb");
    let values = Values::new(&column);
    let all = [values.get(0), values.get(1), values.get(2)];
    assert_eq!(
        all,
        [
            Value::Text("a"),
            Value::Bytes(b"\xff\xfe"),
            Value::Text("b")
        ]
    );
}

#[test]
fn a_batch_whose_columns_do_not_fit_is_refused() {
    let context = no_context();
    for inputs in [
        vec![],
        vec![column(&[2], &[0, 0], b"")],
        vec![column(&[], &[], b"")],
    ] {
        let Err(problem) = Batch::new(&context, 1, &inputs) else {
            panic!("{inputs:?}")
        };
        assert_eq!(problem.code, "bad-batch");
    }
}

#[test]
fn a_cell_that_was_begun_and_dropped_leaves_nothing_behind() {
    let mut cells = Cells::default();
    let _first = cells.cell().text("a");
    let mut begun = cells.cell().write_text();
    begun.push_str("half");
    let _second = cells.cell().text("b");
    let mut undone = cells.cell().write_text();
    undone.push_str("half");
    let _third = undone.undo().keep();
    assert_eq!(cells.into_column(), column(&[2, 2, 16], &[1, 2, 2], b"ab"));
}

#[test]
fn every_outcome_has_its_kind_and_its_bytes() {
    let mut cells = Cells::default();
    let _written = [
        cells.cell().number("12"),
        cells.cell().number("1.50"),
        cells.cell().boolean(true),
        cells.cell().json("[1]"),
        cells.cell().bytes(&[0]),
        cells.cell().missing(),
        cells.cell().keep(),
        cells.cell().clear(),
        cells.cell().drop_person(),
        cells.cell().failed(&Problem::new("c", "m").at("x")),
    ];
    let got = cells.into_column();
    assert_eq!(got.kinds, [3, 4, 5, 6, 7, 0, 16, 17, 18, 19]);
    assert_eq!(got.ends, [2, 6, 10, 13, 14, 14, 14, 14, 14, 49]);
    assert!(
        got.data
            .ends_with(br#"{"code":"c","message":"m","at":"x"}"#)
    );
}

#[test]
fn texts_of_every_length_are_written_whole() {
    let whole: String = ('!'..='~').cycle().take(200).collect();
    let mut cells = Cells::default();
    let mut expected = Vec::new();
    for len in 0..=200 {
        let (front, back) = whole.split_at(len);
        let _written = cells.cell().text(front);
        let mut pieces = cells.cell().write_text();
        pieces.push_str(back);
        pieces.push('é');
        pieces.push('e');
        pieces.push_ascii(front.as_bytes());
        let _written = pieces.done();
        expected.extend([front.to_owned(), format!("{back}ée{front}")]);
    }
    let got = cells.into_column();
    assert_eq!(String::from_utf8(got.data).unwrap(), expected.concat());
    let lengths = expected.iter().map(String::len);
    let ends = lengths.scan(0, |end, len| {
        *end += len as u32;
        Some(*end)
    });
    assert_eq!(got.ends, ends.collect::<Vec<_>>());
}

#[test]
fn a_result_may_have_64_kib_and_not_one_byte_more() {
    let (fits, too_long) = ("x".repeat(65_536), "x".repeat(65_537));
    let mut cells = Cells::default();
    let _written = [cells.cell().text(&fits), cells.cell().text(&too_long)];
    let mut pieces = cells.cell().write_text();
    pieces.push_str(&too_long);
    let _written = [pieces.done(), cells.cell().bytes(too_long.as_bytes())];
    assert_eq!(cells.into_column().kinds, [2, 19, 19, 7]);
}

#[test]
fn the_ascii_kernel_takes_plain_columns_only_and_makes_text_of_them() {
    let context = no_context();
    let plain = [column(&[2, 0, 3, 1, 5], &[1, 1, 3, 3, 7], b"a12true")];
    let mut out = Cells::default();
    let batch = Batch::new(&context, 5, &plain).unwrap();
    assert!(batch.map_ascii(&mut out, <[u8]>::make_ascii_uppercase));
    let expect = column(&[2, 0, 2, 1, 2], &[1, 1, 3, 3, 7], b"A12TRUE");
    assert_eq!(out.into_column(), expect);

    for other in [
        column(&[2], &[2], "é".as_bytes()),
        column(&[6], &[2], b"[]"),
    ] {
        let inputs = [other];
        let batch = Batch::new(&context, 1, &inputs).unwrap();
        let mut out = Cells::default();
        assert!(!batch.map_ascii(&mut out, <[u8]>::make_ascii_uppercase));
        assert_eq!(out.rows(), 0);
    }
}

/// A step that forgets its rows.
struct Forgetful;

impl Step for Forgetful {
    fn apply(&self, _: &Batch<'_>, _: &mut Cells) -> Result<(), Problem> {
        Ok(())
    }
}

#[test]
fn steps_that_answer_too_few_rows_and_unknown_functions_are_problems() {
    let plugin = Plugin {
        id: "p",
        version: "1",
        summary: "",
        functions: vec![Function {
            name: "forget",
            summary: "",
            options: NoOptions::SCHEMA,
            examples: "[]",
            uses: &[],
            open: Open::step(|NoOptions {}| Ok(Forgetful)),
        }],
    };
    let problem = crate::testing::run(&plugin, "forget", "{}", r#"["a"]"#).unwrap_err();
    assert_eq!(problem.code, "plugin-error");
    assert_eq!(
        plugin.open("nothing", "{}").map(|_| ()).unwrap_err().code,
        "unknown-function"
    );
    assert_eq!(
        plugin.open("forget", "[1]").map(|_| ()).unwrap_err().code,
        "options"
    );
}

#[test]
fn complaints_name_what_schema_struct_and_examples_disagree_about() {
    let function = |options, examples| Function {
        name: "f",
        summary: "",
        options,
        examples,
        uses: &[],
        open: Open::text(|text: &str, out: Cell<'_>| out.text(text)),
    };
    let complain = |options, examples| {
        let functions = vec![function(options, examples)];
        let plugin = Plugin {
            id: "p",
            version: "1",
            summary: "",
            functions,
        };
        crate::testing::complaints(&plugin).join("\n")
    };
    let three = r#"[{"input":["a"],"output":"a"},{"input":["a"],"output":"a"},{"input":["a"],"output":"b"}]"#;
    let got = complain(NoOptions::SCHEMA, three);
    assert_eq!(got, r#"p.f: example 2: gives "a", not "b""#);
    let more = r#"{"type":"object","properties":{"value":{"enum":[1]}}}"#;
    let got = complain(more, r#"[{"input":["a"],"output":"a"}]"#);
    for part in [
        "unknown options pass",
        "the schema names {\"value\"}",
        "row's own key",
        "no title",
        "does not take 1",
        "three are wanted",
    ] {
        assert!(got.contains(part), "{part}: {got}");
    }
}

#[test]
fn extra_entries_of_a_function_stand_in_its_manifest() {
    let same = |text: &str, out: Cell<'_>| out.text(text);
    let function = |open| Function {
        name: "f",
        summary: "",
        options: NoOptions::SCHEMA,
        examples: "[]",
        uses: &[],
        open,
    };
    let plugin = Plugin {
        id: "p",
        version: "1",
        summary: "",
        functions: vec![
            function(Open::text(same)),
            function(Open::text(same).with_extra(&[("full-name", "p.whole")])),
        ],
    };
    let manifest = super::export::manifest(&plugin);
    let extra: Vec<_> = manifest.functions.iter().map(|f| f.extra.len()).collect();
    assert_eq!(extra, [0, 1]);
}
