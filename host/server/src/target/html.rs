//! What a product's page says: its title, table rows with their links, forms with their fields,
//! errors.
//!
//! Pages are cut into tokens as the HTML standard wants it (`html5gum`), so quotes, entities, case,
//! order of attributes and end tags that were left out make no difference. No tree is built: a cell
//! ends where the next one begins, a row where the next one does.
//!
//! Deliberately not here: which page is which.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};

/// Longest error text that becomes part of a message.
const ERROR_CHARS_MAX: usize = 300;

/// A page as far as administration forms need it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// Text of `<title>`.
    pub title: String,
    /// Rows of all tables.
    pub rows: Vec<Row>,
    /// Forms in their order.
    pub forms: Vec<Form>,
    /// Texts of elements of a class `error`.
    pub errors: Vec<String>,
}

/// A table row.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// Texts of its cells, space around them cut off.
    pub cells: Vec<String>,
    /// Addresses of its links, as they are written.
    pub links: Vec<String>,
}

/// A form as a browser would send it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Form {
    /// Where it goes, as it is written.
    pub action: String,
    /// Names and values; buttons and what is not ticked left out.
    pub fields: Vec<(String, String)>,
    /// What it shows and a browser would not send: fields that are switched off.
    pub locked: Vec<(String, String)>,
}

impl Page {
    /// Reads a page; whatever it is, there is an answer.
    pub(super) fn read(html: &str) -> Self {
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        let mut reader = Reader::default();
        for token in Tokenizer::new_with_emitter(html, emitter).flatten() {
            match token {
                Token::StartTag(tag) => reader.start(&tag),
                Token::EndTag(tag) => reader.end(&text(&tag.name)),
                Token::String(string) => reader.text(&text(&string)),
                Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
            }
        }
        reader.finish()
    }

    /// The first form with a field of this name.
    pub(super) fn form_with(&self, field: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.field(field).is_some())
    }
}

impl Form {
    /// The first field of this name.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        first(&self.fields, name)
    }

    /// The first field of this name among those that are switched off.
    pub(super) fn locked(&self, name: &str) -> Option<&str> {
        first(&self.locked, name)
    }
}

fn first<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut found = fields.iter().filter(|(key, _)| key == name);
    found.next().map(|(_, value)| value.as_str())
}

#[derive(Default)]
struct Reader {
    page: Page,
    title: Option<String>,
    row: Option<Row>,
    cell: Option<String>,
    form: Option<Form>,
    area: Option<(String, String)>,
    choice: Option<Choice>,
    error: Option<Inside>,
}

/// A `<select>`.
struct Choice {
    name: String,
    /// Of the chosen option, else of the first one.
    value: Option<String>,
    is_chosen: bool,
    option: Option<Chosen>,
}

/// An `<option>` that is being read.
struct Chosen {
    value: Option<String>,
    text: String,
    is_selected: bool,
}

/// An element whose text is collected.
struct Inside {
    tag: String,
    depth: usize,
    text: String,
}

impl Reader {
    fn start(&mut self, tag: &StartTag<()>) {
        let name = text(&tag.name);
        let attribute = |name: &str| {
            let value = tag.attributes.get(name.as_bytes());
            value.map(|value| text(value))
        };
        match name.as_str() {
            "title" => self.title = Some(String::new()),
            "table" | "tr" => {
                self.end_row();
                self.row = (name == "tr").then(Row::default);
            }
            "td" | "th" => {
                self.end_cell();
                self.cell = Some(String::new());
            }
            "a" => {
                if let (Some(row), Some(href)) = (&mut self.row, attribute("href")) {
                    row.links.push(href);
                }
            }
            "form" => {
                self.end_form();
                self.form = Some(Form {
                    action: attribute("action").unwrap_or_default(),
                    ..Form::default()
                });
            }
            "input" => self.input(&attribute),
            "textarea" if attribute("disabled").is_none() => {
                self.area = attribute("name").map(|name| (name, String::new()));
            }
            "select" if attribute("disabled").is_none() => {
                self.choice = attribute("name").map(|name| Choice {
                    name,
                    value: None,
                    is_chosen: false,
                    option: None,
                });
            }
            "option" => {
                self.end_option();
                if let Some(choice) = &mut self.choice {
                    choice.option = Some(Chosen {
                        value: attribute("value"),
                        text: String::new(),
                        is_selected: attribute("selected").is_some(),
                    });
                }
            }
            _ => {}
        }
        match &mut self.error {
            Some(inside) if inside.tag == name => inside.depth += 1,
            None if attribute("class").is_some_and(|class| is_error(&class)) => {
                self.error = Some(Inside {
                    tag: name,
                    depth: 1,
                    text: String::new(),
                });
            }
            _ => {}
        }
    }

