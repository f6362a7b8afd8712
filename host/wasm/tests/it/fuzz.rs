//! A million made-up answers through the boundary: what breaks the contract fails its own row with a
//! name, everything else comes back as it was written, and the host goes on.
//!
//! The guest answers what its rows tell it to, byte for byte, so the answers are made here. What
//! bundled plugins do with odd input is tried by `hostile` in the tests of the host.

use attune_core::{Cell, Column, Context, Kind, Problem, Transform as _};
use attune_wasm::{Engine, Limits, Options};
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use super::guest::{Guest, RETURN};

const SEED: u64 = 0x0A77_0003;
const VALUES: usize = 1_000_000;
const ROWS: usize = 256;
/// First bytes that are no kinds but orders to lie: where the row ends, how long the data is, how
/// many rows there are, where the data lies.
const LIES: [u8; 4] = [0xfe, 0xfd, 0xfc, 0xfb];

/// Honest while it is tried at load. With options, each row's first byte becomes its kind, and the rest its value (an empty row stays one); or the guest lies, by as much as the
/// next four bytes say.
fn obedient() -> Vec<u8> {
    let at = |offset: u32| RETURN + 4 + offset;
    let part = |offset: u32| format!("(i32.load (i32.const {}))", at(offset));
    let (kinds, ends, data) = (part(0), part(8), part(16));
    let said = "(i32.load (i32.add (local.get $p) (i32.const 1)))";
    let lie = |byte: u8, then: &str| {
        format!("(if (i32.eq (global.get $kind) (i32.const {byte})) (then {then}))")
    };
    let add = |offset: u32| {
        let at = at(offset);
        format!("(i32.store (i32.const {at}) (i32.add (i32.load (i32.const {at})) {said}))")
    };
    let [end, length, rows, place] = LIES;
    let lies = [
        lie(
            end,
            &format!("(i32.store (i32.add {ends} (i32.mul (local.get $i) (i32.const 4))) {said})"),
        ),
        lie(length, &add(20)),
        lie(rows, &add(4)),
        lie(place, &add(16)),
    ]
    .concat();
    let text = Kind::Text as u8;
    let apply = format!(
        "(global.set $from (i32.const 0)) (global.set $to (i32.const 0))
         (i32.store (i32.const {data_length}) (i32.const 0))
         (global.set $data {data})
         (block $done (loop $row
           (br_if $done (i32.ge_u (local.get $i) (local.get $rows)))
           (local.set $p (i32.add (global.get $data) (global.get $from)))
           (local.set $q (i32.load (i32.add {ends} (i32.mul (local.get $i) (i32.const 4)))))
           (if (i32.eq (local.get $q) (global.get $from)) (then
             (i32.store (i32.add {ends} (i32.mul (local.get $i) (i32.const 4))) (global.get $to))
             (local.set $i (i32.add (local.get $i) (i32.const 1)))
             (br $row)))
           (global.set $kind (i32.load8_u (local.get $p)))
           (global.set $length
             (i32.sub (i32.sub (local.get $q) (global.get $from)) (i32.const 1)))
           (global.set $to (i32.add (global.get $to) (global.get $length)))
           (i32.store (i32.add {ends} (i32.mul (local.get $i) (i32.const 4))) (global.get $to))
           {lies}
           (if (i32.ge_u (global.get $kind) (i32.const {least}))
             (then (global.set $kind (i32.const {text}))))
           (i32.store8 (i32.add {kinds} (local.get $i)) (global.get $kind))
           (memory.copy
             (i32.add (global.get $data) (i32.sub (global.get $to) (global.get $length)))
             (i32.add (local.get $p) (i32.const 1)) (global.get $length))
           (global.set $from (local.get $q))
           (local.set $i (i32.add (local.get $i) (i32.const 1)))
           (br $row)))
         (i32.store (i32.const {data_length})
           (i32.add (i32.load (i32.const {data_length})) (global.get $to)))",
        data_length = at(20),
        least = place,
    );
    Guest {
        schema: r#"{"type":"object","additionalProperties":false,"properties":{"mode":{"type":"string","description":"Any text: obey"}}}"#,
        open: "(global.set $obeys (i32.gt_u (local.get 3) (i32.const 2)))",
        more: "(global $obeys (mut i32) (i32.const 0))
               (global $from (mut i32) (i32.const 0)) (global $to (mut i32) (i32.const 0))
               (global $kind (mut i32) (i32.const 0)) (global $length (mut i32) (i32.const 0))
               (global $data (mut i32) (i32.const 0))",
        apply: &format!("(if (global.get $obeys) (then {apply}))"),
        ..Guest::default()
    }
    .component()
}

const KINDS: [Kind; 12] = [
    Kind::Absent,
    Kind::Null,
    Kind::Text,
    Kind::Integer,
    Kind::Number,
    Kind::Boolean,
    Kind::Json,
    Kind::Bytes,
    Kind::Keep,
    Kind::Clear,
    Kind::DropPerson,
    Kind::Failed,
];

