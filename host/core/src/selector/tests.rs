//! The grammar by example and by law: what displays parses to the same selector.

use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Selector {
    text.parse().unwrap()
}

#[test]
fn examples_when_parsed_display_canonically() {
    for text in [
        "department",
        "onPremisesExtensionAttributes.extensionAttribute1",
        "phones[type=work].value",
        "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\".department",
        "a[0][-1].b[*]",
        "\"with space\".\"q\\\"\\\\\"",
        "\"optional?\"",
        "x[\"my type\"=\"at work\"]",
        "x[mail=a.b@example.com]",
        "cn;lang-de",
        "größe",
    ] {
        assert_eq!(parse(text).to_string(), text);
    }
    assert_eq!(parse("\"plain\"[007]").to_string(), "plain[7]");
    assert_eq!(parse("a?").to_string(), "\"a?\"");
}

#[test]
fn wrong_text_when_parsed_names_column_and_expectation() {
    for (text, column, expected) in [
        ("", 1, "a name or a quoted name"),
        ("a..b", 3, "a name or a quoted name"),
        ("a b", 2, "`.`, `[` or the end"),
        ("ä[x", 4, "`=` and a value, as in `[type=work]`"),
        ("a[x=", 5, "a value or a quoted value"),
        ("a[]", 3, "a number, `*` or `member=value`"),
        ("a[x=y", 6, "`]`"),
        ("\"a", 3, "a closing `\"`"),
        ("\"a\\n\"", 3, "`\\\"` or `\\\\`"),
        ("a[99999999999999999999]", 3, "a smaller number"),
        ("a.{b}", 3, "a name or a quoted name"),
    ] {
        let error = text.parse::<Selector>().unwrap_err();
        assert_eq!((error.column, error.expected), (column, expected), "{text}");
    }
    assert!(
        format!("a{}", "[0]".repeat(48))
            .parse::<Selector>()
            .is_err()
    );
}

#[test]
fn manager_steps_when_stripped_give_depth_and_rest() {
    let strip = |text: &str| parse(text).strip_relation().unwrap();
    let document = |depth, rest: &str| Relation {
        depth,
        of: Of::Document(parse(rest)),
    };
    assert_eq!(strip("department"), document(0, "department"));
    assert_eq!(strip("manager"), document(0, "manager"));
    assert_eq!(strip("manager[0].mail"), document(0, "manager[0].mail"));
    assert_eq!(strip("manager.manager"), document(1, "manager"));
    assert_eq!(strip("manager.manager.mail"), document(2, "mail"));
    assert_eq!(strip("account.username"), document(0, "account.username"));
    assert_eq!(strip("manager.account.key").of, Of::AccountKey);
    assert_eq!(strip("manager.account.username").of, Of::AccountUserName);
    assert_eq!(
        strip("manager.account.mail"),
        document(1, "account.mail"),
        "other members are the document's"
    );
    let chain = |depth| parse(&format!("{}x", "manager.".repeat(depth)));
    assert!(chain(5).strip_relation().is_ok());
    assert!(chain(6).strip_relation().is_err());
}

#[test]
fn wanted_set_when_order_differs_has_one_digest() {
    let a = Wanted::new([parse("b"), parse("a"), parse("b")]);
    let b = Wanted::new([parse("a"), parse("b")]);
    assert_eq!(a, b);
    assert_eq!(a.digest(), b.digest());
    assert_ne!(a.digest(), Wanted::new([parse("a.b")]).digest());
    assert_eq!(a.position(&parse("b")), Some(1));
    assert_eq!(a.position(&parse("c")), None);
    let documents = Wanted::new([
        parse("manager.mail"),
        parse("mail"),
        parse("manager.account.key"),
    ])
    .documents()
    .unwrap();
    assert_eq!(documents.selectors(), [parse("mail")]);
}

fn any_selector() -> impl Strategy<Value = Selector> {
    let word = prop_oneof!["[a-z]{1,6}", "\\PC{0,6}", ".{0,4}"];
    let pick = prop_oneof![
        any::<i64>().prop_map(Pick::Index),
        (word.clone(), word.clone()).prop_map(|(a, b)| Pick::Member(a, b)),
        Just(Pick::Each),
    ];
    let step =
        (word, prop::collection::vec(pick, 0..3)).prop_map(|(name, picks)| Step { name, picks });
    prop::collection::vec(step, 1..5).prop_map(|steps| Selector::from_steps(steps).unwrap())
}

proptest! {
    #[test]
    fn selector_when_displayed_parses_to_itself(selector in any_selector()) {
        let text = selector.to_string();
        let again: Selector = text.parse().unwrap();
        prop_assert_eq!(&again, &selector);
        prop_assert_eq!(again.to_string(), text);
    }

    #[test]
    fn any_text_when_parsed_never_panics(text in "\\PC{0,24}|[a-z.\\[\\]\"=*0-9\\\\-]{0,24}") {
        if let Ok(selector) = text.parse::<Selector>() {
            prop_assert_eq!(selector.to_string().parse::<Selector>().unwrap(), selector);
        }
    }
}
