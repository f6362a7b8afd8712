//! What a server sent, read without trust.
//!
//! The library's own readers panic where a message is not what it should be; these answer `None`.

use ldap3::ResultEntry;
use ldap3::asn1::{PL, StructureTag, parse_tag};
use ldap3::controls::Control;

use super::{Binary, Entry};

/// `SearchResultEntry` (RFC 4511, 4.5.2).
const ENTRY: u64 = 4;
/// Paged results (RFC 2696).
const PAGED_RESULTS: &str = "1.2.840.113556.1.4.319";

/// What one message of a search is.
pub(super) enum Item {
    /// An object.
    Entry(Entry),
    /// A referral or something in between: not followed, not counted.
    Other,
    /// Not what the protocol allows.
    Broken,
}

/// Reads one message; `binary` are the names that the adapter calls bytes.
pub(super) fn read(message: ResultEntry, binary: &Binary) -> Item {
    if message.is_ref() || message.is_intermediate() {
        return Item::Other;
    }
    match entry(message.0, binary) {
        Some(entry) => Item::Entry(entry),
        None => Item::Broken,
    }
}

fn entry(tag: StructureTag, binary: &Binary) -> Option<Entry> {
    let mut parts = tag.match_id(ENTRY)?.expect_constructed()?.into_iter();
    let dn = text(parts.next()?)?;
    let attributes = parts.next()?.expect_constructed()?.into_iter();
    let attributes: Option<Vec<_>> = attributes.map(attribute).collect();
    let attributes = attributes?;
    let binary = binary.clone();
    Some(Entry {
        dn,
        attributes,
        binary,
    })
}

fn attribute(tag: StructureTag) -> Option<(String, Vec<Vec<u8>>)> {
    let mut parts = tag.expect_constructed()?.into_iter();
    let name = text(parts.next()?)?;
    let values = parts.next()?.expect_constructed()?.into_iter();
    let values: Option<Vec<_>> = values.map(StructureTag::expect_primitive).collect();
    Some((name, values?))
}

fn text(tag: StructureTag) -> Option<String> {
    String::from_utf8(tag.expect_primitive()?).ok()
}

/// The cookie of the next page: empty where there is no control, `None` where it cannot be read.
pub(super) fn cookie(controls: &[Control]) -> Option<Vec<u8>> {
    let Some(Control(_, raw)) = controls.iter().find(|c| c.1.ctype == PAGED_RESULTS) else {
        return Some(Vec::new());
    };
    let value = raw.val.as_deref()?;
    let (_, sequence) = parse_tag(value).ok()?;
    match sequence.payload {
        PL::C(parts) => parts.into_iter().nth(1)?.expect_primitive(),
        PL::P(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ldap3::asn1::TagClass;
    use ldap3::controls::{PagedResults, RawControl};

    fn leaf(bytes: &[u8]) -> StructureTag {
        StructureTag {
            class: TagClass::Universal,
            id: 4,
            payload: PL::P(bytes.to_vec()),
        }
    }

    fn node(id: u64, parts: Vec<StructureTag>) -> StructureTag {
        StructureTag {
            class: TagClass::Universal,
            id,
            payload: PL::C(parts),
        }
    }

    fn person(name: &[u8], values: Vec<StructureTag>) -> StructureTag {
        let attribute = node(16, vec![leaf(name), node(17, values)]);
        node(ENTRY, vec![leaf(b"cn=a"), node(16, vec![attribute])])
    }

    #[test]
    fn values_keep_their_bytes_and_their_order() {
        let tag = person(b"cn", vec![leaf(b"b"), leaf(b"\xff\x00"), leaf(b"a")]);
        let read = entry(tag, &Binary::default()).unwrap();
        assert_eq!(read.dn, "cn=a");
        assert_eq!(read.attributes[0].1, [&b"b"[..], b"\xff\x00", b"a"]);
        assert_eq!(read.size(), 4 + 2 + 4);
    }

    #[test]
    fn a_broken_message_is_no_entry() {
        for tag in [
            leaf(b"x"),
            node(ENTRY, vec![]),
            node(ENTRY, vec![leaf(b"\xff"), node(16, vec![])]),
            node(ENTRY, vec![leaf(b"cn=a"), leaf(b"x")]),
            person(b"\xff", vec![]),
            person(b"cn", vec![node(4, vec![])]),
        ] {
            assert!(entry(tag, &Binary::default()).is_none());
        }
    }

    #[test]
    fn names_decide_what_is_binary() {
        let own = Binary::named(&["departmentPhoto;x".to_owned()]);
        let read = entry(person(b"cn", vec![]), &own).unwrap();
        for name in [
            "objectGUID",
            "OBJECTSID",
            "cert;binary",
            "departmentphoto",
            "jpegPhoto;x",
        ] {
            assert!(read.is_binary()(name), "{name}");
        }
        for name in ["cn", "binary", "member;range=0-1499"] {
            assert!(!read.is_binary()(name), "{name}");
        }
    }

    #[test]
    fn a_cookie_is_read_and_a_broken_one_is_an_error() {
        let cookie_of = |val: Option<Vec<u8>>| {
            let raw = RawControl {
                ctype: PAGED_RESULTS.to_owned(),
                crit: false,
                val,
            };
            cookie(&[Control(None, raw)])
        };
        let page = PagedResults {
            size: 0,
            cookie: b"next".to_vec(),
        };
        assert_eq!(
            cookie_of(RawControl::from(page).val),
            Some(b"next".to_vec())
        );
        assert_eq!(cookie_of(Some(b"\x30\x80garbage".to_vec())), None);
        assert_eq!(cookie_of(Some(vec![0x04, 0x00])), None);
        assert_eq!(cookie_of(None), None);
        assert_eq!(cookie(&[]), Some(Vec::new()));
    }
}
