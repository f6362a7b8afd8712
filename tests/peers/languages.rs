//! Plugins that other languages' toolchains made: the examples in JavaScript and Python, and two that do
//! everything wrong that an SDK has to bear (`faulty_names.js`, `faulty_letters.py`).
//!
//! Invariant: both languages' SDKs say the same, value for value, as the one in Rust does. Nothing is
//! raised for JavaScript; for Python the size of a file is, and nothing else.
//! Deliberately not here: how fast they are (the benchmark `languages`).

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use attune_core::{Cell, Column, Context, Kind, Problem, Transform as _};
use attune_wasm::{Engine, Error, Limits, Options, Plugin, Transformer};
use serde_json::{Value, json};

use crate::peer;

/// What `plugins/README.md` tells an admin to set for Python.
const PYTHON_FILE_MIB: usize = 24;

/// A language's example, and its plugin that does everything wrong.
struct Language {
    /// The name of the faulty plugin's file.
    faulty: &'static str,
    /// How an exception's type is called there, and where it was raised.
    exception: [&'static str; 3],
    opened: &'static str,
    file_mib: Option<usize>,
    loaded: OnceLock<Plugin>,
}

static JAVASCRIPT: Language = Language {
    faulty: "faulty_names.js",
    exception: ["TypeError", "this is no name", "faulty_names.js:26"],
    opened: "RangeError: opened too far",
    file_mib: None,
    loaded: OnceLock::new(),
};

static PYTHON: Language = Language {
    faulty: "faulty_letters.py",
    exception: ["TypeError", "this is no name", "faulty_letters.py:31"],
    opened: "ValueError: opened too far",
    file_mib: Some(PYTHON_FILE_MIB),
    loaded: OnceLock::new(),
};

static BOTH: [&Language; 2] = [&JAVASCRIPT, &PYTHON];

impl Language {
    fn faulty(&self) -> &Plugin {
        let load = || {
            let source = peer::root().join("tests/peers").join(self.faulty);
            // Compiled once: what is tried here is done after loading.
            let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("languages");
            load(&source, self.file_mib, Some(cache))
        };
        self.loaded.get_or_init(load)
    }

    fn open(&self, function: &str) -> Transformer {
        open(self.faulty(), function, &json!({}))
    }
}

/// The component of a plugin's file, which `plugins/examples/build` has made of it.
fn component(source: &Path) -> Vec<u8> {
    let named = std::env::vars().find(|(name, _)| name == "ATTUNE_TEST_EXAMPLES");
    let usual = || peer::root().join("target/examples");
    let folder = named.map_or_else(usual, |(_, path)| PathBuf::from(path));
    let name = Path::new(source.file_name().unwrap()).with_extension("wasm");
    let path = peer::installed(&folder.join(name), "a plugin of another language");
    let changed = |path: &Path| path.metadata().unwrap().modified().unwrap();
    assert!(
        changed(&path) >= changed(source),
        "{} is older than its source; `tests/run` builds it, or `plugins/examples/build {}`",
        path.display(),
        source.display()
    );
    std::fs::read(path).unwrap()
}

fn load(source: &Path, file_mib: Option<usize>, cache_dir: Option<PathBuf>) -> Plugin {
    let mut limits = Limits::default();
    if let Some(mib) = file_mib {
        limits.file_bytes = mib * 1024 * 1024;
    }
    let engine = Engine::new(Options { cache_dir, limits }).unwrap();
    let loaded = engine.load(&component(source));
    loaded.unwrap_or_else(|error| panic!("{}: {error}: {:?}", source.display(), error.problem()))
}

fn names() -> &'static Plugin {
    static LOADED: OnceLock<Plugin> = OnceLock::new();
    LOADED.get_or_init(|| {
        let source = peer::root().join("plugins/examples/javascript/names.js");
        load(&source, None, None)
    })
}

fn letters() -> &'static Plugin {
    static LOADED: OnceLock<Plugin> = OnceLock::new();
    LOADED.get_or_init(|| {
        let source = peer::root().join("plugins/examples/python/letters.py");
        load(&source, Some(PYTHON_FILE_MIB), None)
    })
}

fn open(plugin: &Plugin, function: &str, options: &Value) -> Transformer {
    let opened = plugin.open(function, options);
    opened.unwrap_or_else(|error| panic!("{function}: {error}"))
}

const NO_SEEDS: Context<'static> = Context {
    now_ms: 0,
    seeds: &[],
    locale: "und",
};

fn texts(texts: &[&str]) -> Column {
    let mut column = Column::default();
    for text in texts {
        column.push(Cell::text(text));
    }
    column
}

/// What a step answers to these texts.
fn answers(step: &mut Transformer, of: &[&str]) -> Column {
    step.apply(&NO_SEEDS, of.len(), &[&texts(of)])
}