/// Pieces that are near the edge of what a kind takes.
const PIECES: &[&[u8]] = &[
    b"true",
    b"false",
    b"TRUE",
    b"0",
    b"-0",
    b"-1",
    b"+1",
    b"01",
    b"9223372036854775807",
    b"9223372036854775808",
    b"1e400",
    b"1.50",
    b".5",
    b"NaN",
    b"[]",
    b"{}",
    b"[1,",
    b"{\"a\":1,\"a\":2}",
    b"\"\\ud800\"",
    b"null",
    b"{\"code\":\"x\",\"message\":\"y\"}",
    b"{\"code\":\"plugin-trap\",\"message\":\"\"}",
    b"\xc3\xa9",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x91\xa9\xe2\x80\x8d",
    b"\xff",
    b"\0",
    b"\x1b[31m",
    b"<script>",
];

/// An order for one row: most are what a plugin may say, few are what none may.
fn order(dice: &mut SmallRng) -> Vec<u8> {
    let mut bytes = Vec::new();
    if dice.random_bool(0.001) {
        let lie = dice.random_range(0..LIES.len());
        // A place that is off by little is a value like any other, of somebody else: what finds that is
        // the probe of neighbours and not the boundary.
        let little = lie == 1 || lie == 2;
        let by = match dice.random_range(0..3) {
            0 if little => dice.random_range(1..64_u32),
            1 if little => u32::MAX - dice.random_range(0..64),
            _ => dice.random_range(1 << 24..1 << 31),
        };
        bytes.push(LIES[lie]);
        bytes.extend(by.to_le_bytes());
        return bytes;
    }
    if dice.random_bool(0.997) {
        return likely(dice);
    }
    bytes.push(match dice.random_range(0..4) {
        0 => dice.random_range(0..LIES[3]),
        _ => KINDS[dice.random_range(0..KINDS.len())] as u8,
    });
    for _ in 0..dice.random_range(0..4) {
        match dice.random_range(0..3) {
            0 => bytes.push(dice.random()),
            _ => bytes.extend(PIECES[dice.random_range(0..PIECES.len())]),
        }
    }
    bytes
}

/// A value that may well be what it says it is.
fn likely(dice: &mut SmallRng) -> Vec<u8> {
    let number = dice.random::<i32>();
    let text: String = (0..dice.random_range(0..24))
        .map(|_| dice.random_range('\u{1}'..'\u{3000}'))
        .collect();
    let (kind, value) = match dice.random_range(0..9) {
        0 => (KINDS[dice.random_range(8..11)], Vec::new()),
        1 => (Kind::Absent, Vec::new()),
        2 => (Kind::Integer, number.to_string().into_bytes()),
        3 => (Kind::Number, format!("{number}.5").into_bytes()),
        4 => (Kind::Boolean, b"true".to_vec()),
        5 => (Kind::Json, json!([text, number]).to_string().into_bytes()),
        6 => (Kind::Bytes, number.to_le_bytes().to_vec()),
        _ => (Kind::Text, text.into_bytes()),
    };
    [vec![kind as u8], value].concat()
}

/// What a row comes to: a cell, if the contract takes it.
fn expected(order: &[u8]) -> Option<Cell<'_>> {
    let (kind, bytes) = order.split_first()?;
    let kind = Kind::from_byte(*kind)?;
    let mut alone = Column::default();
    alone.push_bytes(kind, bytes);
    alone.check(1, true).is_ok().then_some(Cell { kind, bytes })
}

#[test]
fn a_million_made_up_answers_come_back_as_they_are_or_fail_by_name() {
    let limits = Limits {
        transform_ms: 10_000,
        ..Limits::default()
    };
    let options = Options {
        cache_dir: None,
        limits,
    };
    let engine = Engine::new(options).unwrap();
    let plugin = engine
        .load(&obedient())
        .unwrap_or_else(|error| panic!("{error}"));
    let mut dice = SmallRng::seed_from_u64(SEED);
    let mut step = plugin.open("same", &json!({"mode": "obey"})).unwrap();
    let (mut values, mut lies, mut refused, mut outcomes) = (0, 0, 0, 0);
    while values < VALUES {
        let orders: Vec<Vec<u8>> = (0..ROWS).map(|_| order(&mut dice)).collect();
        let mut told = Column::default();
        for order in &orders {
            told.push_bytes(Kind::Bytes, order);
        }
        let context = Context {
            now_ms: 0,
            seeds: &[],
            locale: "und",
        };
        let answer = step.apply(&context, ROWS, &[&told]);
        assert_eq!(answer.check(ROWS, true), Ok(()));
        for (row, order) in orders.iter().enumerate() {
            let cell = answer.cell(row);
            if let Some(expected) = expected(order) {
                assert_eq!(cell, expected, "seed {SEED}, row {}", values + row);
                outcomes += usize::from(expected.kind.is_outcome());
                continue;
            }
            assert_eq!(cell.kind, Kind::Failed, "{order:?}: {cell:?}");
            let problem: Problem = serde_json::from_slice(cell.bytes).unwrap();
            let codes = ["plugin-output-invalid", "plugin-trap"];
            assert!(
                codes.contains(&problem.code.as_str()),
                "{order:?}: {problem}"
            );
            lies += usize::from(order.first().is_some_and(|byte| LIES.contains(byte)));
            refused += 1;
        }
        values += ROWS;
    }
    let all =
        format!("{values} values, {refused} refused, {lies} of them lies, {outcomes} outcomes");
    println!("{all}");
    assert!(
        lies > 500 && refused > lies + 1_000 && outcomes > 10_000,
        "{all}"
    );
    assert_eq!(step.counts().timeouts, 0, "{all}");
}
