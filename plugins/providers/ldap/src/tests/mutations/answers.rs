//! Bent answers to a search: what a directory, a proxy or a broken server may send instead of a
//! good page.
//!
//! [`answers`] makes so many out of the entries of one good page. Which ones follows from the entries
//! and the count alone, so a failing one comes again. Their ids count from the request that they
//! answer ([`to`]): 0 is its own. Deliberately not here: what cannot reach an adapter, because the
//! host refuses it (names that are no text, broken BER, the answer to a bind).

use attune_plugin::provider::mutation::Random;
use attune_plugin::provider::{Failure, HttpResponse, LdapEntry, LdapPage, Reply, Request};

/// Longer than any value that the host takes.
const LONG_CHARS: usize = 70_000;
/// Result codes but 0: of RFC 4511, of its extensions, of clients, of nobody.
const CODES: [u32; 30] = [
    1,
    2,
    3,
    4,
    7,
    8,
    10,
    11,
    12,
    14,
    16,
    18,
    21,
    32,
    34,
    48,
    49,
    50,
    51,
    52,
    53,
    54,
    64,
    80,
    81,
    87,
    118,
    123,
    4096,
    u32::MAX,
];
const DNS: [&str; 12] = [
    "",
    " ",
    "x",
    "=,=",
    "uid=ada",
    "uid=,",
    "uid=a\\",
    "uid=\\ff,dc=x",
    "uid=a\0,dc=x",
    "\u{202e}uid=a\u{feff},dc=x",
    "UID = ada+cn=\\C3\\A4 , dc=x",
    "#",
];
const VALUES: [&[u8]; 14] = [
    b"",
    b" ",
    b"\0",
    b"a\0b",
    b"\xff\xfe",
    b"\xc3\xa4\xc3",
    "\u{202e}ä\u{1F600}".as_bytes(),
    b"true",
    b"-1",
    b"9007199254740993",
    b"{\"value\":[]}",
    b"99991231235959Z",
    b"uid=ben,ou=people,dc=example,dc=com",
    b"0123456789abcdef",
];
/// What may stand behind a name: options, and parts as Active Directory names them.
const OPTIONS: [&str; 10] = [
    ";lang-de",
    ";binary",
    ";range=0-*",
    ";range=0-0",
    ";range=3-*",
    ";range=3-5",
    ";range=x-y",
    ";range=",
    ";x-y;range=0-0",
    "\0",
];
const COOKIES: [&[u8]; 4] = [b"0", b"\0\0\0\0", b"\xff\xfe", b"<cookie>"];
const FAILURES: [&str; 9] = [
    "connect",
    "tls",
    "timeout",
    "refused",
    "too-large",
    "sign-in",
    "paging-lost",
    "cancelled",
    "of a kind to come",
];

/// So many bent answers (at least every systematic one that fits into the count).
pub(super) fn answers(good: &[LdapEntry], count: usize) -> Vec<Reply> {
    let forms: Vec<Vec<LdapEntry>> = good.iter().map(|entry| forms(entry, good)).collect();
    let mut bent = other_kinds(good);
    let pages = codes(good).into_iter().chain(cookies(good));
    let pages = pages.chain(other_entries(good, &forms));
    bent.extend(pages.map(Reply::Ldap));
    bent.truncate(count);
    let mut random = Random::default();
    while bent.len() < count {
        bent.push(Reply::Ldap(mixed(good, &forms, &mut random)));
    }
    bent
}

/// The answer with its id counted from the request's.
pub(super) fn to(request: &Request, bent: &Reply) -> Reply {
    let mut reply = bent.clone();
    let (Reply::Http(HttpResponse { id, .. })
    | Reply::Ldap(LdapPage { id, .. })
    | Reply::Failed(Failure { id, .. })) = &mut reply;
    *id = id.wrapping_add(request.id());
    reply
}

fn page(entries: Vec<LdapEntry>, code: u32, cookie: &[u8]) -> LdapPage {
    LdapPage {
        id: 0,
        code,
        diagnostic: String::new(),
        entries,
        cookie: cookie.to_vec(),
    }
}