fn text(cell: Cell<'_>) -> &str {
    assert_eq!(
        cell.kind,
        Kind::Text,
        "{:?}",
        std::str::from_utf8(cell.bytes)
    );
    std::str::from_utf8(cell.bytes).unwrap()
}

fn problem(cell: Cell<'_>) -> Problem {
    assert_eq!(
        cell.kind,
        Kind::Failed,
        "{:?}",
        std::str::from_utf8(cell.bytes)
    );
    serde_json::from_slice(cell.bytes).unwrap()
}

/// Loading ran the examples and the probes.
#[test]
fn examples_in_other_languages_load_and_import_the_log_alone() {
    for (plugin, functions) in [
        (names(), ["initials", "title-case"]),
        (letters(), ["normalize", "slug"]),
    ] {
        let imports = plugin.imports();
        let expected = ["attune:plugin/types@1.0.0", "attune:plugin/log@1.0.0"];
        assert!(
            imports.iter().all(|name| expected.contains(&name.as_str())),
            "{imports:?}"
        );
        let all = &plugin.manifest().functions;
        let found: Vec<&str> = all.iter().map(|function| function.name.as_str()).collect();
        assert_eq!(found, functions);
        for function in all {
            let examples: Vec<Value> = serde_json::from_str(&function.examples).unwrap();
            assert!(examples.len() >= 3, "{}", function.name);
            assert_eq!(function.options_schema["additionalProperties"], false);
        }
    }
}

#[test]
fn a_python_plugin_needs_a_larger_file_than_usual_and_the_refusal_says_so() {
    let source = peer::root().join("plugins/examples/python/letters.py");
    let engine = Engine::new(Options::default()).unwrap();
    let error = engine.load(&component(&source)).unwrap_err();
    assert_eq!(error.code(), "plugin-file-too-large");
    assert!(matches!(error, Error::FileTooLarge { bytes, .. } if bytes < PYTHON_FILE_MIB << 20));
}

#[test]
fn names_are_read_as_people_write_them() {
    let mut step = open(names(), "initials", &json!({ "after": "." }));
    let of = [
        "Åsa Öberg",
        "anna 😀 heide",
        "O’Neill, Zoë",
        "",
        "李 小龙",
        "e\u{301}va",
    ];
    let got = answers(&mut step, &of);
    let expected = ["Å.Ö.", "A.H.", "O.Z.", "", "李.小.", "É."];
    for (row, expected) in expected.iter().enumerate() {
        if expected.is_empty() {
            assert_eq!(got.cell(row).kind, Kind::Absent);
        } else {
            assert_eq!(text(got.cell(row)), *expected);
        }
    }
    let mut step = open(names(), "title-case", &json!({}));
    let got = answers(&mut step, &["STRAẞER, JEAN-LUC", "ÖZGÜR d'ARTAGNAN 😀", ""]);
    assert_eq!(text(got.cell(0)), "Straßer, Jean-Luc");
    assert_eq!(text(got.cell(1)), "Özgür d'ARTAGNAN 😀");
    assert_eq!(text(got.cell(2)), "");
}

#[test]
fn slugs_are_plain_letters_and_a_text_has_one_form() {
    let mut step = open(
        letters(),
        "slug",
        &json!({ "letters": { "ö": "o" }, "most": 12 }),
    );
    let got = answers(
        &mut step,
        &["KÖLN ẞtraße 😀 Đà Nẵng", "😀", "", "Donaudampfschiff"],
    );
    assert_eq!(text(got.cell(0)), "koln");
    assert_eq!(got.cell(1).kind, Kind::Absent);
    assert_eq!(got.cell(2).kind, Kind::Absent);
    assert_eq!(text(got.cell(3)), "donaudampfsc");
    let mut step = open(letters(), "normalize", &json!({ "form": "NFKC" }));
    let long = "ﬁ".repeat(20_000);
    let got = answers(&mut step, &["😀 ﬁ", &long, ""]);
    assert_eq!(text(got.cell(0)), "😀 fi");
    assert_eq!(text(got.cell(1)), "fi".repeat(20_000));
    assert_eq!(text(got.cell(2)), "");
}

