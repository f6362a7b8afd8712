//! A program, compiled: which builtins it may call, and where it is wrong.

use attune_plugin::Problem;
use jaq_core::load::{self, Arena, File, Loader, lex};
use jaq_core::native::Fun;
use jaq_core::{Compiler, compile, data::JustLut};
use jaq_json::Val;

/// A compiled program.
pub(crate) type Filter = jaq_core::Filter<JustLut<Val>>;

/// The variable that `now` reads.
pub(crate) const NOW: &str = "$__now__";

/// What jq has and a step cannot have: it would depend on more than its row, or end the process.
const ABSENT: &[(&str, &str)] = &[
    (
        "now",
        "use `expression.jq-now`, which is evaluated in every run",
    ),
    (
        "localtime",
        "a step has no time zone of its own; use `gmtime`, or `time.zone`",
    ),
    (
        "strflocaltime",
        "a step has no time zone of its own; use `strftime`, or `time.format`",
    ),
    ("env", "a step sees no environment"),
    ("$ENV", "a step sees no environment"),
    (
        "input",
        "a step has one input, `.`; name others in `inputs`",
    ),
    (
        "inputs",
        "a step has one input, `.`; name others in `inputs`",
    ),
    ("$__loc__", "a program stands in no file"),
    ("input_filename", "a step reads no files"),
    ("input_line_number", "a step reads no files"),
    ("debug", "`explain` shows each step's value"),
    ("stderr", "`explain` shows each step's value"),
    (
        "halt",
        "use `empty` for no result, or `error` for a failure",
    ),
    ("halt_error", "use `error` for a failure"),
];

/// Definitions and functions that are left out, with those that only they need.
const LEFT_OUT: &[&str] = &[
    "now",
    "localtime",
    "strflocaltime",
    "env",
    "debug",
    "stderr",
    "halt",
    "halt_error",
    "debug_empty",
    "stderr_empty",
];

fn is_kept(name: &str) -> bool {
    !LEFT_OUT.contains(&name)
}

/// The engine's builtins that are written in jq.
pub(crate) fn definitions() -> impl Iterator<Item = load::parse::Def<&'static str>> {
    jaq_core::defs()
        .chain(jaq_std::defs())
        .chain(jaq_json::defs())
        .filter(|def| is_kept(def.name))
}

/// The engine's other builtins.
pub(crate) fn natives() -> impl Iterator<Item = Fun<JustLut<Val>>> {
    jaq_core::funs::<JustLut<Val>>()
        .chain(jaq_std::funs())
        .chain(jaq_json::funs())
        .filter(|fun| is_kept(fun.0))
}

/// Compiles a program that has these variables (each with its `$`).
pub(crate) fn compiled(
    program: &str,
    variables: &[String],
    has_now: bool,
) -> Result<Filter, Problem> {
    let now = has_now.then(|| load::parse("def now: $__now__;", |parser| parser.defs()));
    let defs = definitions().chain(now.flatten().unwrap_or_default());
    let arena = Arena::default();
    let file = File {
        code: program,
        path: (),
    };
    let modules = Loader::new(defs)
        .load(&arena, file)
        .map_err(|errors| refused(program, unloaded(errors)))?;
    Compiler::default()
        .with_funs(natives())
        .with_global_vars(variables.iter().map(String::as_str))
        .compile(modules)
        .map_err(|errors| refused(program, uncompiled(errors)))
}

/// What is wrong, and the piece of the program where it is; no piece means its end.
type Wrong<'a> = (String, Option<&'a str>);

fn unloaded(errors: load::Errors<&str, ()>) -> Wrong<'_> {
    let first = errors.into_iter().next().map(|(_, error)| error);
    let wrong = match first {
        Some(load::Error::Io(errors)) => errors
            .into_iter()
            .next()
            .map(|(path, _)| ("a step imports no modules".to_owned(), Some(path))),
        Some(load::Error::Lex(errors)) => errors.into_iter().next().map(|wrong| match wrong {
            (lex::Expect::Delim(open), _) => (format!("`{open}` is never closed"), Some(open)),
            (wanted, found) => (format!("{} expected", wanted.as_str()), Some(found)),
        }),
        Some(load::Error::Parse(errors)) => errors
            .into_iter()
            .next()
            .map(|(wanted, found)| (format!("{} expected", wanted.as_str()), Some(found))),
        None => None,
    };
    wrong.unwrap_or_else(|| ("it does not parse".to_owned(), None))
}

fn uncompiled(errors: compile::Errors<&str, ()>) -> Wrong<'_> {
    let first = errors.into_iter().flat_map(|(_, errors)| errors).next();
    let Some((name, what)) = first else {
        return ("it does not compile".to_owned(), None);
    };
    if let Some((_, why)) = ABSENT.iter().find(|(absent, _)| *absent == name) {
        return (format!("`{name}` is not available: {why}"), Some(name));
    }
    let why = match what {
        compile::Undefined::Var => format!("there is no variable `{name}`; name it in `inputs`"),
        compile::Undefined::Filter(arity) => {
            format!("there is no function `{name}` of {arity} arguments")
        }
        other => format!("there is no {} `{name}`", other.as_str()),
    };
    (why, Some(name))
}

fn refused(program: &str, (why, at): Wrong<'_>) -> Problem {
    let end = program.len();
    let offset = at.map_or(end, |part| place(program, part).unwrap_or(end));
    let before = program.get(..offset).unwrap_or(program);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |last| last.chars().count())
        + 1;
    Problem::option("program", format!("line {line}, column {column}: {why}"))
}

/// Where a piece of the program begins; pieces are slices of it.
fn place(program: &str, part: &str) -> Option<usize> {
    let offset = part.as_ptr().addr().checked_sub(program.as_ptr().addr())?;
    (offset <= program.len()).then_some(offset)
}
