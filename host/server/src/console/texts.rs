//! The console's texts, in every language that it speaks: Fluent files below `locales`, inside the
//! binary.
//!
//! Invariant: both languages have the same texts (a test compares them). Deliberately not here: whose
//! language it is (`reader`).

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

const ENGLISH: &str = include_str!("locales/en/console.ftl");
const GERMAN: &str = include_str!("locales/de/console.ftl");

type Bundle = FluentBundle<FluentResource>;

/// What a text is said about.
pub(super) type About<'a> = (&'static str, FluentValue<'a>);

/// A language of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    German,
}

impl Language {
    pub(super) const ALL: [Self; 2] = [Self::English, Self::German];

    /// As pages say it, and as cookies keep it.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// Its own name for itself.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// The language of a tag such as `de-AT`.
    pub(super) fn of(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|one| one.tag().eq_ignore_ascii_case(primary))
    }

    /// The first of a header `Accept-Language` that the console speaks; browsers send the best first.
    pub(super) fn accepted(header: &str) -> Option<Self> {
        let mut tags = header.split(',');
        tags.find_map(|tag| Self::of(tag.split(';').next().unwrap_or_default()))
    }

    /// A text; `None` where there is none of this key.
    pub(super) fn text(self, key: &str, about: &[About<'_>]) -> Option<String> {
        let bundle = self.bundle();
        let pattern = bundle.get_message(key)?.value()?;
        let mut arguments = FluentArgs::with_capacity(about.len());
        for (name, value) in about {
            arguments.set(*name, value.clone());
        }
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&arguments), &mut errors);
        errors.is_empty().then(|| text.into_owned())
    }

    /// A whole number, grouped as the language does.
    pub(super) fn number(self, number: u64) -> String {
        let mark = match self {
            Self::English => ',',
            Self::German => '.',
        };
        let digits = number.to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push(mark);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// A number with one digit behind the point.
    pub(super) fn decimal(self, number: f64) -> String {
        let text = format!("{number:.1}");
        match self {
            Self::English => text,
            Self::German => text.replace('.', ","),
        }
    }

    fn bundle(self) -> &'static Bundle {
        static BUNDLES: LazyLock<[Bundle; 2]> = LazyLock::new(|| {
            [
                made(Language::English, ENGLISH),
                made(Language::German, GERMAN),
            ]
        });
        let [english, german] = &*BUNDLES;
        match self {
            Self::English => english,
            Self::German => german,
        }
    }
}

fn made(language: Language, text: &str) -> Bundle {
    let resource = match FluentResource::try_new(text.to_owned()) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    let tag = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match language {
        Language::English => english,
        Language::German => german,
    }));
    bundle.add_resource_overriding(resource);
    bundle
}

fn english<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    whole(value).map(|number| Language::English.number(number))
}

fn german<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    whole(value).map(|number| Language::German.number(number))
}

fn whole(value: &FluentValue<'_>) -> Option<u64> {
    match value {
        FluentValue::Number(number) if number.value >= 0.0 && number.value.fract() == 0.0 =>
        {
            #[expect(clippy::cast_sign_loss, reason = "it is not below zero")]
            Some(number.value as u64)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

    fn keys(text: &str) -> BTreeSet<&str> {
        text.lines()
            .filter_map(|line| line.split_once(" = "))
            .map(|(key, _)| key)
            .filter(|key| !key.starts_with([' ', '#']))
            .collect()
    }

    #[test]
    fn both_languages_have_the_same_texts_without_a_mistake() {
        for text in [ENGLISH, GERMAN] {
            let resource = FluentResource::try_new(text.to_owned());
            let mistakes = resource.map_err(|(_, mistakes)| mistakes).err();
            assert_eq!(mistakes, None);
        }
        let (english, german) = (keys(ENGLISH), keys(GERMAN));
        let differ: Vec<_> = english.symmetric_difference(&german).collect();
        assert!(differ.is_empty(), "{differ:?}");
        assert!(english.len() > 500);
    }

    /// The files of a folder and of those below it.
    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else {
                found.push(path);
            }
        }
    }

    #[test]
    fn every_text_that_code_and_templates_name_is_there() {
        let known = keys(ENGLISH);
        let named = r#"(?:say|say_of|known)\(\s*"([a-z0-9-]+)"|"([a-z0-9-]+)"\|t[123]?\b"#;
        let named = regex::Regex::new(named).unwrap();
        let mut all = Vec::new();
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console");
        files(&here, &mut all);
        let mut missing = BTreeSet::new();
        for path in &all {
            let Ok(text) = std::fs::read_to_string(path) else {
                continue;
            };
            for found in named.captures_iter(&text) {
                let key = found.get(1).or(found.get(2)).unwrap().as_str();
                let is_test = key == "no-such-key" || path.extension().is_none();
                if !known.contains(key) && !is_test {
                    missing.insert(format!("{}: {key}", path.display()));
                }
            }
        }
        assert!(missing.is_empty(), "{missing:#?}");
        assert!(all.len() > 60);
    }

    #[test]
    fn numbers_are_grouped_and_counted_in_texts() {
        let say = |language: Language, count: u64| {
            let text = language.text("people", &[("count", count.into())]);
            text.unwrap()
        };
        assert_eq!(say(Language::English, 1), "1 person");
        assert_eq!(say(Language::English, 38_214), "38,214 people");
        assert!(say(Language::German, 1_000_000).starts_with("1.000.000 "));
        assert_eq!(Language::English.number(0), "0");
        assert_eq!(Language::German.number(999), "999");
        assert_eq!(Language::English.text("no-such-key", &[]), None);
        assert_eq!(
            Language::English.text("people", &[]),
            None,
            "an argument is missing"
        );
    }

    #[test]
    fn the_first_language_that_is_spoken_is_taken() {
        let of = Language::accepted;
        assert_eq!(of("fr-FR,de-AT;q=0.8,en;q=0.5"), Some(Language::German));
        assert_eq!(of("en-GB,de"), Some(Language::English));
        assert_eq!(of("fr, *"), None);
    }
}
