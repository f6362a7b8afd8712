//! The three languages, dates of unknown form, zones and the calendar: edges and hostile texts.

use jiff::tz::TimeZone;

use crate::time::{
    Counting, Error, Interval, Language, Names, Order, Pattern, Side, Stamp, Timestamp, WeekStart,
    add, diff, end_of, okta, read_any, start_of, within, zone,
};

#[test]
fn patterns_when_written_and_read_again_give_the_same() {
    use Language::{DotNet, Joda, Strftime};
    let stamp = read_any("2009-06-05T01:05:07.089+02:00", Order::Refuse).unwrap();
    for (language, pattern, expect) in [
        (
            DotNet,
            "yyyy-MM-dd HH:mm:ss.fff zzz",
            "2009-06-05 01:05:07.089 +02:00",
        ),
        (DotNet, "%d", "5"),
        (DotNet, "h tt \\h 'o''clock'", "1 AM h oclock"),
        (DotNet, "ss.FFFFFFF", "07.089"),
        (DotNet, "t z zz g", "A +2 +02 A.D."),
        (DotNet, "y yyy yyyyy", "9 2009 02009"),
        (DotNet, "R", "Fri, 05 Jun 2009 01:05:07 GMT"),
        (
            Joda,
            "yyyy-MM-dd'T'HH:mm:ss.SSSZZ",
            "2009-06-05T01:05:07.089+02:00",
        ),
        (Joda, "yy D e x-'W'ww k K a", "09 156 5 2009-W23 1 1 AM"),
        (Joda, "h 'o''clock' Z", "1 o'clock +0200"),
        (Joda, "C G XXX", "20 AD +02:00"),
        (
            Strftime,
            "%Y-%m-%dT%H:%M:%S.%f%z",
            "2009-06-05T01:05:07.089000+0200",
        ),
        (
            Strftime,
            "%a %A %b %B %-d %e %j %u %w %y %%",
            "Fri Friday Jun June 5  5 156 5 5 09 %",
        ),
        (
            Strftime,
            "%G-W%V %I %p %P %:z %s %F %T",
            "2009-W23 01 AM am +02:00 1244156707 2009-06-05 01:05:07",
        ),
    ] {
        let compiled = Pattern::new(language, pattern).unwrap();
        let text = compiled.text(&stamp, Names::English);
        assert_eq!(text, expect, "{pattern}");
        if compiled.check_readable().is_ok() {
            let again = compiled
                .read(&text)
                .unwrap_or_else(|error| panic!("{pattern}: {error}"));
            assert_eq!(again.civil.year(), stamp.civil.year(), "{pattern}");
        }
    }
    let german = Pattern::new(Joda, "EEEE, d. MMMM yyyy").unwrap();
    assert_eq!(german.text(&stamp, Names::German), "Freitag, 5. Juni 2009");
    for text in [
        "Freitag, 5. Juni 2009",
        "Friday, 5. June 2009",
        "freitag, 5. JUNI 2009",
    ] {
        assert_eq!(
            german.read(text).unwrap().civil,
            stamp.civil.date().into(),
            "{text}"
        );
    }
    let kept = Pattern::new(DotNet, "yyyy-MM-dd ss.FFF").unwrap();
    assert_eq!(
        kept.text(&kept.read("2009-06-05 07").unwrap(), Names::English),
        "2009-06-05 07"
    );
}

#[test]
fn patterns_when_wrong_name_the_character() {
    use Language::{DotNet, Joda, Strftime};
    for (language, pattern, expect) in [
        (DotNet, "yyyy 'x", "character 6: the quote is never closed"),
        (DotNet, "yyyy\\", "character 5: a `\\` at the end"),
        (
            DotNet,
            "x",
            "character 1: `x` is no standard format of .NET",
        ),
        (
            DotNet,
            "ffffffff",
            "character 1: seven digits of a second are the most",
        ),
        (
            Joda,
            "yyyy-MM-ddTHH",
            "character 11: `T` is no letter of Joda patterns; quote text with '",
        ),
        (
            Strftime,
            "%Y-%",
            "character 4: a `%` at the end; write `%%` for a plain one",
        ),
        (
            Strftime,
            "%Y %E",
            "character 4: `%E` is no conversion of strftime",
        ),
        (Strftime, "", "character 1: the pattern is empty"),
    ] {
        let error = Pattern::new(language, pattern).unwrap_err();
        assert_eq!(error.to_string(), expect);
    }
    assert!(
        Pattern::new(DotNet, "MM-dd")
            .unwrap()
            .check_readable()
            .is_err()
    );
}