#[test]
fn options_that_cannot_be_worked_with_are_refused() {
    for (plugin, function, options) in [
        (names(), "initials", json!({ "most": 0 })),
        (names(), "title-case", json!({ "small": ["--"] })),
        (letters(), "normalize", json!({ "form": "NFX" })),
        (letters(), "slug", json!({ "letters": { "sch": "sh" } })),
        (letters(), "slug", json!({ "unknown": 1 })),
    ] {
        let error = plugin.open(function, &options).unwrap_err();
        let name = options.as_object().unwrap().keys().next().unwrap();
        assert_eq!(error.code(), "options", "{options}: {error}");
        assert!(
            error.problem().at.contains(name.as_str()) || error.to_string().contains(name.as_str())
        );
    }
    for language in BOTH {
        let open = |why: &str| {
            let opened = language.faulty().open("refuses", &json!({ "why": why }));
            opened.unwrap_err().problem()
        };
        let option = open("option");
        assert_eq!(
            (option.code.as_str(), option.at.as_str()),
            ("options", "why")
        );
        assert_eq!(option.message, "no option is good enough");
        let exception = open("exception");
        assert_eq!(exception.code, "plugin-error");
        assert!(exception.message.contains(language.opened), "{exception}");
    }
}

/// The kinds that a directory may hold, as a text function sees them.
#[test]
fn odd_values_are_answered_as_the_sdk_in_rust_answers_them() {
    let long = "ü".repeat(30_000);
    let same = [
        Cell::text(""),
        Cell::text("äöü 😀"),
        Cell::text("e\u{301}"),
        Cell::text(&long),
        Cell::ABSENT,
        cell(Kind::Null, b""),
        cell(Kind::Json, b"[]"),
    ];
    let read = [
        (
            cell(Kind::Integer, b"9223372036854775807"),
            "9223372036854775807",
        ),
        (cell(Kind::Number, b"1.50"), "1.50"),
        (cell(Kind::Boolean, b"true"), "true"),
        (cell(Kind::Json, b"[\"one \\\"\\u00e4\"]"), "one \"ä"),
        (cell(Kind::Json, b"[1.50]"), "1.50"),
        (
            cell(Kind::Json, b"[123456789012345678901]"),
            "123456789012345678901",
        ),
        (cell(Kind::Json, b"[false]"), "false"),
    ];
    let failed = [
        (cell(Kind::Json, b"[\"a\",\"b\"]"), "many-values"),
        (cell(Kind::Json, b"{\"a\":1}"), "not-text"),
        (cell(Kind::Json, b"[[1]]"), "not-text"),
        (cell(Kind::Bytes, b"\xff\xd8\x00"), "not-text"),
    ];
    let mut column = Column::default();
    let read_or_failed = read.iter().chain(&failed).map(|(cell, _)| *cell);
    for cell in same.into_iter().chain(read_or_failed) {
        column.push(cell);
    }
    column.push(cell(Kind::Json, b"[null]"));
    for language in BOTH {
        for function in ["throws", "throws-all"] {
            let mut step = language.open(function);
            let got = step.apply(&NO_SEEDS, column.rows(), &[&column]);
            let mut cells = got.iter();
            for expected in same {
                assert_eq!(cells.next(), Some(expected));
            }
            for (_, expected) in read {
                assert_eq!(text(cells.next().unwrap()), expected);
            }
            for (_, code) in failed {
                assert_eq!(problem(cells.next().unwrap()).code, code);
            }
            assert_eq!(cells.next().unwrap().kind, Kind::Null);
            assert_eq!(step.counts().calls, 1, "nothing was halved");
        }
        let mut step = language.open("passes");
        let got = step.apply(&NO_SEEDS, column.rows(), &[&column]);
        assert_eq!(got, column);
    }
}