/// Answers of other protocols, none, and those to other requests.
fn other_kinds(good: &[LdapEntry]) -> Vec<Reply> {
    let bodies = ["", "[]", r#"{"value":[]}"#, "<!DOCTYPE html>", "dn: uid=a"];
    let http = bodies.iter().flat_map(|body| {
        [200, 401, 503].map(|status| {
            Reply::Http(HttpResponse {
                id: 0,
                status,
                headers: Vec::new(),
                body: body.as_bytes().to_vec(),
            })
        })
    });
    let failed = FAILURES.iter().map(|kind| {
        Reply::Failed(Failure {
            id: 0,
            kind: (*kind).to_owned(),
            detail: "as the test wants it".to_owned(),
        })
    });
    let astray = [1, 7, u32::MAX].into_iter().flat_map(|id| {
        [good.to_vec(), Vec::new()].map(|entries| {
            let page = page(entries, 0, b"");
            Reply::Ldap(LdapPage { id, ..page })
        })
    });
    http.chain(failed).chain(astray).collect()
}

/// Every code with people, without, and with more to come.
fn codes(good: &[LdapEntry]) -> Vec<LdapPage> {
    let long = "x".repeat(LONG_CHARS);
    let words = [
        "",
        "a successful bind must be completed\0",
        "{base}\0",
        &long,
    ];
    let mut pages = Vec::new();
    for (code, words) in CODES.into_iter().zip(words.into_iter().cycle()) {
        for (entries, cookie) in [(good, &b""[..]), (&[], b""), (good, b"0"), (&[], b"0")] {
            let diagnostic = words.to_owned();
            let page = page(entries.to_vec(), code, cookie);
            pages.push(LdapPage { diagnostic, ..page });
        }
    }
    pages
}

/// Cookies with people, with one, and with nobody; nobody without one, and somebody many times.
fn cookies(good: &[LdapEntry]) -> Vec<LdapPage> {
    let long = vec![b'0'; LONG_CHARS];
    let first = good.get(..1).unwrap_or_default();
    let many: Vec<LdapEntry> = first.iter().cycle().take(40).cloned().collect();
    let mut pages = vec![page(Vec::new(), 0, b""), page(many, 0, b"")];
    for cookie in COOKIES.into_iter().chain([long.as_slice()]) {
        for entries in [good, first, &[]] {
            pages.push(page(entries.to_vec(), 0, cookie));
        }
    }
    pages
}

/// Every form of every entry, and every entry left out or given twice.
fn other_entries(good: &[LdapEntry], forms: &[Vec<LdapEntry>]) -> Vec<LdapPage> {
    let mut pages = Vec::new();
    for (at, forms) in forms.iter().enumerate() {
        let (mut without, mut twice) = (good.to_vec(), good.to_vec());
        twice.push(without.remove(at));
        pages.extend([page(without, 0, b""), page(twice, 0, b"")]);
        for form in forms {
            let mut entries = good.to_vec();
            entries[at].clone_from(form);
            pages.push(page(entries, 0, b""));
        }
    }
    pages
}

/// The entry with another name; each attribute cut, renamed, emptied, repeated; each value another.
fn forms(good: &LdapEntry, all: &[LdapEntry]) -> Vec<LdapEntry> {
    let mut forms = Vec::new();
    let mut form = |bend: &dyn Fn(&mut LdapEntry)| {
        let mut entry = good.clone();
        bend(&mut entry);
        forms.push(entry);
    };
    let long = "x".repeat(LONG_CHARS);
    let long_dn = format!("uid={long}");
    let others = all.iter().map(|entry| entry.dn.as_str());
    for dn in DNS.into_iter().chain(others).chain([long_dn.as_str()]) {
        form(&|entry| dn.clone_into(&mut entry.dn));
    }
    form(&|entry| entry.attributes.clear());
    for (at, (name, values)) in good.attributes.iter().enumerate() {
        form(&|entry| drop(entry.attributes.remove(at)));
        form(&|entry| entry.attributes[at].1.clear());
        for other in ["", "x", &long, &name.to_uppercase()] {
            form(&|entry| other.clone_into(&mut entry.attributes[at].0));
        }
        for option in OPTIONS {
            form(&|entry| entry.attributes[at].0.push_str(option));
            let more = (format!("{name}{option}"), values.clone());
            form(&|entry| entry.attributes.push(more.clone()));
        }
        for again in [values.clone(), vec![b"other".to_vec()], Vec::new()] {
            form(&|entry| entry.attributes.push((name.to_uppercase(), again.clone())));
        }
        for value in VALUES.into_iter().chain([long.as_bytes()]) {
            form(&|entry| entry.attributes[at].1.push(value.to_vec()));
            for place in 0..values.len() {
                form(&|entry| entry.attributes[at].1[place] = value.to_vec());
            }
        }
    }
    forms
}

/// Several things at once, at random.
fn mixed(good: &[LdapEntry], forms: &[Vec<LdapEntry>], random: &mut Random) -> LdapPage {
    let mut entries = Vec::new();
    for (entry, forms) in good.iter().zip(forms) {
        let mut entry = match random.below(8) {
            0 => continue,
            1..5 => forms[random.below(forms.len())].clone(),
            _ => entry.clone(),
        };
        if random.below(4) == 0 {
            replace(&mut entry, random);
        }
        let at = random.below(entries.len() + 1);
        entries.insert(at, entry);
    }
    let cookie = match random.below(8) {
        at @ 0..4 => COOKIES[at],
        _ => b"",
    };
    let code = match random.below(8) {
        0 => CODES[random.below(CODES.len())],
        _ => 0,
    };
    page(entries, code, cookie)
}

/// Some bytes of one value become others.
fn replace(entry: &mut LdapEntry, random: &mut Random) {
    let values = entry.attributes.iter_mut().flat_map(|(_, values)| values);
    let mut values: Vec<&mut Vec<u8>> = values.filter(|value| !value.is_empty()).collect();
    let at = random.below(values.len());
    let Some(value) = values.get_mut(at) else {
        return;
    };
    for _ in 0..=random.below(3) {
        let at = random.below(value.len());
        value[at] = b"\0\xff,=\\ +#a0"[random.below(10)];
    }
}

#[test]
fn two_thousand_answers_differ_and_come_again() {
    use std::collections::HashSet;

    let good = [super::super::someone("ada"), super::super::someone("ben")];
    let shown = |replies: Vec<Reply>| -> Vec<String> {
        replies.iter().map(|reply| format!("{reply:?}")).collect()
    };
    let bent = shown(answers(&good, 2_000));
    assert_eq!(bent.len(), 2_000);
    assert_eq!(bent, shown(answers(&good, 2_000)));
    let distinct: HashSet<&String> = bent.iter().collect();
    assert!(distinct.len() > 1_500, "{}", distinct.len());
}
