//! Vectors that the vendors' pages print, and edges of the three languages.

use jiff::tz::TimeZone;

use super::{
    Counting, Error, Interval, Language, Names, Order, Pattern, Side, Stamp, Styles, Timestamp,
    WeekStart, add, diff, end_of, entra, from_filetime, from_unix, okta, read_any, start_of,
    to_filetime, within, zone,
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Entra: "Reference for writing expressions for attribute mappings", and Connect's page.
#[test]
fn cdate_when_a_vector_of_the_page_gives_its_date() {
    for (text, expect) in [
        ("2020-03-16-07:00", "3/16/2020 7:00:00 AM"),
        ("2021-06-30+08:00", "6/29/2021 4:00:00 PM"),
        ("2009-06-15T01:45:30-07:00", "6/15/2009 8:45:30 AM"),
        // Connect: 2013-01-11 00:00.
        ("2013-01-10 4:00 PM -8", "1/11/2013 12:00:00 AM"),
        ("8/25/2021 5:41:18 PM", "8/25/2021 5:41:18 PM"),
        ("3/4/2021", "3/4/2021 12:00:00 AM"),
        ("15 Jun 2009 01:45:30 PDT", "6/15/2009 8:45:30 AM"),
        ("Mon, 15 Jun 2009 01:45:30 -0700", "6/15/2009 8:45:30 AM"),
        ("20150123105347.1Z", "1/23/2015 10:53:47 AM"),
        ("15-Jun-09", "6/15/2009 12:00:00 AM"),
    ] {
        assert_eq!(entra::text(entra::cdate(text).unwrap()), expect, "{text}");
    }
}

#[test]
fn date_add_and_date_diff_when_a_vector_of_the_page_give_its_answer() {
    let from = entra::cdate("2012-03-16-07:00").unwrap();
    for (code, amount, expect) in [
        ("d", 7, "3/23/2012 7:00:00 AM"),
        ("m", 10, "1/16/2013 7:00:00 AM"),
        ("yyyy", 2, "3/16/2014 7:00:00 AM"),
        ("ww", -1, "3/9/2012 7:00:00 AM"),
        ("h", 24, "3/17/2012 7:00:00 AM"),
        ("n", -30, "3/16/2012 6:30:00 AM"),
        ("s", 86_400, "3/17/2012 7:00:00 AM"),
        ("q", 1, "6/16/2012 7:00:00 AM"),
        ("y", 1, "3/17/2012 7:00:00 AM"),
        ("w", 1, "3/17/2012 7:00:00 AM"),
    ] {
        let interval = Interval::connect(code).unwrap();
        let got = entra::date_add(interval, amount, from).unwrap();
        assert_eq!(entra::text(got), expect, "{amount}{code}");
    }
    let late = entra::cdate("8/25/2021 5:41:18 PM").unwrap();
    // -492.78 weeks: the page's -493 is the count of Sundays, not a truncation.
    for (code, expect) in [("d", -3449), ("ww", -493), ("m", -113), ("yyyy", -9)] {
        let interval = Interval::entra(code).unwrap();
        assert_eq!(
            entra::date_diff(interval, late, from).unwrap(),
            expect,
            "{code}"
        );
    }
    let next = entra::date_add(Interval::Day, 1, from).unwrap();
    for (code, expect) in [("h", 24), ("n", 1440), ("s", 86_400), ("d", 1), ("yyyy", 0)] {
        let interval = Interval::entra(code).unwrap();
        assert_eq!(
            entra::date_diff(interval, from, next).unwrap(),
            expect,
            "{code}"
        );
    }
    for code in ["q", "y", "w", "D", ""] {
        assert_eq!(Interval::entra(code), None, "{code}");
    }
}

#[test]
fn filetime_when_a_vector_of_the_page_goes_both_ways() {
    let expect = at("2012-01-01T23:00:00Z");
    assert_eq!(
        entra::date_from_num(129_699_324_000_000_000).unwrap(),
        expect
    );
    assert_eq!(to_filetime(expect), 129_699_324_000_000_000);
    assert_eq!(
        entra::num_from_date("2012-01-01 23:00").unwrap(),
        129_699_324_000_000_000
    );
    assert_eq!(from_filetime(0).unwrap(), at("1601-01-01T00:00:00Z"));
    assert_eq!(from_filetime(i64::MAX), Err(Error::Range));
    assert_eq!(from_unix("-1.5", 1).unwrap(), at("1969-12-31T23:59:58.5Z"));
    assert_eq!(
        from_unix("1438377580979", 1000).unwrap(),
        at("2015-07-31T21:19:40.979Z")
    );
    for bad in ["", "x", "1.", "1.x", "9223372036854775807"] {
        assert!(from_unix(bad, 1).is_err(), "{bad}");
    }
}

/// Source, styles, input, output, result; nothing where the source is refused.
const FORMATS: &[(&str, &str, &str, &str, Option<&str>)] = &[
    (
        "20150123105347.1Z",
        "",
        "yyyyMMddHHmmss.fZ",
        "yyyy-MM-dd",
        Some("2015-01-23"),
    ),
    (
        " 2021-06-30 ",
        "",
        "yyyy-MM-dd",
        "MM/dd/yy",
        Some("06/30/21"),
    ),
    (" 2021-06-30", "None", "yyyy-MM-dd", "d", None),
    (
        "2021-06-30",
        "",
        "yyyy-MM-dd",
        "o",
        Some("2021-06-30T00:00:00.0000000"),
    ),
    (
        "2021-06-30",
        "AssumeUniversal, AdjustToUniversal",
        "yyyy-MM-dd",
        "o",
        Some("2021-06-30T00:00:00.0000000Z"),
    ),
    (
        "2021-06-30",
        "AssumeUniversal",
        "yyyy-MM-dd",
        "o",
        Some("2021-06-30T00:00:00.0000000+00:00"),
    ),
    (
        "2021-06-30T08:00:00+08:00",
        "",
        "yyyy-MM-ddTHH:mm:ssK",
        "o",
        Some("2021-06-30T00:00:00.0000000+00:00"),
    ),
    (
        "2021-06-30T08:00:00Z",
        "",
        "yyyy-MM-ddTHH:mm:ssK",
        "o",
        Some("2021-06-30T08:00:00.0000000Z"),
    ),
    (
        "2021  -06-30",
        "AllowWhiteSpaces",
        "yyyy-MM-dd",
        "yyyyMMdd",
        Some("20210630"),
    ),
    (
        "June 5, 2021",
        "",
        "MMMM d, yyyy",
        "dddd d MMM yy",
        Some("Saturday 5 Jun 21"),
    ),
    ("2021-6-30", "", "yyyy-MM-dd", "d", None),
    ("Mon 2021-06-30", "", "ddd yyyy-MM-dd", "d", None),
];

#[test]
fn format_date_time_when_styles_differ_gives_their_kind() {
    for (source, styles, input, output, expect) in FORMATS.iter().copied() {
        let styles = Styles::parse(styles).unwrap();
        let (input, output) = (
            entra::pattern(input).unwrap(),
            entra::pattern(output).unwrap(),
        );
        let got = entra::format_date_time(source, styles, &input, &output);
        assert_eq!(got.ok().as_deref(), expect, "{source}");
    }
}

#[test]
fn styles_when_wrong_are_refused_and_connect_formats_have_no_kind() {
    for bad in [
        "Local",
        "AssumeLocal,AssumeUniversal",
        "RoundtripKind, AdjustToUniversal",
    ] {
        assert!(Styles::parse(bad).is_err(), "{bad}");
    }
    let when = entra::cdate("2013-01-10T16:05:06Z").unwrap();
    let format =
        |format: &str| entra::connect_format_date_time(when, &entra::pattern(format).unwrap());
    assert_eq!(format("yyyy-MM-dd"), "2013-01-10");
    assert_eq!(format("yyyyMMddHHmmss.0Z"), "20130110160506.0Z");
}

/// Okta: "Okta Expression Language" and "... in Identity Engine".
#[test]
fn okta_when_a_vector_of_the_page_gives_its_answer() {
    let now = at("2015-07-31T17:18:37.979Z");
    let created = at("2015-07-30T23:58:32Z").to_zoned(TimeZone::UTC);
    let show = okta::to_string;
    assert_eq!(show(&okta::date_time_now(now)), "2015-07-31T17:18:37.979Z");
    assert_eq!(
        show(&okta::parse_windows_time("130828367179790000").unwrap()),
        "2015-07-31T17:18:37.979Z"
    );
    assert_eq!(
        show(&okta::parse_unix_time("1438377580979").unwrap()),
        "2015-07-31T21:19:40.979Z"
    );
    assert_eq!(
        show(&okta::parse_string_time("2015-06-17T00:23:19.676Z", None).unwrap()),
        "2015-06-17T00:23:19.676Z"
    );
    let format = okta::pattern("dd MMMM yyyy HH:mm:ss").unwrap();
    assert_eq!(
        show(&okta::parse_string_time("17 June 2015 00:23:19", Some(&format)).unwrap()),
        "2015-06-17T00:23:19Z"
    );
    assert_eq!(okta::to_windows(&created), "130827743120000000");
    assert_eq!(okta::to_unix(&okta::date_time_now(now)), "1438363117979");
    assert_eq!(show(&created), "2015-07-30T23:58:32Z");
    assert_eq!(
        okta::to_string_with(&created, &okta::pattern("MM/dd/yyyy").unwrap()),
        "07/30/2015"
    );
}

#[test]
fn okta_methods_when_a_vector_of_the_page_give_its_answer() {
    let now = at("2015-07-31T17:18:37.979Z");
    let created = at("2015-07-30T23:58:32Z").to_zoned(TimeZone::UTC);
    let show = okta::to_string;
    let tokyo = okta::zone("Asia/Tokyo").unwrap();
    assert_eq!(
        show(&okta::to_zone(&okta::date_time_now(now), &tokyo)),
        "2015-08-01T02:18:37.979+09:00[Asia/Tokyo]"
    );
    let utc_now = okta::date_time_now(now);
    for (from, interval, amount, expect) in [
        (&created, Interval::Day, 2, "2015-08-01T23:58:32Z"),
        (&created, Interval::Hour, -1, "2015-07-30T22:58:32Z"),
        (&created, Interval::Minute, 0, "2015-07-30T23:58:32Z"),
        (&created, Interval::Second, 0, "2015-07-30T23:58:32Z"),
        (&utc_now, Interval::Day, -3, "2015-07-28T17:18:37.979Z"),
        (&utc_now, Interval::Hour, -100, "2015-07-27T13:18:37.979Z"),
        (&utc_now, Interval::Minute, 1, "2015-07-31T17:19:37.979Z"),
        (&utc_now, Interval::Second, -2, "2015-07-31T17:18:35.979Z"),
    ] {
        assert_eq!(show(&okta::plus(from, interval, amount).unwrap()), expect);
    }
    for (interval, amount, expect) in [
        (Interval::Day, 1, true),
        (Interval::Hour, 100, true),
        (Interval::Minute, 2, false),
        (Interval::Second, 100, false),
    ] {
        assert_eq!(
            okta::within(&created, now, interval, amount).unwrap(),
            expect
        );
    }
}

#[test]
fn okta_time_functions_when_texts_are_given_convert_them() {
    let now = at("2015-07-31T17:18:37.979Z");
    assert_eq!(
        okta::now(now, &TimeZone::UTC, None),
        "2015-07-31T17:18:37.979Z"
    );
    // The page's own times differ from each other by minutes; the offset is what it shows.
    let est = okta::zone("EST").unwrap();
    assert_eq!(okta::now(now, &est, None), "2015-07-31T13:18:37.979-04:00");
    let format = okta::pattern("YYYY-MM-dd HH:mm:ss").unwrap();
    assert_eq!(okta::now(now, &est, Some(&format)), "2015-07-31 13:18:37");
    assert_eq!(
        okta::from_iso8601_to_unix("2021-09-20T00:00:00.000Z").unwrap(),
        "1632096000000"
    );
    assert_eq!(
        okta::from_unix_to_iso8601("1663632000000").unwrap(),
        "2022-09-20T00:00:00.000Z"
    );
    assert_eq!(
        okta::from_windows_to_iso8601("130828367179790000").unwrap(),
        "2015-07-31T17:18:37.979Z"
    );
    assert_eq!(
        okta::from_iso8601_to_windows("2015-07-31T17:18:37.979Z").unwrap(),
        "130828367179790000"
    );
    assert_eq!(
        okta::from_string_to_iso8601("30.07.2015", &okta::pattern("dd.MM.yyyy").unwrap()).unwrap(),
        "2015-07-30T00:00:00.000Z"
    );
    assert_eq!(
        okta::from_iso8601_to_string(
            "2015-07-30T23:58:32Z",
            &okta::pattern("EEE, d MMM yyyy").unwrap()
        )
        .unwrap(),
        "Thu, 30 Jul 2015"
    );
    // Empty input may misbehave there; here it is refused.
    assert!(okta::from_unix_to_iso8601("").is_err());
    assert!(okta::from_iso8601_to_unix("").is_err());
}

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