    fn input(&mut self, attribute: &dyn Fn(&str) -> Option<String>) {
        let (Some(form), Some(name)) = (&mut self.form, attribute("name")) else {
            return;
        };
        let kind = attribute("type").unwrap_or_default().to_ascii_lowercase();
        let value = attribute("value");
        let value = match kind.as_str() {
            "submit" | "button" | "image" | "reset" | "file" => return,
            "checkbox" | "radio" if attribute("checked").is_none() => return,
            "checkbox" | "radio" => value.unwrap_or_else(|| "on".to_owned()),
            _ => value.unwrap_or_default(),
        };
        if attribute("disabled").is_some() {
            form.locked.push((name, value));
        } else {
            form.fields.push((name, value));
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "title" => self.end_title(),
            "tr" | "table" => self.end_row(),
            "td" | "th" => self.end_cell(),
            "form" => self.end_form(),
            "textarea" => self.end_area(),
            "option" => self.end_option(),
            "select" => self.end_choice(),
            _ => {}
        }
        let Some(inside) = self.error.as_mut().filter(|inside| inside.tag == name) else {
            return;
        };
        inside.depth -= 1;
        if inside.depth == 0 {
            self.end_error();
        }
    }

    fn text(&mut self, text: &str) {
        let option = self.choice.as_mut().and_then(|c| c.option.as_mut());
        let sinks = [
            self.title.as_mut(),
            self.cell.as_mut(),
            self.area.as_mut().map(|(_, text)| text),
            option.map(|option| &mut option.text),
            self.error.as_mut().map(|inside| &mut inside.text),
        ];
        for sink in sinks.into_iter().flatten() {
            sink.push_str(text);
        }
    }

    fn end_title(&mut self) {
        // Pictures in SVG have titles too; the page's own comes first.
        if let Some(title) = self.title.take()
            && self.page.title.is_empty()
        {
            self.page.title = squeezed(&title);
        }
    }

    fn end_cell(&mut self) {
        if let (Some(cell), Some(row)) = (self.cell.take(), &mut self.row) {
            row.cells.push(cell.trim().to_owned());
        }
    }

    fn end_row(&mut self) {
        self.end_cell();
        self.page.rows.extend(self.row.take());
    }

    fn end_area(&mut self) {
        if let (Some((name, text)), Some(form)) = (self.area.take(), &mut self.form) {
            // The standard drops a line feed right after the start tag.
            let text = text.strip_prefix('\n').unwrap_or(&text);
            form.fields.push((name, text.to_owned()));
        }
    }

    fn end_option(&mut self) {
        let Some(choice) = &mut self.choice else {
            return;
        };
        let Some(option) = choice.option.take() else {
            return;
        };
        if choice.value.is_none() || (option.is_selected && !choice.is_chosen) {
            let text = squeezed(&option.text);
            choice.value = Some(option.value.unwrap_or(text));
            choice.is_chosen |= option.is_selected;
        }
    }