#[test]
fn texts_when_no_date_are_refused_and_say_why() {
    let long = "9".repeat(60 * 1024);
    let iso = Pattern::new(Language::DotNet, "yyyy-MM-dd").unwrap();
    for text in [
        "",
        " ",
        "x",
        "2021-02-30",
        "2021-13-01",
        "2021-01-01x",
        "昨日",
        "0000-00-00",
        &long,
    ] {
        assert!(iso.read(text).is_err(), "{text:.20}");
    }
    for text in [
        "",
        "x",
        "2021-02-30",
        "03/04/2021",
        "1438377580",
        "130828367179790000",
        "12:30",
        "Tue, 15 Jun 2009",
        "2021-01-01 25:00",
        "2021-01-01 13:00 PM",
        "2021-01-01 Nowhere/City",
        "昨日",
        "-",
        "2021-06-30+99:00",
        "1/2/3/4",
        &long,
    ] {
        let error = read_any(text, Order::Refuse).unwrap_err();
        assert_eq!(error.code(), "bad-date", "{text:.20}");
        assert!(error.to_string().len() < 250, "{text:.20}");
    }
    for (text, expect) in [
        ("25/12/2021", "2021-12-25"),
        ("25.12.21", "2021-12-25"),
        ("5. März 2021", "2021-03-05"),
        ("2021-W", ""),
        ("2021-03", "2021-03-01"),
        ("2021-06-30T24:00:00Z", "2021-07-01T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        (
            "2021-06-30T08:00:00+02:00[Europe/Berlin]",
            "2021-06-30T08:00:00+02:00",
        ),
        ("20210630T080000,5-0330", "2021-06-30T08:00:00.500-03:30"),
        ("June 5th, 2021 at 4 p.m.", "2021-06-05T16:00:00"),
        ("2021-06-30 12:00 AM", "2021-06-30T00:00:00"),
    ] {
        let got = read_any(text, Order::Refuse)
            .map(|stamp| stamp.iso())
            .unwrap_or_default();
        assert_eq!(got, expect, "{text}");
    }
}

#[test]
fn zones_when_clocks_change_follow_the_calendar() {
    let berlin = zone("europe/berlin").unwrap();
    let iso = |text: &str| {
        let stamp = read_any(text, Order::Refuse).unwrap();
        Stamp::from(&stamp.zoned(&berlin).unwrap()).iso()
    };
    // The hour that does not exist, and the one that comes twice.
    assert_eq!(iso("2024-03-31 02:30"), "2024-03-31T03:30:00+02:00");
    assert_eq!(iso("2024-10-27 02:30"), "2024-10-27T02:30:00+02:00");
    assert_eq!(iso("2024-01-01 00:00"), "2024-01-01T00:00:00+01:00");
    for bad in ["", "Berlin", "+25:00", "Mars/Phobos", "+1:2:3:4"] {
        assert!(zone(bad).is_err(), "{bad}");
    }
    for (name, seconds) in [
        ("Z", 0),
        ("+1", 3600),
        ("-0330", -12_600),
        ("+05:45", 20_700),
    ] {
        let offset = zone(name).unwrap().to_offset(Timestamp::UNIX_EPOCH);
        assert_eq!(offset.seconds(), seconds, "{name}");
    }
}

