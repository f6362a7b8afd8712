//! Lists in order, the same on every machine: no locale.

use std::cmp::Ordering;

use crate::convert::{Notation, number};

/// What order means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By the numbers of their characters: `Z` before `a`, `10` before `9`.
    #[default]
    Text,
    /// As [`Order::Text`] in lower case; those that differ in case only, upper case first.
    IgnoreCase,
    /// Runs of digits by their number: `CC-9` before `CC-10`; the rest without case.
    Natural,
    /// By value; texts that are no numbers behind, as [`Order::Text`]. Values are compared as 64-bit
    /// floats: those that are equal there, by their texts.
    Number,
}

/// Puts elements in order of their texts; equal ones keep their places.
pub fn sort_by_text<T>(list: &mut [T], order: Order, text: impl Fn(&T) -> String) {
    match order {
        Order::Text => list.sort_by_cached_key(|element| text(element)),
        Order::IgnoreCase => list.sort_by_cached_key(|element| {
            let text = text(element);
            (text.to_lowercase(), text)
        }),
        Order::Natural => list.sort_by_cached_key(|element| Natural::new(&text(element))),
        Order::Number => list.sort_by_cached_key(|element| Numeric::new(text(element))),
    }
}

/// A text as pieces of which those that are digits compare by number.
#[derive(PartialEq, Eq)]
struct Natural {
    pieces: Vec<(bool, String)>,
    text: String,
}

impl Natural {
    fn new(text: &str) -> Self {
        let mut pieces: Vec<(bool, String)> = Vec::new();
        for char in text.to_lowercase().chars() {
            let is_digit = char.is_ascii_digit();
            match pieces.last_mut() {
                Some((kind, piece)) if *kind == is_digit => piece.push(char),
                _ => pieces.push((is_digit, String::from(char))),
            }
        }
        for (is_digit, piece) in &mut pieces {
            if *is_digit {
                *piece = piece.trim_start_matches('0').to_owned();
            }
        }
        Self {
            pieces,
            text: text.to_owned(),
        }
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Self) -> Ordering {
        let pairs = self.pieces.iter().zip(&other.pieces);
        let first = pairs
            .map(|((is_digit, one), (is_other_digit, other))| {
                // Digits stand before everything else.
                is_other_digit.cmp(is_digit).then_with(|| match is_digit {
                    true => one.len().cmp(&other.len()).then_with(|| one.cmp(other)),
                    false => one.cmp(other),
                })
            })
            .find(|order| *order != Ordering::Equal);
        first
            .unwrap_or_else(|| self.pieces.len().cmp(&other.pieces.len()))
            .then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A text that compares by the number in it.
struct Numeric {
    number: Option<f64>,
    text: String,
}

impl Numeric {
    fn new(text: String) -> Self {
        let number = number(&text, Notation::default()).ok();
        let number = number.and_then(|number| number.parse().ok());
        Self { number, text }
    }
}

impl Ord for Numeric {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = match (self.number, other.number) {
            (Some(one), Some(other)) => one.total_cmp(&other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        order.then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for Numeric {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Numeric {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Numeric {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_order_is_the_same_whatever_came_first() {
        let cases: [(Order, &[&str]); 4] = [
            (
                Order::Number,
                &["-1.5", "0.0", "1.0", "9", "1e1", "99", "", "x"],
            ),
            (
                Order::Text,
                &["", "10", "9", "Bern", "Zug", "aarau", "Ägeri"],
            ),
            (
                Order::IgnoreCase,
                &["", "10", "9", "Aarau", "aarau", "Bern", "Zug", "Ägeri"],
            ),
            (
                Order::Natural,
                &[
                    "",
                    "007",
                    "7",
                    "9",
                    "10",
                    "99999999999999999999",
                    "CC-9",
                    "cc-10",
                    "cc-10a",
                ],
            ),
        ];
        for (order, expect) in cases {
            let mut list: Vec<&str> = expect.to_vec();
            for turn in 0..expect.len() {
                list.rotate_left(turn);
                list.reverse();
                sort_by_text(&mut list, order, |text| (*text).to_owned());
                assert_eq!(list, expect, "{order:?}");
            }
        }
    }
}
