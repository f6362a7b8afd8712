//! A form of a page, as a browser would send it: what stands in it, and what somebody enters.

use super::browser::{Browser, Page};

/// The fields of a form, in its order.
pub(super) struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    /// The form of a step of the wizard.
    pub(super) fn of(page: &Page) -> Self {
        assert_eq!(page.status, 200, "{page:?}");
        let (_, form) = page
            .body
            .split_once("<form class=\"panel\" method=\"post\" action=\"")
            .unwrap_or_else(|| panic!("no form: {page:?}"));
        let (action, _) = form.split_once('"').unwrap();
        Self::at(page, action)
    }

    /// The form that is sent to this address.
    pub(super) fn at(page: &Page, action: &str) -> Self {
        Self::found(page, ("post", action))
    }

    /// The form that asks for this address.
    pub(super) fn by_get(page: &Page, action: &str) -> Self {
        Self::found(page, ("get", action))
    }

    fn found(page: &Page, (method, action): (&str, &str)) -> Self {
        let named = format!(" method=\"{method}\" action=\"{action}\"");
        let mut forms = page.body.split("<form ").skip(1);
        let form = forms
            .find(|form| {
                format!(" {form}")
                    .split('>')
                    .next()
                    .unwrap()
                    .contains(&named)
            })
            .unwrap_or_else(|| panic!("no form for {action}: {page:?}"));
        let (form, _) = form.split_once("</form>").unwrap();
        let (_, fields) = form.split_once('>').unwrap();
        Self {
            action: action.to_owned(),
            fields: fields_of(fields),
        }
    }

    pub(super) fn has(&self, name: &str) -> Vec<&str> {
        let found = self.fields.iter().filter(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).collect()
    }

    pub(super) fn set(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.and(name, value)
    }

    /// Fills the first field of a name; the others stay, and so does their order.
    pub(super) fn first(mut self, name: &str, value: &str) -> Self {
        let mut fields = self.fields.iter_mut();
        let field = fields.find(|(known, _)| known == name).unwrap();
        value.clone_into(&mut field.1);
        self
    }

    pub(super) fn and(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn without(mut self, name: &str, value: &str) -> Self {
        self.fields
            .retain(|(known, set)| known != name || set != value);
        self
    }

    /// By the button of the wizard that leads there.
    pub(super) async fn send(self, browser: &Browser<'_>, go: &str) -> Page {
        self.press(browser, "go", go).await
    }

    /// By a button.
    pub(super) async fn press(self, browser: &Browser<'_>, name: &str, value: &str) -> Page {
        self.set(name, value).post(browser).await
    }

    /// By a button without a name.
    pub(super) async fn post(self, browser: &Browser<'_>) -> Page {
        let fields = self.fields.iter().map(|(name, value)| {
            // Browsers send the ends of lines as networks do.
            (name.as_str(), value.replace('\n', "\r\n"))
        });
        let fields: Vec<(&str, String)> = fields.collect();
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        browser.post(&self.action, &fields).await
    }

    /// The address of a form that is sent by GET.
    pub(super) fn address(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.fields);
        format!("{}?{}", self.action, query.finish())
    }
}

fn fields_of(form: &str) -> Vec<(String, String)> {
    let (mut rest, mut fields) = (form, Vec::<(String, String)>::new());
    // Whether a list to choose from is open, and nothing of it chosen.
    let (mut is_list, mut is_open) = (false, false);
    while let Some((_, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_once('>').unwrap();
        rest = after;
        let value = |name: &str| {
            let (_, value) = tag.split_once(&format!(" {name}=\""))?;
            value.split('"').next().map(plain)
        };
        let name = value("name").unwrap_or_default();
        match tag.split(' ').next().unwrap() {
            "input" => {
                let is_box =
                    ["radio", "checkbox"].contains(&value("type").as_deref().unwrap_or(""));
                if !is_box || tag.contains(" checked") {
                    let on = if is_box { "on" } else { "" };
                    fields.push((name, value("value").unwrap_or_else(|| on.to_owned())));
                }
            }
            "textarea" => {
                let text = after.split("</textarea>").next().unwrap();
                // A line that ends right behind the tag is none of the text.
                let text = text.strip_prefix('\n').unwrap_or(text);
                fields.push((name, plain(text)));
            }
            "select" => {
                (is_list, is_open) = (true, true);
                fields.push((name, String::new()));
            }
            "/select" => is_list = false,
            "option" if is_list && (is_open || tag.contains(" selected")) => {
                fields.last_mut().unwrap().1 = value("value").unwrap();
                is_open = false;
            }
            _ => {}
        }
    }
    fields.retain(|(name, _)| !name.is_empty());
    fields
}

/// A text of a page without its entities.
pub(super) fn plain(text: &str) -> String {
    let pairs = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ];
    let mut text = text.to_owned();
    for (entity, letter) in pairs {
        text = text.replace(entity, letter);
    }
    text
}
