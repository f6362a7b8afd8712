//! Charts as SVG: what was written day by day, and the small line of a connector.

use super::reader::{Missing, Reader};
use crate::view::condition::Day;

/// Where a chart's bars stand.
const BASE: u64 = 90;
/// How high the highest line stands above it.
const HEIGHT: u64 = 80;
const FIRST_X: u32 = 64;
const STEP_X: u32 = 83;
const BAR_WIDTH: u32 = 40;

/// The fields of `part/chart.html`.
#[derive(Debug, Clone, Default)]
pub(super) struct Chart {
    pub(super) has_data: bool,
    pub(super) lines: Vec<Line>,
    pub(super) days: Vec<Column>,
}

/// A line of the grid.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) y: u64,
    pub(super) text_y: u64,
    pub(super) label: String,
}

/// A day.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) label: String,
    pub(super) text_x: u32,
    pub(super) x: u32,
    pub(super) title: String,
    pub(super) set: u64,
    pub(super) photo: u64,
    pub(super) clear: u64,
    pub(super) fail: u64,
    pub(super) bars: Vec<Bar>,
}

/// A part of a day's bar.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    pub(super) class: &'static str,
    pub(super) y: u64,
    pub(super) height: u64,
}

/// The points of a small line in 96 by 24, and those of the area below it.
pub(super) fn spark(days: &[Day]) -> (String, String) {
    let top = days.iter().map(Day::written).max().unwrap_or(0).max(1);
    let last = days.len().saturating_sub(1).max(1);
    let points: Vec<String> = days
        .iter()
        .enumerate()
        .map(|(at, day)| {
            let x = at as f64 * 96.0 / last as f64;
            let y = 23.0 - day.written() as f64 * 21.0 / top as f64;
            format!("{x:.1},{y:.1}")
        })
        .collect();
    let line = points.join(" ");
    let area = format!("0,24 {line} 96,24");
    (line, area)
}

/// The sum of several connectors' days.
pub(super) fn sum<'a>(all: impl Iterator<Item = &'a [Day]>) -> Vec<Day> {
    let mut total: Vec<Day> = Vec::new();
    for days in all {
        if total.is_empty() {
            total = days.to_vec();
            continue;
        }
        for (to, from) in total.iter_mut().zip(days) {
            to.set += from.set;
            to.photo += from.photo;
            to.clear += from.clear;
            to.failed += from.failed;
        }
    }
    total
}

impl Chart {
    /// Of these days.
    pub(super) fn of(days: &[Day], reader: &Reader) -> Result<Self, Missing> {
        let most = days.iter().map(|day| day.written() + day.failed).max();
        let most = most.unwrap_or(0);
        if most == 0 {
            return Ok(Self::default());
        }
        let third = round(most.div_ceil(3));
        let top = third * 3;
        let lines = (1..=3).map(|count| {
            let y = BASE - (count * third * HEIGHT).div_ceil(top);
            Line {
                y,
                text_y: y + 4,
                label: reader.number(count * third),
            }
        });
        let columns: Result<Vec<Column>, Missing> = (0..)
            .zip(days)
            .map(|(at, day)| column(at, day, top, reader))
            .collect();
        Ok(Self {
            has_data: true,
            lines: lines.collect(),
            days: columns?,
        })
    }
}

fn column(at: u32, day: &Day, top: u64, reader: &Reader) -> Result<Column, Missing> {
    let x = FIRST_X + at * STEP_X;
    let date: Option<jiff::civil::Date> = day.date.parse().ok();
    let label = match date {
        Some(date) => reader.weekday(date.weekday())?,
        None => String::new(),
    };
    let mut y = BASE;
    let mut bars = Vec::new();
    for (class, count) in [
        ("set", day.set),
        ("photo", day.photo),
        ("clear", day.clear),
        ("fail", day.failed),
    ] {
        // What is there is seen, however little it is.
        let height = (count * HEIGHT / top).max(u64::from(count > 0));
        if height > 0 {
            y = y.saturating_sub(height);
            bars.push(Bar { class, y, height });
        }
    }
    let total = reader.number(day.written() + day.failed);
    Ok(Column {
        title: format!("{label}: {total}"),
        label,
        text_x: x + BAR_WIDTH / 2,
        x,
        set: day.set,
        photo: day.photo,
        clear: day.clear,
        fail: day.failed,
        bars,
    })
}

/// The next number that is 1, 2 or 5 times a power of ten.
fn round(number: u64) -> u64 {
    let mut power = 1;
    loop {
        for step in [1, 2, 5] {
            if step * power >= number {
                return step * power;
            }
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(set: u64) -> Day {
        Day {
            set,
            ..Day::default()
        }
    }

    #[test]
    fn a_line_stays_in_its_frame() {
        let (line, area) = spark(&[day(0), day(5), day(10)]);
        assert_eq!(line, "0.0,23.0 48.0,12.5 96.0,2.0");
        assert_eq!(area, "0,24 0.0,23.0 48.0,12.5 96.0,2.0 96,24");
        assert_eq!(spark(&[]).0, "");
    }

    #[test]
    fn grid_lines_are_round_numbers() {
        let rounded: Vec<u64> = [1, 3, 10, 11, 499, 501].into_iter().map(round).collect();
        assert_eq!(rounded, [1, 5, 10, 20, 500, 1000]);
    }

    #[test]
    fn sums_are_day_by_day() {
        let (one, other) = ([day(1), day(2)], [day(10), day(20)]);
        let total = sum([&one[..], &other[..]].into_iter());
        assert_eq!(total, [day(11), day(22)]);
    }
}