    fn end_choice(&mut self) {
        self.end_option();
        if let (Some(choice), Some(form)) = (self.choice.take(), &mut self.form)
            && let Some(value) = choice.value
        {
            form.fields.push((choice.name, value));
        }
    }

    fn end_form(&mut self) {
        self.end_area();
        self.end_choice();
        self.page.forms.extend(self.form.take());
    }

    fn end_error(&mut self) {
        let Some(inside) = self.error.take() else {
            return;
        };
        let text: String = squeezed(&inside.text)
            .chars()
            .take(ERROR_CHARS_MAX)
            .collect();
        if !text.is_empty() {
            self.page.errors.push(text);
        }
    }

    fn finish(mut self) -> Page {
        self.end_title();
        self.end_row();
        self.end_form();
        self.end_error();
        self.page
    }
}

/// `error`, `aui-message-error`, `errorMessage` and the like.
fn is_error(class: &str) -> bool {
    let mut words = class.split_ascii_whitespace();
    words.any(|word| word.starts_with("error") || word.ends_with("-error"))
}

fn squeezed(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn rows_when_end_tags_are_left_out_are_read_as_with_them() {
        let tidy = "<table><tr><td> a </td><td>b &amp; c<br>d</td></tr>\
                    <tr><td><a href=\"x?k=1&amp;l=2\">e</a></td></tr></table>";
        let untidy = "<!-- <tr><td>no --><TABLE><TBODY><TR CLASS=x><TD>\n a\n<TD title='a > b'>\
                      b &amp; c<br/>d<TR><TD><A HREF='x?k=1&amp;l=2'>e</A></TABLE>\
                      <script>document.write('<td>no</td>')</script>";
        let page = Page::read(tidy);
        assert_eq!(page.rows, Page::read(untidy).rows);
        assert_eq!(page.rows[0].cells, ["a", "b & cd"]);
        assert_eq!(page.rows[1].links, ["x?k=1&l=2"]);
    }

    #[test]
    fn a_form_is_read_as_a_browser_would_send_it() {
        let page = Page::read(
            "<form action='do.action?k=1&amp;t=2' method=post><input name=a value='&lt;x&gt;'>\
             <input type=hidden value=\"it's\" name=b><input name=empty><input type=text value=noname>\
             <input type=checkbox name=c checked><input type=checkbox name=d value=1>\
             <input type=radio name=e value=1><input type=radio name=e value=2 checked>\
             <textarea name=f>\nline 1\n &amp; 2</textarea><input name=gone value=1 disabled>\
             <select name=g><option value=1>one<option value=2 selected>two</select>\
             <select name=h><option> first </option><option>second</select>\
             <input type=submit name=ok value=OK></form><input name=outside>",
        );
        let [form] = page.forms.as_slice() else {
            panic!("{:?}", page.forms);
        };
        assert_eq!(form.action, "do.action?k=1&t=2");
        assert_eq!(
            form.fields,
            [
                pair("a", "<x>"),
                pair("b", "it's"),
                pair("empty", ""),
                pair("c", "on"),
                pair("e", "2"),
                pair("f", "line 1\n & 2"),
                pair("g", "2"),
                pair("h", "first"),
            ]
        );
        assert_eq!(form.locked, [pair("gone", "1")]);
        assert_eq!(page.form_with("g"), Some(form));
        assert_eq!(page.form_with("ok"), None);
    }

    #[test]
    fn errors_are_told_from_other_texts() {
        let page = Page::read(
            "<title> Edit\n User </title><svg><title>icon</title></svg><div class='aui-message error'>\
             <div>The value</div> is  too long.</div><p>fine</p><span class=error></span>",
        );
        assert_eq!(page.title, "Edit User");
        assert_eq!(page.errors, ["The value is too long."]);
    }

    #[test]
    fn nothing_in_a_page_is_too_much() {
        for html in [
            "",
            "<",
            "<table><tr><td",
            "</td></tr></form></select>",
            "<form><select name=a>",
        ] {
            Page::read(html);
        }
    }
}
