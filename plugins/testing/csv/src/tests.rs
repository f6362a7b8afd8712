//! Conversations against a file that the tests give; people are invented.

use attune_plugin::provider::mutation::bodies;
use attune_plugin::provider::script::{Transcript, begin, check_manifest, failed, run};
use attune_plugin::provider::{Begin, Goal, HttpResponse, Reply, Request, dispatch};
use serde_json::{Value, json};

use crate::Csv;

const FILE: &str = "id,mail,name,manager\n\
    1,ada@contoso.example,\"Müller, \"\"Ada\"\"\",\n\
    2,ben@contoso.example,\"Ben\r\nTwolines\",1\r\n\
    \n\
    3,cleo@contoso.example,Çleo 😀,ADA@contoso.example\n";

fn options() -> Value {
    json!({ "path": "/people.csv", "names": ["mail"] })
}

fn file(request: &Request, status: u16, body: &[u8]) -> Reply {
    Reply::Http(HttpResponse {
        id: request.id(),
        status,
        headers: Vec::new(),
        body: body.to_vec(),
    })
}

fn asked(begin: Begin, body: &[u8]) -> Transcript {
    run::<Csv>(&options(), begin, |request| file(request, 200, body))
}

fn listed(body: &str) -> Transcript {
    asked(
        begin(Goal::Everyone, &["name", "manager.name"]),
        body.as_bytes(),
    )
}

fn refused(body: &str, words: &str) {
    let seen = listed(body);
    let problem = seen.problem.unwrap_or_else(|| panic!("{body:?} was taken"));
    assert_eq!(
        (problem.code.as_str(), seen.complete),
        ("bad-answer", None),
        "{body:?}"
    );
    assert!(problem.message.contains(words), "{}", problem.message);
}

#[test]
fn the_manifest_and_the_slots_are_right() {
    check_manifest::<Csv>();
    let needs = dispatch::needs::<Csv>(&options().to_string()).unwrap();
    assert_eq!(needs.attributes, ["id", "mail"]);
    for path in ["people.csv", "//evil.example.com/x", "/a b", "/a#b"] {
        let problem = dispatch::needs::<Csv>(&json!({ "path": path }).to_string()).unwrap_err();
        assert_eq!(problem.at, "path", "{path}");
    }
}

#[test]
fn a_file_that_is_the_same_twice_is_who_there_is() {
    let seen = listed(FILE);
    assert_eq!((seen.keys(), seen.complete), (vec!["1", "2", "3"], Some(3)));
    assert_eq!(
        (seen.requests.len(), seen.waits.as_slice()),
        (2, [500].as_slice())
    );
    let ada: Value = serde_json::from_str(&seen.people[0].document).unwrap();
    assert_eq!(ada["name"], "Müller, \"Ada\"");
    assert!(seen.people[1].document.contains("Ben\\r\\nTwolines"));
    assert_eq!(seen.people[2].person.names, ["cleo@contoso.example"]);
    let managers: Vec<_> = seen
        .people
        .iter()
        .flat_map(|p| &p.person.relations)
        .map(|r| r.name.as_str())
        .collect();
    assert_eq!(managers, ["1", "ADA@contoso.example"]);
}

#[test]
fn separators_and_a_byte_order_mark_are_told_by_themselves() {
    for separator in [';', '\t'] {
        let file = FILE
            .replace("Müller, ", "Müller; ")
            .replace(',', &separator.to_string());
        let seen = listed(&format!("\u{feff}{file}"));
        assert_eq!(seen.complete, Some(3), "{:?}", seen.problem);
    }
}

#[test]
fn a_file_that_is_still_being_written_is_waited_for() {
    let mut readings = 0;
    let seen = run::<Csv>(&options(), begin(Goal::Everyone, &[]), |request| {
        readings += 1;
        let length = (40 * readings).min(FILE.len());
        file(request, 200, &FILE.as_bytes()[..length])
    });
    assert_eq!(
        (seen.complete, readings),
        (Some(3), FILE.len().div_ceil(40) + 1)
    );
    let mut serial = 0;
    let seen = run::<Csv>(&options(), begin(Goal::Everyone, &[]), |request| {
        serial += 1;
        file(request, 200, format!("id,mail\n{serial},x\n").as_bytes())
    });
    assert_eq!(
        (seen.code(), seen.complete, serial),
        ("bad-answer", None, 20)
    );
}

#[test]
fn what_is_not_whole_is_refused() {
    refused("", "line end");
    refused("\n", "empty");
    refused("id,mail\n", "nobody");
    refused("id,mail,name\n1,a,b", "line end");
    refused("id,mail,name\n1,a,b\n2,c\n", "line 3 has 2 cells");
    refused("id,mail,name\n1,\"a,b\n", "not closed");
    refused("id,mail,name\n1,\"a\"b,c\n", "behind a closed quote");
    refused("id,mail,mail\n1,a,b\n", "`mail` twice");
    refused("id,mail,name\n,a,b\n", "line 2 has no `id`");
    refused("<html>\nSign in\n</html>\n", "web page");
    let latin = asked(begin(Goal::Everyone, &[]), b"id,mail\n1,M\xfcller\n");
    assert!(latin.problem.unwrap().message.contains("UTF-8"));
}

