//! Names as directories hold them.

use super::{Additional, Order, Parts, display, initials, parse};

/// Name; prefix, given, additional, family, suffix, nickname.
#[rustfmt::skip]
const NAMES: &[(&str, [&str; 6])] = &[
    ("Jane Doe", ["", "Jane", "", "Doe", "", ""]),
    ("Doe, Jane", ["", "Jane", "", "Doe", "", ""]),
    ("  Jane   Marie  Doe ", ["", "Jane", "Marie", "Doe", "", ""]),
    ("DOE, Jane Marie", ["", "Jane", "Marie", "DOE", "", ""]),
    ("Dr. Jane Doe", ["Dr.", "Jane", "", "Doe", "", ""]),
    ("Prof. Dr. med. Hans-Peter von der Leyen", ["Prof. Dr. med.", "Hans-Peter", "", "von der Leyen", "", ""]),
    ("Univ.-Prof. Dr. rer. nat. h.c. Eva Kern", ["Univ.-Prof. Dr. rer. nat. h.c.", "Eva", "", "Kern", "", ""]),
    ("von der Leyen, Dr. Ursula", ["Dr.", "Ursula", "", "von der Leyen", "", ""]),
    ("Beethoven, Ludwig van", ["", "Ludwig", "", "van Beethoven", "", ""]),
    ("Ludwig van Beethoven", ["", "Ludwig", "", "van Beethoven", "", ""]),
    ("Juan Carlos de la Cruz", ["", "Juan", "Carlos", "de la Cruz", "", ""]),
    ("José Ortega y Gasset", ["", "José", "", "Ortega y Gasset", "", ""]),
    ("Osama bin Yusuf", ["", "Osama", "", "bin Yusuf", "", ""]),
    ("Martin Luther King Jr.", ["", "Martin", "Luther", "King", "Jr.", ""]),
    ("King, Martin Luther, Jr.", ["", "Martin", "Luther", "King", "Jr.", ""]),
    ("King Jr., Martin Luther", ["", "Martin", "Luther", "King", "Jr.", ""]),
    ("Jane Doe, PhD, MBA", ["", "Jane", "", "Doe", "PhD MBA", ""]),
    ("Jane Doe, M.A.", ["", "Jane", "", "Doe", "M.A.", ""]),
    ("Yo-Yo Ma", ["", "Yo-Yo", "", "Ma", "", ""]),
    ("Vi Le", ["", "Vi", "", "Le", "", ""]),
    ("Ma, Jack", ["", "Jack", "", "Ma", "", ""]),
    ("John A. Smith", ["", "John", "A.", "Smith", "", ""]),
    ("Robert \"Bob\" Jones", ["", "Robert", "", "Jones", "", "Bob"]),
    ("Robert (Bob) Jones", ["", "Robert", "", "Jones", "", "Bob"]),
    ("Doe, Jane (Extern)", ["", "Jane", "", "Doe", "", ""]),
    ("Mr. Smith", ["Mr.", "", "", "Smith", "", ""]),
    ("Madonna", ["", "Madonna", "", "", "", ""]),
    ("Don Draper", ["", "Don", "", "Draper", "", ""]),
    ("Ben Al", ["", "Ben", "", "Al", "", ""]),
    ("O'Brien, Conan", ["", "Conan", "", "O'Brien", "", ""]),
    ("王 小明", ["", "王", "", "小明", "", ""]),
    ("Ольга Ивановна Петрова", ["", "Ольга", "Ивановна", "Петрова", "", ""]),
    ("", ["", "", "", "", "", ""]),
    (" , ,", ["", "", "", "", "", ""]),
    ("Dr.", ["", "Dr.", "", "", "", ""]),
    ("Doe,", ["", "Doe", "", "", "", ""]),
    ("Jane \"Doe", ["", "Jane", "", "Doe", "", ""]),
];

#[test]
fn names_when_parsed_give_their_parts() {
    for (name, [prefix, given, additional, family, suffix, nickname]) in NAMES {
        let parts = parse(name);
        let expect = Parts {
            prefix: (*prefix).to_owned(),
            given: (*given).to_owned(),
            additional: (*additional).to_owned(),
            family: (*family).to_owned(),
            suffix: (*suffix).to_owned(),
            nickname: (*nickname).to_owned(),
        };
        assert_eq!(parts, expect, "{name}");
    }
    let long = "Jane ".repeat(12 * 1024);
    assert_eq!(parse(&long).family, "Jane");
}

#[test]
fn initials_when_asked_for_skip_or_keep_particles() {
    for (name, additional, particles, after, expect) in [
        ("Jane Marie Doe", false, false, "", "JD"),
        ("Jane Marie Doe", true, false, ".", "J.M.D."),
        ("Ursula von der Leyen", false, true, "", "UvdL"),
        ("Ursula von der Leyen", false, false, "", "UL"),
        ("Jean-Luc Picard", false, false, "", "JP"),
        ("österlund, émile", false, false, "", "ÉÖ"),
        ("Ǆon ßmith", false, false, "", "ǄSS"),
        ("Madonna", false, false, "", "M"),
        ("", false, false, "", ""),
    ] {
        assert_eq!(
            initials(&parse(name), additional, particles, after),
            expect,
            "{name}"
        );
    }
}

#[test]
fn names_when_put_together_leave_no_blank_for_what_is_missing() {
    let full = parse("Dr. Jane Marie van Doe Jr.");
    for (order, additional, honorifics, expect) in [
        (Order::GivenFamily, Additional::Omit, false, "Jane van Doe"),
        (
            Order::GivenFamily,
            Additional::Full,
            true,
            "Dr. Jane Marie van Doe Jr.",
        ),
        (
            Order::FamilyGiven,
            Additional::Initials,
            false,
            "van Doe Jane M.",
        ),
        (
            Order::FamilyCommaGiven,
            Additional::Omit,
            false,
            "van Doe, Jane",
        ),
        (
            Order::FamilyCommaGiven,
            Additional::Full,
            true,
            "van Doe, Dr. Jane Marie Jr.",
        ),
    ] {
        assert_eq!(display(&full, order, additional, honorifics), expect);
    }
    for (name, order, expect) in [
        ("Madonna", Order::FamilyCommaGiven, "Madonna"),
        ("Mr. Smith", Order::FamilyCommaGiven, "Smith"),
        ("", Order::GivenFamily, ""),
    ] {
        assert_eq!(
            display(&parse(name), order, Additional::Full, false),
            expect,
            "{name}"
        );
    }
}
