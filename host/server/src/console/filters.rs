//! What templates call behind a `|`: texts, icons, chips, values, times and numbers.
//!
//! Invariant: what a filter gives as markup is put together here from words that this code knows; every
//! text and value in it is escaped. `console/README.md` lists them.

use std::fmt::Display;

use askama::filters::{Html, Safe, escape};
use askama::{Values, filter_fn};
use fluent_bundle::FluentValue;

use super::assets;
use super::reader::Reader;
use super::shown::{Shown, Time};

/// What a text can be said about.
pub(super) trait Argument {
    fn value(&self) -> FluentValue<'_>;
}

impl<T: Argument + ?Sized> Argument for &T {
    fn value(&self) -> FluentValue<'_> {
        T::value(self)
    }
}

impl Argument for str {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(self)
    }
}

impl Argument for String {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(self.as_str())
    }
}

impl Argument for u32 {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(*self)
    }
}

impl Argument for u64 {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(*self)
    }
}

/// Anything that a page counts.
pub(super) trait Count {
    fn count(&self) -> u64;
}

impl<T: Count + ?Sized> Count for &T {
    fn count(&self) -> u64 {
        T::count(self)
    }
}

impl Count for u32 {
    fn count(&self) -> u64 {
        u64::from(*self)
    }
}

impl Count for u64 {
    fn count(&self) -> u64 {
        *self
    }
}

#[filter_fn]
pub(super) fn t<K: Display>(key: K, values: &dyn Values) -> askama::Result<String> {
    Ok(Reader::among(values)?.text(&key.to_string(), &[])?)
}

#[filter_fn]
pub(super) fn t1<K: Display, A: Argument>(
    key: K,
    values: &dyn Values,
    name: &'static str,
    value: A,
) -> askama::Result<String> {
    let about = [(name, value.value())];
    Ok(Reader::among(values)?.text(&key.to_string(), &about)?)
}

#[filter_fn]
pub(super) fn t2<K: Display, A: Argument, B: Argument>(
    key: K,
    values: &dyn Values,
    first: &'static str,
    one: A,
    second: &'static str,
    other: B,
) -> askama::Result<String> {
    let about = [(first, one.value()), (second, other.value())];
    Ok(Reader::among(values)?.text(&key.to_string(), &about)?)
}

#[filter_fn]
#[expect(clippy::too_many_arguments, reason = "three names and three values")]
pub(super) fn t3<K: Display, A: Argument, B: Argument, C: Argument>(
    key: K,
    values: &dyn Values,
    first: &'static str,
    one: A,
    second: &'static str,
    other: B,
    third: &'static str,
    last: C,
) -> askama::Result<String> {
    let about = [
        (first, one.value()),
        (second, other.value()),
        (third, last.value()),
    ];
    Ok(Reader::among(values)?.text(&key.to_string(), &about)?)
}

#[filter_fn]
pub(super) fn word<K: Display>(
    word: K,
    values: &dyn Values,
    prefix: &'static str,
) -> askama::Result<String> {
    Ok(Reader::among(values)?.text(&format!("{prefix}-{word}"), &[])?)
}

#[filter_fn]
pub(super) fn icon<K: Display>(name: K, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(picture(&name.to_string())?))
}

#[filter_fn]
pub(super) fn chip<K: Display>(state: K, values: &dyn Values) -> askama::Result<Safe<String>> {
    let state = state.to_string();
    let (tone, shape) = tone(&state);
    let word = Reader::among(values)?.text(&format!("state-{state}"), &[])?;
    let (shape, word) = (picture(shape)?, escape(word, Html)?);
    Ok(Safe(format!(
        "<span class=\"chip {tone}\">{shape}{word}</span>"
    )))
}

#[filter_fn]
pub(super) fn val(
    shown: &Shown,
    values: &dyn Values,
    tone: &'static str,
) -> askama::Result<Safe<String>> {
    let (class, text) = match shown.missing {
        "" => (tone, shown.text.clone()),
        why => (
            "none",
            Reader::among(values)?.text(&format!("value-{why}"), &[])?,
        ),
    };
    let text = escape(text, Html)?;
    Ok(Safe(format!("<span class=\"val {class}\">{text}</span>")))
}

#[filter_fn]
pub(super) fn when(time: &Time, values: &dyn Values) -> askama::Result<Safe<String>> {
    let text = escape(Reader::among(values)?.time(time.0)?, Html)?;
    let iso = crate::view::time(time.0);
    Ok(Safe(format!(
        "<time datetime=\"{iso}\" title=\"{iso}\">{text}</time>"
    )))
}

#[filter_fn]
pub(super) fn n<C: Count>(count: C, values: &dyn Values) -> askama::Result<String> {
    Ok(Reader::among(values)?.number(count.count()))
}

#[filter_fn]
pub(super) fn asset<K: Display>(name: K, _: &dyn Values) -> askama::Result<String> {
    Ok(assets::address(&name.to_string()))
}

fn picture(name: &str) -> askama::Result<String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.chars().all(is_plain) {
        return Err(askama::Error::Fmt);
    }
    Ok(format!(
        "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-{name}\"/></svg>"
    ))
}

/// How a state looks: the chip's class and the icon.
fn tone(state: &str) -> (&'static str, &'static str) {
    match state {
        "in-tune" | "applied" | "active" | "same" | "matched" | "reachable" | "written" => {
            ("ok", "check")
        }
        "held" | "ambiguous" | "conflict" | "throttled" => ("warn", "hand"),
        "attention" => ("warn", "clock"),
        "failed" | "invalid" | "refused" | "quarantined" | "unreachable" | "gone" => ("bad", "bad"),
        "running" | "shadow" => ("run", "run"),
        "set" | "planned" | "draft" => ("brand", "edit"),
        "paused" | "maintenance" | "stopped" | "interrupted" => ("", "pause"),
        "queued" => ("", "clock"),
        "new" => ("", "dot"),
        "undone" => ("", "undo"),
        "clear" => ("", "trash"),
        "photo" => ("", "photo"),
        "unmatched" => ("", "user"),
        _ => ("", "minus"),
    }
}
