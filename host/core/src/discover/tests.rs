//! Documents flattened, counted, cut; and those that are meant to hurt.

use super::{ATTRIBUTES_MAX, Attribute, Discovery, SAMPLE_CHARS_MAX, Survey};
use crate::Selector;
use crate::project::{self, Document, Source, is_binary_by_name};

fn look(survey: &mut Survey, json: &str) {
    let source = Source {
        document: Document::Json(json.as_bytes()),
        parts: &[],
    };
    survey.person(&source, std::iter::empty());
}

fn of_json(documents: &[&str]) -> Discovery {
    let mut survey = Survey::new(true);
    for document in documents {
        look(&mut survey, document);
    }
    survey.finish()
}

fn of_entries(entries: &[&[project::Attribute]]) -> Discovery {
    let mut survey = Survey::new(true);
    for entry in entries {
        let source = Source {
            document: Document::Entry(entry, &is_binary_by_name),
            parts: &[],
        };
        survey.person(&source, std::iter::empty());
    }
    survey.finish()
}

fn selectors(found: &Discovery) -> Vec<&str> {
    let all = found.attributes.iter();
    all.map(|attribute| attribute.selector.as_str()).collect()
}

fn of<'a>(found: &'a Discovery, selector: &str) -> &'a Attribute {
    let mut all = found.attributes.iter();
    all.find(|attribute| attribute.selector == selector)
        .unwrap_or_else(|| panic!("{selector}: {:?}", selectors(found)))
}

