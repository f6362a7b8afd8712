//! How a connector file is laid out: what `attune connector fmt` makes of one.
//!
//! One space around `=` (rows of a mapping table are lined up block by block), one empty line between
//! sections, none twice, no spaces at line ends, a line end at the end. Invariant: comments and the
//! order of everything stay, and the file says the same before and after; where it would not, it is
//! left alone. Lists and tables over several lines stay as their author broke them.
//!
//! Deliberately not here: whether the file is right (`read`); a file with mistakes can be laid out.

use toml_edit::{DocumentMut, Item, RawString, Table, Value};

use crate::settings::reader::{File, Mistake};

/// Longest key that others are lined up with.
const ALIGNED_CHARS_MAX: usize = 32;

/// The text laid out, or why it cannot be read as TOML at all.
pub fn laid_out(label: &str, text: &str) -> Result<String, Vec<Mistake>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let before = said(label, text)?;
    let wrong = |why: String| vec![Mistake::of_file(label, why)];
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| wrong(error.message().to_owned()))?;
    table(document.as_table_mut(), &[]);
    let trailing = block(document.trailing().as_str().unwrap_or_default(), false);
    document.set_trailing(trailing);
    let text = document.to_string();
    let laid_out = format!("{}\n", text.trim_start_matches('\n').trim_end_matches('\n'));
    if said(label, &laid_out)? != before {
        return Err(wrong(
            "it cannot be laid out without changing what it says".to_owned(),
        ));
    }
    Ok(laid_out)
}

/// What a text says as JSON, whatever it looks like.
pub fn said(label: &str, text: &str) -> Result<serde_json::Value, Vec<Mistake>> {
    let file = File::new(label, text);
    let table = file.parse();
    if !file.is_clean() {
        return Err(file.into_mistakes());
    }
    let said = file.root(&table).json();
    Ok(said)
}

fn table(of: &mut Table, path: &[&str]) {
    let is_mapping = matches!(path, ["target", _, "map" | "account"]);
    let widths = if is_mapping { widths(of) } else { Vec::new() };
    let mut widths = widths.into_iter();
    for (mut key, item) in of.iter_mut() {
        let name = key.get().to_owned();
        let mut deeper = path.to_vec();
        deeper.push(&name);
        match item {
            Item::Value(value) => {
                let prefix = block(raw(key.leaf_decor().prefix()), false);
                let width = widths.next().unwrap_or_default();
                let padding = width.saturating_sub(key.display_repr().chars().count()) + 1;
                key.leaf_decor_mut().set_prefix(prefix);
                key.leaf_decor_mut().set_suffix(" ".repeat(padding));
                line(value);
            }
            Item::Table(inner) if inner.is_dotted() => {}
            Item::Table(inner) => section(inner, &deeper),
            Item::ArrayOfTables(list) => {
                for inner in list.iter_mut() {
                    section(inner, &deeper);
                }
            }
            Item::None => {}
        }
    }
}

fn section(of: &mut Table, path: &[&str]) {
    if !of.is_implicit() {
        let prefix = block(raw(of.decor().prefix()), true);
        let suffix = remark(raw(of.decor().suffix()));
        of.decor_mut().set_prefix(prefix);
        of.decor_mut().set_suffix(suffix);
    }
    table(of, path);
}

/// For every row the width of the widest key of its block: rows between which nothing stands and of
/// which each is one line.
fn widths(of: &Table) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    let mut begin = 0;
    for (name, item) in of {
        let Item::Value(value) = item else { continue };
        let Some(key) = of.key(name) else { continue };
        let width = key.display_repr().chars().count();
        let is_apart = !raw(key.leaf_decor().prefix()).trim_matches(' ').is_empty();
        let is_single = !value.to_string().contains('\n') && width <= ALIGNED_CHARS_MAX;
        if is_apart || !is_single || widths.get(begin).is_some_and(|w| *w == 0) {
            begin = widths.len();
        }
        widths.push(if is_single { width } else { 0 });
        let widest = widths.iter().skip(begin).copied().max().unwrap_or_default();
        widths
            .iter_mut()
            .skip(begin)
            .for_each(|width| *width = widest);
    }
    widths
}

/// A value behind its `=`, and a remark behind the value.
fn line(value: &mut Value) {
    let suffix = remark(raw(value.decor().suffix()));
    inside(value);
    value.decor_mut().set_prefix(" ");
    value.decor_mut().set_suffix(suffix);
}

/// Lists and tables of one line; others stay as they were broken.
fn inside(value: &mut Value) {
    if value.to_string().contains(['\n', '#']) {
        return;
    }
    match value {
        Value::Array(list) => {
            list.fmt();
            for (at, inner) in list.iter_mut().enumerate() {
                inside(inner);
                inner.decor_mut().set_prefix(if at == 0 { "" } else { " " });
                inner.decor_mut().set_suffix("");
            }
        }
        Value::InlineTable(table) => {
            table.fmt();
            let last = table.len().saturating_sub(1);
            for (at, (_, inner)) in table.iter_mut().enumerate() {
                inside(inner);
                inner.decor_mut().set_prefix(" ");
                inner
                    .decor_mut()
                    .set_suffix(if at == last { " " } else { "" });
            }
        }
        _ => {}
    }
}

/// Comments and empty lines before something, which begins a line of its own after them.
fn block(text: &str, begins_section: bool) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) || lines.is_empty()
        {
            lines.push(line);
        }
    }
    let has_gap = lines.first().is_some_and(|first| first.is_empty());
    let mut clean = String::new();
    if begins_section && !has_gap {
        clean.push('\n');
    }
    for line in lines {
        clean.push_str(line);
        clean.push('\n');
    }
    clean
}

/// What stands behind something in its line: as far away as it was, because remarks are lined up.
fn remark(text: &str) -> String {
    let text = text.trim_end();
    if text.is_empty() {
        return String::new();
    }
    if text.starts_with('#') {
        return format!(" {text}");
    }
    text.to_owned()
}

fn raw(text: Option<&RawString>) -> &str {
    text.and_then(RawString::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::laid_out;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let once = laid_out("x.toml", text).unwrap();
        assert_eq!(once, expected);
        assert_eq!(laid_out("x.toml", &once).unwrap(), once, "twice is once");
    }

    #[test]
    fn spaces_go_and_comments_stay() {
        check(
            "\n\n# ours\nid   =\"a\"   # stays\n\n\n\n[source]  \nprovider=\"entra\"\n[guard]# why\nchanged-people=  '5%'",
            "# ours\nid = \"a\"   # stays\n\n[source]\nprovider = \"entra\"\n\n[guard] # why\nchanged-people = '5%'\n",
        );
    }

    #[test]
    fn rows_are_lined_up_block_by_block() {
        check(
            "[target.jira.map]\nDepartment=\"department\"\n\"Mail address\" = {first=[\"mail\",\"upn\"],when-missing=\"clear\"}\n# others\nA = \"b\"\nLonger = [\n  { from = \"x\" },\n]\nB=\"c\"\n",
            "[target.jira.map]\nDepartment     = \"department\"\n\"Mail address\" = { first = [\"mail\", \"upn\"], when-missing = \"clear\" }\n# others\nA = \"b\"\nLonger = [\n  { from = \"x\" },\n]\nB = \"c\"\n",
        );
    }

    #[test]
    fn a_text_that_is_no_toml_is_told_with_its_place() {
        let mistakes = laid_out("x.toml", "a = = 1\n").unwrap_err();
        assert_eq!(mistakes.first().map(|one| one.line), Some(1));
    }
}
