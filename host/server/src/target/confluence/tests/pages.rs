//! The six profile fields: through the administrator's form of the stand-in.

use attune_sim::confluence::Interruption;

use super::*;

const FIELDS: [(&str, Slot); 6] = [
    ("phone", Slot::Phone),
    ("im", Slot::Im),
    ("website", Slot::Website),
    ("position", Slot::Position),
    ("department", Slot::Department),
    ("location", Slot::Location),
];

fn phone(value: &str) -> [(Field, Option<&str>); 1] {
    [(profile("phone"), Some(value))]
}

#[tokio::test]
async fn profile_fields_are_written_and_removed_and_all_others_stay() {
    for version in ALL {
        let world = world(|o| o.version = version).await;
        let account = who(&world, "person00001");
        let key = account.key.as_str();
        let about = "  Line 1\r\nline <2> & \"3\"\r\n";
        world.confluence.accounts(|all| {
            all.edit(key, |a| {
                a.set(Slot::PersonalInformation, about);
                a.set(Slot::Im, "theirs@im");
                a.set(Slot::Location, "Pauls' <Büro> & \"Lager\"");
            });
        });
        let text = "Müller & Söhne \"GmbH\" <b> 'x' \u{1F600} a=b;c\\d %41 +";
        for (name, slot) in FIELDS {
            let field = profile(name);
            let change = [(field.clone(), Some(text))];
            write(&world, &account, &change).await.unwrap();
            let held = world.confluence.value(key, slot);
            assert_eq!(held.as_deref(), Some(text), "{version:?} {name}");
            assert_eq!(read(&world, &account, &field).await.as_deref(), Some(text));
        }
        let all = FIELDS.map(|(name, _)| (profile(name), None));
        write(&world, &account, &all).await.unwrap();
        // A second one finds nothing and sends nothing.
        let sent = count(&world, "POST", "doedituser.action");
        write(&world, &account, &all).await.unwrap();
        assert_eq!(count(&world, "POST", "doedituser.action"), sent);
        for (_, slot) in FIELDS {
            assert_eq!(world.confluence.value(key, slot), None);
        }
        let theirs = world.confluence.value(key, Slot::PersonalInformation);
        assert_eq!(theirs.as_deref(), Some(about), "{version:?}");
        assert_eq!(world.confluence.complaints(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn all_fields_of_an_account_are_one_operation() {
    let world = world(|_| ()).await;
    let account = who(&world, "person00000");
    let mut fields: Vec<Field> = FIELDS.iter().map(|(name, _)| profile(name)).collect();
    fields.push(account_field("email"));
    assert_eq!(
        world.target.units(&fields),
        [vec![0, 1, 2, 3, 4, 5], vec![6]]
    );
    let change = FIELDS.map(|(name, _)| (profile(name), Some(name)));
    write(&world, &account, &change).await.unwrap();
    assert_eq!(count(&world, "POST", "doedituser.action"), 1);
    assert_eq!(world.confluence.writes().len(), 6);
}

#[tokio::test]
async fn one_session_serves_all_writes_of_a_run() {
    for version in ALL {
        let world = world(|o| o.version = version).await;
        let names = ["person00000", "person00001", "person00002"];
        let accounts = names.map(|name| who(&world, name));
        let changes: Vec<_> = accounts
            .iter()
            .flat_map(|account| (0..4).map(move |n| (account, format!("{n}"))))
            .collect();
        let writes = changes.iter().map(|(account, value)| {
            let (world, value) = (&world, value.as_str());
            async move {
                let change = [(profile("phone"), Some(value))];
                // Four writers of one field: each may find another one's value there.
                let done = write(world, account, &change).await;
                assert!(matches!(done, Ok(()) | Err(Error::Altered { .. })));
            }
        });
        futures_util::future::join_all(writes).await;
        assert_eq!(count(&world, "POST", "doauthenticate.action"), 1);
        assert_eq!(count(&world, "POST", "login.action"), 0);
        let log = world.confluence.log();
        let signed = log.iter().filter(|record| {
            record.path.contains("/admin/users") && record.header("authorization").is_some()
        });
        assert_eq!(signed.count(), 1, "{version:?}");
    }
}

#[tokio::test]
async fn a_session_that_lapses_between_form_and_answer_loses_nothing() {
    for version in ALL {
        let world = world(|o| o.version = version).await;
        let account = who(&world, "person00000");
        write(&world, &account, &phone("1")).await.unwrap();
        world.confluence.lapse_websudo();
        write(&world, &account, &phone("2")).await.unwrap();
        world.confluence.forget_sessions();
        write(&world, &account, &phone("3")).await.unwrap();
        // Between the form and its sending: held at the gate while the session ends.
        for lose in [
            sim::Confluence::forget_sessions as fn(&sim::Confluence),
            sim::Confluence::lapse_websudo,
        ] {
            let gate = attune_sim::faults::Gate::default();
            let fault = Fault::hold(&gate).on("POST", "doedituser.action").times(1);
            world.confluence.inject(fault);
            let late = async {
                gate.arrived(1).await;
                lose(&world.confluence);
                gate.release();
            };
            let text = format!("late {}", world.confluence.writes().len());
            let change = phone(&text);
            let (done, ()) = tokio::join!(write(&world, &account, &change), late);
            done.unwrap();
            let held = world.confluence.value(&account.key, Slot::Phone);
            assert_eq!(held.as_deref(), Some(text.as_str()), "{version:?}");
        }
        assert_eq!(world.confluence.writes().len(), 5);
    }
}

#[tokio::test]
async fn the_log_in_form_is_used_where_pages_take_no_basic_sign_in() {
    for version in ALL {
        let world = world(|o| {
            o.version = version;
            o.settings.is_basic_closed = true;
        })
        .await;
        let account = who(&world, "person00000");
        for value in ["1", "2"] {
            let change = [(profile("im"), Some(value))];
            write(&world, &account, &change).await.unwrap();
        }
        assert_eq!(count(&world, "POST", "dologin.action"), 1);
    }
}

#[tokio::test]
async fn a_password_that_is_refused_is_tried_once_and_no_captcha_follows() {
    let options = Options::of(people(3));
    let confluence = sim::Confluence::start(options).await.unwrap();
    let credential = Credential::Basic {
        username: "svc-attune".to_owned(),
        password: "sim-confluence-password".to_owned().into(),
    };
    let target = connect(confluence.url(), &credential);
    let world = World { confluence, target };
    let account = who(&world, "person00000");
    write(&world, &account, &[(profile("im"), Some("1"))])
        .await
        .unwrap();
    world.confluence.forget_sessions();
    world
        .confluence
        .configure(|settings| settings.password = "another".to_owned());
    let before = world.confluence.counts().requests;
    for _ in 0..6 {
        let done = write(&world, &account, &[(profile("im"), Some("2"))]).await;
        assert_eq!(code_of(&done.unwrap_err()), "sign-in");
    }
    let signed = world.confluence.log();
    let signed = signed.iter().skip(before as usize);
    let signed = signed.filter(|record| record.header("authorization").is_some());
    assert_eq!(signed.count(), 1);
}

#[tokio::test]
async fn pages_that_are_something_else_are_named() {
    for (interruption, is_basic_closed, code) in [
        (Interruption::TwoStep, true, "two-step"),
        (Interruption::Licence, false, "licence"),
    ] {
        let world = world(|o| {
            o.settings.interruption = Some(interruption);
            o.settings.is_basic_closed = is_basic_closed;
        })
        .await;
        let account = who(&world, "person00000");
        let done = write(&world, &account, &[(profile("im"), Some("2"))]).await;
        let error = done.unwrap_err();
        assert_eq!(code_of(&error), code);
        assert!(matches!(error, Error::Target { .. }));
    }
    let world = world(|o| o.settings.is_in_maintenance = true).await;
    let error = world.target.sign_in().await.unwrap_err();
    assert_eq!(code_of(&error), "maintenance");
}

#[tokio::test]
async fn a_personal_access_token_cannot_give_a_password_and_says_so() {
    let options = Options::of(people(1));
    let token = options.settings.token.clone();
    let confluence = sim::Confluence::start(options).await.unwrap();
    let bearer = Credential::Bearer {
        token: token.into(),
    };
    let target = connect(confluence.url(), &bearer);
    let world = World { confluence, target };
    let error = world.target.sign_in().await.unwrap_err();
    assert_eq!(code_of(&error), "websudo");
    assert!(error.problem().message.contains("token"), "{error}");
    world.confluence.configure(|s| s.websudo = None);
    let target = connect(world.confluence.url(), &bearer);
    let world = World { target, ..world };
    let account = who(&world, "person00000");
    write(&world, &account, &[(profile("im"), Some("2"))])
        .await
        .unwrap();
}

#[tokio::test]
async fn a_value_that_is_refused_or_kept_otherwise_is_that_fields_problem() {
    let world = world(|_| ()).await;
    let account = who(&world, "person00000");
    let long = "x".repeat(256);
    let both = [(profile("im"), Some(long.as_str()))];
    let error = write(&world, &account, &both).await.unwrap_err();
    assert!(matches!(error, Error::Rejected { .. }), "{error}");
    assert!(error.problem().message.contains("255"), "{error}");
    assert_eq!(
        world.target.text_max(&profile("im")),
        Some(attune_core::decide::TextMax::Utf16(255))
    );
    assert_eq!(world.confluence.writes().len(), 0);
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_the_form_tells() {
    let world = world(|_| ()).await;
    let account = who(&world, "person00000");
    let fault = Fault::fail_after_write()
        .on("POST", "doedituser.action")
        .times(1);
    world.confluence.inject(fault);
    let field = profile("location");
    let error = write(&world, &account, &[(field.clone(), Some("Berlin"))]).await;
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Unknown), "{error}");
    assert_eq!(
        read(&world, &account, &field).await.as_deref(),
        Some("Berlin")
    );
}

#[tokio::test]
async fn a_user_name_that_now_belongs_to_somebody_else_is_not_believed() {
    for version in ALL {
        let world = world(|o| o.version = version).await;
        let account = who(&world, "person00000");
        let stranger = world.confluence.accounts(|all| {
            all.edit(&account.key, |a| {
                a.set(Slot::Username, "married@contoso.example");
            });
            all.add(sim::Account::named(
                &account.username,
                "x@contoso.example",
                "Stranger",
            ))
        });
        write(&world, &account, &[(profile("phone"), Some("1"))])
            .await
            .unwrap();
        let held = |key: &str| world.confluence.value(key, Slot::Phone);
        assert_eq!(held(&account.key).as_deref(), Some("1"), "{version:?}");
        assert_eq!(held(&stranger), None);
        // By the key alone, as after a crash.
        let nameless = AccountRef {
            username: String::new(),
            ..account.clone()
        };
        let found = read(&world, &nameless, &profile("phone")).await;
        assert_eq!(found.as_deref(), Some("1"));
        let gone = AccountRef {
            key: "f".repeat(32),
            username: "nobody".to_owned(),
        };
        let error = write(&world, &gone, &[(profile("phone"), Some("1"))]).await;
        assert!(matches!(error.unwrap_err(), Error::Gone));
    }
}

#[tokio::test]
async fn the_form_never_puts_back_an_address_that_is_being_changed() {
    let world = world(|_| ()).await;
    let account = who(&world, "person00000");
    let gate = attune_sim::faults::Gate::default();
    let fault = Fault::hold(&gate).on("POST", "doedituser.action").times(1);
    world.confluence.inject(fault);
    let late = async {
        gate.arrived(1).await;
        // Time for the other request, if it does not wait for its turn.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        gate.release();
    };
    let address = [(account_field("email"), Some("new@contoso.example"))];
    let change = phone("1");
    let (one, other, ()) = tokio::join!(
        write(&world, &account, &change),
        write(&world, &account, &address),
        late
    );
    one.unwrap();
    other.unwrap();
    let held = [Slot::Phone, Slot::Email].map(|slot| world.confluence.value(&account.key, slot));
    let wanted = ["1", "new@contoso.example"].map(|text| Some(text.to_owned()));
    assert_eq!(held, wanted);
}