const fn cell(kind: Kind, bytes: &'static [u8]) -> Cell<'static> {
    Cell { kind, bytes }
}

#[test]
fn results_of_every_kind_are_packed() {
    let of = [
        "keep",
        "clear",
        "drop-person",
        "integer",
        "number",
        "large",
        "boolean",
        "list",
        "bytes",
        "nothing",
    ];
    let expected = [
        cell(Kind::Keep, b""),
        cell(Kind::Clear, b""),
        cell(Kind::DropPerson, b""),
        cell(Kind::Integer, b"42"),
        cell(Kind::Number, b"1.5"),
        cell(Kind::Number, b"9223372036854775808"),
        cell(Kind::Boolean, b"true"),
        cell(Kind::Json, "[\"ä\",1]".as_bytes()),
        cell(Kind::Bytes, b"\xff\0"),
        cell(Kind::Absent, b""),
    ];
    for language in BOTH {
        let got = answers(&mut language.open("gives"), &of);
        assert_eq!(got.iter().collect::<Vec<_>>(), expected);
        let got = answers(
            &mut language.open("gives"),
            &["long", "not-a-number", "problem", "half"],
        );
        assert_eq!(problem(got.cell(0)).code, "too-long");
        assert_eq!(problem(got.cell(1)).code, "plugin-error");
        let given = problem(got.cell(2));
        assert_eq!(
            (given.code.as_str(), given.message.as_str()),
            ("no-such-room", "there is no room of that name")
        );
        assert_eq!(text(got.cell(3)), "\u{fffd}");
    }
}

#[test]
fn a_row_is_told_its_inputs_and_what_it_uses() {
    let values = [
        Cell::text("ä"),
        cell(Kind::Json, b"{\"n\":1}"),
        cell(Kind::Bytes, b"\xff\x01"),
    ];
    let mut column = Column::default();
    for value in values {
        column.push(value);
    }
    let mail = texts(&["a@b.example", "ö", ""]);
    let seeds: Vec<u8> = (0..48).collect();
    let context = Context {
        now_ms: 1_767_225_600_123,
        seeds: &seeds,
        locale: "de-DE",
    };
    for language in BOTH {
        let mut step = language.open("tells");
        assert_eq!(step.inputs().len(), 1);
        let got = step.apply(&context, 3, &[&column, &mail]);
        let told: Vec<Value> = got
            .iter()
            .map(|cell| serde_json::from_slice(cell.bytes).unwrap())
            .collect();
        let now = 1_767_225_600_123_i64;
        let expected = [
            json!(["text", "ä", false, "a@b.example", "de-DE", now, 15]),
            json!(["json", "{\"n\":1}", { "n": 1 }, "ö", "de-DE", now, 31]),
            json!(["bytes", [255, 1], false, "", "de-DE", now, 47]),
        ];
        assert_eq!(told, expected);
    }
}

#[test]
fn an_exception_costs_its_own_value_and_is_told_with_its_place() {
    let mut of = vec!["fine"; 256];
    (of[7], of[100], of[200]) = ("!", "?", "!");
    for language in BOTH {
        for function in ["throws", "throws-all"] {
            let mut step = language.open(function);
            let said = logged(|| {
                let got = answers(&mut step, &of);
                for (row, cell) in got.iter().enumerate() {
                    match of[row] {
                        "fine" => assert_eq!(text(cell), "fine"),
                        "?" => assert_eq!(problem(cell).code, "no-name"),
                        _ => check_exception(language, &problem(cell)),
                    }
                }
            });
            for part in language.exception {
                assert!(said.contains(part), "{said}");
            }
            assert!(said.contains(&format!("faulty.{function}: ")), "{said}");
            // The SDK answers for values; a whole column is halved until it is one value's fault.
            let is_whole = function == "throws-all";
            assert_eq!(step.counts().calls > 1, is_whole, "{:?}", step.counts());
            assert_eq!(step.counts().failures > 0, is_whole, "{:?}", step.counts());
        }
        let got = answers(&mut language.open("miscounts"), &["a"]);
        assert_eq!(problem(got.cell(0)).code, "plugin-error");
    }
}

/// A failed value names the exception and its place.
fn check_exception(language: &Language, problem: &Problem) {
    assert_eq!(problem.code, "plugin-error");
    for part in language.exception {
        assert!(problem.message.contains(part), "{problem}");
    }
}

/// What plugins logged on this thread while `run` ran.
fn logged(run: impl FnOnce()) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    let listener = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(Arc::new(file.reopen().unwrap()))
        .finish();
    tracing::subscriber::with_default(listener, run);
    std::fs::read_to_string(file.path()).unwrap()
}

#[test]
fn what_an_sdk_cannot_bear_is_ended_and_costs_its_own_value() {
    for (function, codes) in [
        ("loops", ["plugin-timeout"; 2]),
        ("hoards", ["plugin-memory"; 2]),
        ("asks", ["plugin-trap"; 2]),
    ] {
        for (language, code) in BOTH.iter().zip(codes) {
            let mut step = language.open(function);
            let got = answers(&mut step, &["a", "~", "b"]);
            assert_eq!((text(got.cell(0)), text(got.cell(2))), ("a", "b"));
            let problem = problem(got.cell(1));
            assert_eq!(problem.code, code, "{}: {problem}", language.faulty);
            let again = answers(&mut step, &["c"]);
            assert_eq!(text(again.cell(0)), "c", "the step goes on");
        }
    }
}

/// Script engines keep what they allocate; the host replaces an instance before that matters.
#[test]
fn thousands_of_batches_are_answered_in_the_memory_that_a_plugin_has() {
    let of = vec!["Größe & Maße"; 256];
    for (plugin, function, expected) in [
        (names(), "title-case", "Größe & Maße"),
        (letters(), "slug", "groesse-masse"),
    ] {
        let mut step = open(plugin, function, &json!({}));
        let column = texts(&of);
        for _ in 0..150 {
            let got = step.apply(&NO_SEEDS, of.len(), &[&column]);
            assert!(got.iter().all(|cell| cell == Cell::text(expected)));
        }
        assert_eq!(step.counts().failures, 0, "{:?}", step.counts());
        assert!(step.finish().problem.is_none());
    }
}
