//! Vectors that the pages of Entra and Okta print.

use jiff::tz::TimeZone;

use crate::time::{
    Error, Interval, Styles, Timestamp, entra, from_filetime, from_unix, okta, to_filetime,
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
