//! Vectors of Okta's pages, the table's own order, and names as people write them.

use super::table::COUNTRIES;
use super::{find, fold, index};
use crate::time::Names;

#[test]
fn table_when_searched_is_sorted_and_unique() {
    for (one, next) in COUNTRIES.iter().zip(COUNTRIES.iter().skip(1)) {
        assert!(one.alpha2 < next.alpha2, "{}", next.alpha2);
    }
    let mut numbers: Vec<u16> = COUNTRIES.iter().map(|country| country.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 250);
    // A name that two countries have would be whichever was found first.
    let index = index();
    for (one, next) in index.iter().zip(index.iter().skip(1)) {
        assert_ne!(one.0, next.0, "{} {}", one.1, next.1);
    }
    for country in &COUNTRIES {
        let numeric = country.numeric();
        for form in [
            country.alpha2,
            country.alpha3,
            &numeric,
            country.english,
            country.german,
        ] {
            assert_eq!(find(form), Some(country), "{form}");
        }
    }
}

/// "Okta Expression Language" and "Okta Expression Language in Identity Engine".
#[test]
fn forms_when_a_vector_of_the_page_are_the_same_country() {
    assert_eq!(find("840").map(|it| it.alpha3), Some("USA"));
    assert_eq!(find("IN").map(|it| it.name(Names::English)), Some("India"));
    assert_eq!(find("USA").map(|it| it.alpha2), Some("US"));
    assert_eq!(
        find("United States")
            .map(super::Country::numeric)
            .as_deref(),
        Some("840")
    );
    assert_eq!(
        find("US").map(|it| it.name(Names::English)),
        Some("United States")
    );
}

#[test]
fn names_when_written_differently_are_found_and_ambiguous_ones_are_not() {
    for (text, expect) in [
        ("deutschland", "DE"),
        (" GERMANY ", "DE"),
        ("de", "DE"),
        ("4", "AF"),
        ("004", "AF"),
        ("UK", "GB"),
        ("EL", "GR"),
        ("Großbritannien", "GB"),
        ("GROSSBRITANNIEN", "GB"),
        ("Oesterreich", "AT"),
        ("Österreich", "AT"),
        ("Osterreich", "AT"),
        ("Turkiye", "TR"),
        ("Cote d’Ivoire", "CI"),
        ("the Netherlands", "NL"),
        ("Korea, Republic of", "KR"),
        ("Bosnia & Herzegovina", "BA"),
        ("St. Lucia", "LC"),
        ("U.S.A.", "US"),
        ("Curacao", "CW"),
        ("Czech Republic", "CZ"),
        ("Vereinigte Staaten von Amerika", "US"),
        ("Viet Nam", "VN"),
    ] {
        assert_eq!(find(text).map(|it| it.alpha2), Some(expect), "{text}");
    }
    let long = "Germany".repeat(10_000);
    for text in [
        "", " ", "Korea", "XX", "ZZZ", "999", "0000", "276.0", "Atlantis", "德国", "\0", &long,
    ] {
        assert_eq!(find(text), None, "{text:.20}");
    }
    assert_eq!(fold("Kongo", true), "kongo");
    assert_eq!(find("CH").map(|it| it.name(Names::German)), Some("Schweiz"));
}