#[test]
fn members_lists_and_what_tells_elements_apart_become_selectors() {
    let found = of_json(&[r#"{
        "department": "Sales", "level": 3, "rate": 1.50, "active": true, "left": null,
        "address": { "city": "Ulm", "geo": { "lat": 48.4 } },
        "mails": ["a@example.com", "b@example.com"], "none": [], "empty": "",
        "phones": [{ "type": "work", "value": "1" }, { "type": "WORK", "value": "2" },
                   { "type": "home", "value": "3" }],
        "badges": [{ "code": 7 }, { "code": 8 }],
        "a.b": { "x y": "quoted" }
    }"#]);
    let expected = [
        "active",
        "address.city",
        "address.geo.lat",
        "badges",
        "badges[0].code",
        "department",
        "empty",
        "left",
        "level",
        "mails",
        "mails[0]",
        "none",
        "phones",
        "phones[type=home].type",
        "phones[type=home].value",
        "phones[type=work].type",
        "phones[type=work].value",
        "rate",
        r#""a.b"."x y""#,
    ];
    let mut all = selectors(&found);
    all.sort_by_key(|text| text.replace('"', "~"));
    assert_eq!(all, expected);
    for (selector, kind, sample) in [
        ("rate", "number", "1.50"),
        ("level", "integer", "3"),
        ("active", "boolean", "true"),
        ("mails", "list", "a@example.com, b@example.com"),
        ("mails[0]", "text", "a@example.com"),
        ("phones[type=work].value", "text", "1"),
        ("badges[0].code", "integer", "7"),
        (r#""a.b"."x y""#, "text", "quoted"),
    ] {
        let found = of(&found, selector);
        assert_eq!(found.kinds, [kind], "{selector}");
        assert_eq!(found.samples, [sample], "{selector}");
        assert_eq!((found.filled, found.percent), (1, 100));
    }
    for missing in ["left", "empty", "none"] {
        let found = of(&found, missing);
        assert_eq!(
            (found.filled, found.kinds.len(), found.samples.len()),
            (0, 0, 0)
        );
    }
    assert!(found.is_whole);
}

/// What is shown can be written into a row: it parses, and finds the value that was shown.
#[test]
fn every_selector_finds_its_sample_again() {
    let document = r#"{ "mails": ["a", "b"], "x?": "q", "with \"quotes\"": "w", "a b": ["c"],
        "n": [[1, 2], [3]], "urn:x:2.0:User": { "manager": { "displayName": "Bo" } },
        "phones": [{ "type": "other fax", "n": "5" }, { "kind": "x", "n": "6" }, { "n": "7" }] }"#;
    let found = of_json(&[document]);
    let mut compared = 0;
    for attribute in &found.attributes {
        let selector: Selector = attribute.selector.parse().unwrap();
        let wanted = crate::selector::Wanted::new([selector]);
        let mut projector = project::Projector::new(wanted, crate::selector::Names::Exact);
        let mut row = crate::Column::default();
        projector
            .project_json(document.as_bytes(), &mut row)
            .unwrap();
        if let (Some(sample), false) = (attribute.samples.first(), attribute.kinds == ["list"]) {
            let text = String::from_utf8(row.cell(0).bytes.to_vec()).unwrap();
            assert_eq!(text, *sample, "{}", attribute.selector);
            compared += 1;
        }
    }
    assert!(compared >= 9, "{:?}", selectors(&found));
}

#[test]
fn filling_is_counted_by_people_and_samples_are_distinct() {
    let found = of_json(&[
        r#"{ "city": "Ulm", "rare": 1 }"#,
        r#"{ "city": "Ulm" }"#,
        r#"{ "city": "Bonn", "rare": "one" }"#,
        r#"{ "city": "Kiel" }"#,
        r#"{ "city": "Jena" }"#,
        r#"{ "city": "" }"#,
    ]);
    let city = of(&found, "city");
    assert_eq!((city.filled, city.percent), (5, 83));
    assert_eq!(city.samples, ["Ulm", "Bonn", "Kiel"]);
    assert_eq!(of(&found, "rare").kinds, ["integer", "text"]);
    assert_eq!((of(&found, "rare").percent, found.people), (33, 6));
    assert_eq!(selectors(&found), ["city", "rare"], "the best filled first");
}

#[test]
fn an_entry_has_lists_bytes_and_names_without_case() {
    let value = |texts: &[&str]| -> Vec<Vec<u8>> {
        texts.iter().map(|text| text.as_bytes().to_vec()).collect()
    };
    let one = [
        ("cn".to_owned(), value(&["Ada"])),
        ("telephoneNumber".to_owned(), value(&["1", "2"])),
        ("jpegPhoto".to_owned(), vec![vec![0xff; 1000]]),
        ("description;lang-de".to_owned(), value(&["Grüße"])),
        ("2.5.4.13".to_owned(), value(&["dotted"])),
        ("broken".to_owned(), vec![vec![0xff, 0xfe]]),
        ("userPassword".to_owned(), value(&["{SSHA}abc"])),
    ];
    let two = [("CN".to_owned(), value(&["Ben"]))];
    let found = of_entries(&[&one, &two]);
    assert_eq!(of(&found, "cn").samples, ["Ada", "Ben"]);
    assert_eq!(of(&found, "cn").filled, 2);
    assert_eq!(of(&found, "telephoneNumber").kinds, ["list"]);
    assert_eq!(of(&found, "telephoneNumber[0]").samples, ["1"]);
    assert_eq!(of(&found, "jpegPhoto").samples, ["(1000 bytes)"]);
    assert_eq!(of(&found, "jpegPhoto").kinds, ["bytes"]);
    assert_eq!(of(&found, "\"2.5.4.13\"").samples, ["dotted"]);
    assert_eq!(of(&found, "description;lang-de").samples, ["Grüße"]);
    assert_eq!(of(&found, "broken").kinds, ["unreadable"]);
    assert_eq!(of(&found, "userPassword").filled, 1);
    assert!(of(&found, "userPassword").samples.is_empty());
}

#[test]
fn without_samples_no_value_of_anybody_is_in_it() {
    let mut survey = Survey::new(false);
    look(
        &mut survey,
        r#"{ "city": "Ulm", "mails": ["ada@example.com"] }"#,
    );
    let text = serde_json::to_string(&survey.finish()).unwrap();
    assert!(text.contains("mails[0]"), "{text}");
    assert!(!text.contains("Ulm") && !text.contains("ada@"), "{text}");
}

#[test]
fn a_manager_is_a_relation_and_its_selectors_are_ready_made() {
    let mut survey = Survey::new(true);
    let document = r#"{ "cn": "Ada", "manager": { "id": "7", "secretary": "Bo" } }"#;
    let source = Source {
        document: Document::Json(document.as_bytes()),
        parts: &[("manager", Document::Json(b"{\"id\":\"7\"}"))],
    };
    survey.person(&source, ["manager", "manager", "assistant"].into_iter());
    look(&mut survey, r#"{ "cn": "Ben", "manager": "a text" }"#);
    let found = survey.finish();
    assert_eq!(selectors(&found), ["cn", "manager"]);
    assert_eq!(of(&found, "manager").filled, 1);
    let [assistant, manager] = found.relations.as_slice() else {
        panic!("{:?}", found.relations);
    };
    assert_eq!(
        (assistant.role.as_str(), assistant.selectors.len()),
        ("assistant", 0)
    );
    assert_eq!((manager.filled, manager.percent), (1, 50));
    assert_eq!(
        manager.selectors,
        ["manager.cn", "manager.account.username"]
    );
}

#[test]
fn what_the_provider_knows_is_merged() {
    let mut survey = Survey::new(true);
    survey.known("jobTitle", "Job title", "text");
    survey.known("faxNumber", "Fax number", "text");
    survey.known("manager.displayName", "Manager", "text");
    survey.known("no selector [", "", "text");
    look(&mut survey, r#"{ "jobTitle": 7 }"#);
    let found = survey.finish();
    let title = of(&found, "jobTitle");
    assert_eq!((title.title.as_str(), title.filled), ("Job title", 1));
    assert_eq!(title.kinds, ["integer"], "what was seen counts");
    let fax = of(&found, "faxNumber");
    assert_eq!(
        (fax.kinds.as_slice(), fax.percent),
        (&["text".to_owned()][..], 0)
    );
    assert_eq!(
        found.relations[0].selectors,
        ["manager.displayName", "manager.account.username"]
    );
    // Names of an entry have no case, whoever says them.
    let mut survey = Survey::new(true);
    survey.known("telephonenumber", "Phone", "list");
    survey.known("2.5.4.13", "2.5.4.13", "text");
    let value = || vec![b"1".to_vec()];
    let entry = [
        ("telephoneNumber".to_owned(), value()),
        ("2.5.4.13".to_owned(), value()),
    ];
    let source = Source {
        document: Document::Entry(&entry, &is_binary_by_name),
        parts: &[],
    };
    survey.person(&source, std::iter::empty());
    let found = survey.finish();
    assert_eq!(found.attributes.len(), 2);
    assert_eq!(of(&found, "telephoneNumber").title, "Phone");
    assert_eq!(of(&found, "\"2.5.4.13\"").title, "");
}

#[test]
fn hostile_documents_have_limits_and_harm_nobody_else() {
    let deep = format!("{{\"d\":{}1{}}}", "{\"d\":".repeat(5000), "}".repeat(5000));
    let lists = format!("{{\"l\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    let wide: Vec<String> = (0..10_000).map(|n| format!("\"m{n}\":{n}")).collect();
    let wide = format!("{{{}}}", wide.join(","));
    let long_name = format!("{{\"{}\":1,\"ok\":2}}", "n".repeat(100_000));
    let long_value = format!("{{\"v\":\"{}\"}}", "ä".repeat(20_000));
    let huge = format!("{{\"v\":\"{}\"}}", "x".repeat(100_000));
    let found = of_json(&[
        &deep,
        &lists,
        &wide,
        &long_name,
        &long_value,
        &huge,
        "no json",
        "[1]",
        "{\"a\":",
        r#"{"x\u001b[31m\u202e": "\u001b[2J\u0000", "half": "\ud800"}"#,
        r#"{"city":"Ulm"}"#,
    ]);
    assert_eq!(
        (found.people, found.unreadable, found.is_whole),
        (11, 3, false)
    );
    assert_eq!(of(&found, "city").samples, ["Ulm"]);
    assert_eq!(of(&found, "ok").samples, ["2"]);
    assert_eq!(of(&found, "half").kinds, ["unreadable"]);
    let longest = of(&found, "v")
        .samples
        .iter()
        .map(|s| s.chars().count())
        .max();
    assert_eq!(longest, Some(SAMPLE_CHARS_MAX + 1));
    let steps = |text: &str| text.parse::<Selector>().unwrap().steps().len();
    assert!(selectors(&found).iter().all(|text| steps(text) <= 10));
}

#[test]
fn attributes_are_bounded_however_many_people_bring_new_ones() {
    let mut survey = Survey::new(true);
    for person in 0..30 {
        let members: Vec<String> = (0..100).map(|n| format!("\"p{person}m{n}\":1")).collect();
        look(&mut survey, &format!("{{{}}}", members.join(",")));
    }
    let found = survey.finish();
    assert_eq!(
        (found.attributes.len(), found.is_whole),
        (ATTRIBUTES_MAX, false)
    );
}