#[test]
fn no_beginning_of_a_file_that_is_no_whole_line_is_taken() {
    let mut whole = 0;
    for end in 0..FILE.len() {
        let seen = asked(begin(Goal::Everyone, &[]), &FILE.as_bytes()[..end]);
        // A cut between two lines is seen by the second reading only.
        whole += u32::from(seen.complete.is_some());
        assert!(
            seen.complete.is_none() || FILE[..end].ends_with('\n'),
            "{end}"
        );
    }
    assert_eq!(whole, 3);
}

#[test]
fn a_key_that_comes_twice_and_a_column_that_is_missing_are_problems_of_the_options() {
    let seen = listed("id,mail,name\n1,a,b\n2,c,d\n1,e,f\n");
    let problem = seen.problem.unwrap();
    assert_eq!(
        (problem.code.as_str(), problem.at.as_str()),
        ("options", "key")
    );
    assert!(
        problem.message.contains("line 2 and in line 4"),
        "{}",
        problem.message
    );
    for (file, at) in [
        ("nr,mail,name\n1,a,b\n", "key"),
        ("id,name\n1,a\n", "names"),
        ("id,mail\n1,a\n", "name"),
    ] {
        let problem = listed(file).problem.unwrap();
        assert_eq!(
            (problem.code.as_str(), problem.at.as_str()),
            ("options", at)
        );
        assert!(problem.message.contains("it has "), "{}", problem.message);
    }
}

#[test]
fn single_people_are_found_by_key_and_name_or_absent() {
    let names = ["2", "ADA@contoso.example", "nobody", "ada@contoso.example"];
    let names = names.map(str::to_owned).to_vec();
    let seen = asked(begin(Goal::People(names), &["name"]), FILE.as_bytes());
    assert_eq!((seen.keys(), seen.complete), (vec!["1", "2"], Some(2)));
    assert_eq!(seen.absent, ["nobody"]);
}

#[test]
fn a_probe_and_a_discovery_tell_what_the_file_has() {
    let seen = asked(begin(Goal::Probe, &["name", "phone"]), FILE.as_bytes());
    let lines: Vec<_> = seen
        .findings
        .iter()
        .map(|f| (f.name.as_str(), f.ok))
        .collect();
    assert_eq!(
        (lines, seen.complete),
        (vec![("file", true), ("columns", false)], Some(0))
    );
    let seen = run::<Csv>(&options(), begin(Goal::Probe, &[]), |request| {
        file(request, 404, b"")
    });
    assert_eq!((seen.findings[0].ok, seen.complete), (false, Some(0)));
    let seen = asked(begin(Goal::Discover(1), &[]), FILE.as_bytes());
    assert_eq!(
        (seen.people.len(), seen.attributes.len(), seen.complete),
        (1, 4, Some(1))
    );
}

#[test]
fn every_other_answer_has_its_code_and_every_other_goal_is_unsupported() {
    for (status, code) in [
        (204, "bad-answer"),
        (302, "bad-answer"),
        (401, "sign-in"),
        (403, "permission"),
        (404, "options"),
        (429, "throttled"),
        (503, "unavailable"),
    ] {
        let seen = run::<Csv>(&options(), begin(Goal::Everyone, &[]), |r| {
            file(r, status, FILE.as_bytes())
        });
        assert_eq!((seen.code(), seen.complete), (code, None));
    }
    let seen = run::<Csv>(&options(), begin(Goal::Everyone, &[]), |r| {
        failed(r, "timeout")
    });
    assert_eq!((seen.code(), seen.complete), ("unavailable", None));
    for goal in [
        Goal::ChangesSince(String::new()),
        Goal::Pictures(Vec::new()),
    ] {
        assert_eq!(asked(begin(goal, &[]), b"").code(), "unsupported");
    }
    let mut grouped = begin(Goal::Everyone, &[]);
    grouped.groups = vec!["sales".to_owned()];
    assert_eq!(asked(grouped, b"").code(), "unsupported");
}

#[test]
fn two_thousand_bent_files_are_survived() {
    // Bent as text in a JSON string, and then taken out of it: quotes, cuts, bytes, encodings.
    let good = format!("[{}]", json!(FILE));
    for body in bodies(&good, 2_000) {
        let text = serde_json::from_slice::<Vec<String>>(&body);
        let body = text.map_or(body, |mut lines| {
            lines.pop().unwrap_or_default().into_bytes()
        });
        let seen = asked(begin(Goal::Everyone, &[]), &body);
        assert!(
            seen.complete.is_none_or(|people| people > 0),
            "{}",
            String::from_utf8_lossy(&body)
        );
        assert_eq!(seen.complete.is_none(), !seen.code().is_empty());
    }
}