#[test]
fn units_when_begun_ended_and_counted_follow_the_calendar() {
    let civil = |text: &str| read_any(text, Order::Refuse).unwrap().civil;
    let when = civil("2024-02-29 17:41:18");
    for (unit, start, end) in [
        (Interval::Year, "2024-01-01", "2024-12-31T23:59:59"),
        (Interval::Quarter, "2024-01-01", "2024-03-31T23:59:59"),
        (Interval::Month, "2024-02-01", "2024-02-29T23:59:59"),
        (Interval::Week, "2024-02-26", "2024-03-03T23:59:59"),
        (Interval::Day, "2024-02-29", "2024-02-29T23:59:59"),
        (Interval::Hour, "2024-02-29 17:00", "2024-02-29T17:59:59"),
    ] {
        assert_eq!(
            start_of(when, unit, WeekStart::Monday).unwrap(),
            civil(start)
        );
        assert_eq!(end_of(when, unit, WeekStart::Monday).unwrap(), civil(end));
    }
    assert_eq!(
        start_of(when, Interval::Week, WeekStart::Sunday).unwrap(),
        civil("2024-02-25")
    );
    let last = civil("9999-12-31 12:00");
    assert_eq!(
        end_of(last, Interval::Year, WeekStart::Monday).unwrap(),
        civil("9999-12-31 23:59:59")
    );
    assert_eq!(
        add(civil("2024-01-31"), Interval::Month, 1).unwrap(),
        civil("2024-02-29")
    );
    assert_eq!(add(last, Interval::Year, i64::MAX), Err(Error::Range));
    let utc = |text: &str| civil(text).to_zoned(TimeZone::UTC).unwrap();
    for (from, to, unit, calendar, elapsed) in [
        ("2023-12-31", "2024-01-01", Interval::Year, 1, 0),
        ("2023-12-31", "2024-12-30", Interval::Month, 12, 11),
        ("2024-03-31", "2024-04-01", Interval::Quarter, 1, 0),
        ("2024-03-02", "2024-03-03", Interval::Week, 1, 0),
        ("2024-03-04", "2024-03-18", Interval::Weekday, 2, 2),
        ("2024-03-01 10:59", "2024-03-01 11:00", Interval::Hour, 1, 0),
        ("2024-03-02", "2024-03-01", Interval::DayOfYear, -1, -1),
    ] {
        let (from, to) = (utc(from), utc(to));
        assert_eq!(
            diff(&from, &to, unit, Counting::Calendar).unwrap(),
            calendar
        );
        assert_eq!(diff(&from, &to, unit, Counting::Elapsed).unwrap(), elapsed);
    }
    let now = utc("2024-03-01");
    let before = utc("2024-02-20").timestamp();
    for (side, amount, expect) in [
        (Side::Past, 10, true),
        (Side::Past, 9, false),
        (Side::Future, 99, false),
        (Side::Either, i64::MAX, true),
    ] {
        assert_eq!(
            within(before, &now, Interval::Day, amount, side).unwrap(),
            expect
        );
    }
}

/// Numbers that are the same in every run; enough for texts that nobody would write.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % sides
    }

    fn text(&mut self, pieces: &[&str]) -> String {
        let len = self.roll(12);
        (0..len).map(|_| pieces[self.roll(pieces.len())]).collect()
    }
}

const TEXTS: [&str; 28] = [
    "2021",
    "-",
    "12",
    "31",
    "99",
    "0",
    ":",
    ".",
    "/",
    "T",
    "Z",
    "+",
    "PM",
    "a.m.",
    " ",
    "March",
    "Mo",
    "[",
    "]",
    "UTC",
    "999999999999999999",
    "é",
    "\u{0}",
    "24",
    "60",
    "BC",
    ",",
    "th",
];
const LETTERS: [&str; 34] = [
    "yyyy",
    "yy",
    "y",
    "MM",
    "M",
    "MMM",
    "dd",
    "d",
    "HH",
    "h",
    "mm",
    "ss",
    "f",
    "FFF",
    "K",
    "zzz",
    "tt",
    "G",
    "C",
    "CCCCCCCCCCCCCCCCCC",
    "x",
    "w",
    "e",
    "SSS",
    "ZZZ",
    "'",
    "\\",
    "%Y",
    "%j",
    "%s",
    "%",
    "-",
    "é",
    "yyyyyyyyyyyyyyyyyyy",
];

#[test]
fn hostile_texts_when_read_and_written_never_panic() {
    let mut dice = Dice(7);
    let (mut read, mut compiled) = (0, 0);
    for _ in 0..30_000 {
        let text = dice.text(&TEXTS);
        let stamp = read_any(
            &text,
            [Order::MonthFirst, Order::DayFirst, Order::Refuse][dice.roll(3)],
        );
        let stamp = stamp
            .inspect(|_| read += 1)
            .unwrap_or_else(|_| Stamp::utc(Timestamp::MAX));
        let language = [Language::DotNet, Language::Joda, Language::Strftime][dice.roll(3)];
        if let Ok(pattern) = Pattern::new(language, &dice.text(&LETTERS)) {
            compiled += 1;
            let written = pattern.text(&stamp, Names::German);
            let _answer = (pattern.read(&text), pattern.read(&written), stamp.iso());
        }
    }
    assert!(read > 20 && compiled > 5_000, "{read} {compiled}");
    let now = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    assert!(okta::within(&now, now.timestamp(), Interval::Day, i64::MIN).is_ok());
}
