//! The report's arithmetic and its JSON names, which are a promise.

use super::*;

#[test]
fn summaries_when_added_add_every_count() {
    let mut ones: serde_json::Map<String, serde_json::Value> =
        serde_json::from_value(serde_json::to_value(Summary::default()).unwrap()).unwrap();
    for (index, (_, value)) in ones.iter_mut().enumerate() {
        *value = (index + 1).into();
    }
    let summary: Summary = serde_json::from_value(ones.clone().into()).unwrap();
    let mut sum = summary.clone();
    sum += &summary;
    let doubled = serde_json::to_value(sum).unwrap();
    for (name, value) in ones {
        assert_eq!(
            doubled[&name].as_u64(),
            value.as_u64().map(|v| 2 * v),
            "{name}"
        );
    }
}

#[test]
fn changes_when_counted_are_told_apart_by_operation() {
    let mut summary = Summary::default();
    for op in [Op::Set, Op::Set, Op::Clear, Op::Photo] {
        summary.count(op);
    }
    let counts = (
        summary.changes,
        summary.sets,
        summary.clears,
        summary.photos,
    );
    assert_eq!(counts, (4, 2, 1, 1));
}

#[test]
fn change_when_written_as_json_has_the_promised_names() {
    let change = Change {
        person: "p".to_owned(),
        account: "a".to_owned(),
        target: "jira".to_owned(),
        kind: FieldKind::EntityProperty,
        field: "Department".to_owned(),
        op: Op::Set,
        before: None,
        after: Some("Sales".to_owned()),
        result: None,
    };
    assert_eq!(
        serde_json::to_value(&change).unwrap(),
        serde_json::json!({ "person": "p", "account": "a", "target": "jira",
            "kind": "entity-property", "field": "Department", "op": "set",
            "before": null, "after": "Sales" })
    );
}
