//! README.md names every builtin: one table what the engine has, the other what it has not.

use std::collections::BTreeSet;

use super::plugin;
use crate::program::{definitions, natives};

type Names = BTreeSet<&'static str>;

const SYNTAX: [&str; 15] = [
    "if", "then", "elif", "else", "end", "try", "catch", "reduce", "foreach", "label", "break",
    "def", "as", "and", "or",
];

/// What jq has: what `builtins` of 1.6 prints, and what the manuals up to 1.8 name beside it.
const JQ: &str = "\
    @base32 @base32d @base64 @base64d @csv @html @json @sh @text @tsv @uri @urid IN INDEX JOIN \
    abs acos acosh add all any arrays ascii ascii_downcase ascii_upcase asin asinh atan atan2 \
    atanh booleans bsearch builtins capture cbrt ceil combinations contains copysign cos cosh \
    date dateadd datesub debug del delpaths drem empty endswith env erf erfc error exp exp10 \
    exp2 explode expm1 fabs fdim finites first flatten floor fma fmax fmin fmod format frexp \
    from_entries fromdate fromdateiso8601 fromjson fromstream gamma get_jq_origin \
    get_prog_origin get_search_list getpath gmtime group_by gsub halt halt_error has have_decnum \
    have_literal_numbers hypot implode in index indices infinite input input_filename \
    input_line_number inputs inside isempty isfinite isinfinite isnan isnormal isvalid iterables \
    j0 j1 jn join keys keys_unsorted last ldexp leaf_paths length lgamma lgamma_r limit \
    localtime log log10 log1p log2 logb ltrim ltrimstr map map_values match max max_by min \
    min_by mktime modf modulemeta nan nearbyint nextafter nexttoward normals not now nth nulls \
    numbers objects path paths pick pow pow10 range recurse recurse_down remainder repeat \
    reverse rindex rint round rtrim rtrimstr scalars scalars_or_empty scalb scalbln scan select \
    setpath significand sin sinh skip sort sort_by split splits sqrt startswith stderr \
    strflocaltime strftime strings strptime sub tan tanh test tgamma to_entries toarray \
    toboolean todate todateiso8601 tojson tonumber tostream tostring transpose trim trimstr \
    trunc truncate_stream type unique unique_by until utf8bytelength values walk while \
    with_entries y0 y1 yn";

fn covered() -> Names {
    let names = listed("| group | builtins |", 1).into_iter();
    names.filter(|name| !SYNTAX.contains(name)).collect()
}

fn absent() -> Names {
    let names = listed("| not here | why, and what instead |", 0);
    names.into_iter().collect()
}

/// The names in the first or second column of the README's table with this heading.
fn listed(heading: &str, column: usize) -> Vec<&'static str> {
    let readme = include_str!("../../README.md");
    let rows = readme.split(heading).nth(1).unwrap();
    let rows = rows
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| row.split(" | ").nth(column).unwrap_or_default());
    let spans = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let words = spans.flat_map(str::split_whitespace);
    let is_name = |word: &str| {
        let first = word.starts_with(|c: char| c == '@' || c.is_ascii_alphabetic());
        first
            && word
                .chars()
                .all(|c| c == '@' || c == '_' || c.is_ascii_alphanumeric())
    };
    words.filter(|word| is_name(word)).collect()
}

fn is_known(name: &str) -> bool {
    ["", "(.)", "(.; .)", "(.; .; .)"].iter().any(|arguments| {
        let options = serde_json::json!({ "program": format!("{name}{arguments}") }).to_string();
        plugin().open("jq", &options).is_ok()
    })
}

#[test]
fn readme_covers_what_the_engine_has_and_nothing_else() {
    let names = definitions().map(|definition| definition.name);
    let engine: Names = names.chain(natives().map(|native| native.0)).collect();
    assert!(engine.len() > 200, "{}", engine.len());
    let covered = covered();
    let unlisted: Vec<_> = engine.difference(&covered).collect();
    assert_eq!(unlisted, Vec::<&&str>::new(), "not in README.md");
    let unknown: Vec<_> = covered.difference(&engine).collect();
    assert_eq!(unknown, Vec::<&&str>::new(), "in README.md alone");
    for name in covered {
        assert!(is_known(name), "{name}");
    }
}

#[test]
fn readme_says_of_every_builtin_of_jq_whether_it_is_here() {
    let (covered, absent) = (covered(), absent());
    for name in JQ.split_whitespace() {
        let count = usize::from(covered.contains(name)) + usize::from(absent.contains(name));
        assert_eq!(count, 1, "{name}");
    }
    for name in absent {
        assert!(!is_known(name), "{name}");
    }
}
