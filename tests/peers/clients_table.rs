//! What of our requests the `PyPI` clients send too, in what theirs differ and why; and what none of
//! them sends, with the source that it was written from.
//!
//! A difference reads `field ours | theirs`, as `difference` words it.

/// The package `jira`.
pub(crate) const JIRA: &str = "jira";
/// The package `atlassian-python-api`.
pub(crate) const ATLASSIAN: &str = "atlassian-python-api";
/// The releases that `tests/run` installs and the table is about.
pub(crate) const RELEASES: [&str; 2] = ["jira 3.10.5", "atlassian-python-api 5.0.5"];

/// A product and one of our requests to it.
pub(crate) type Request = (&'static str, &'static str);

/// One thing that we do, and clients that do it too.
pub(crate) struct Topic {
    /// `jira` or `confluence`.
    pub(crate) site: &'static str,
    /// As `clients.py` calls it.
    pub(crate) name: &'static str,
    /// Our request: method and path below the site.
    pub(crate) request: &'static str,
    /// Clients, and in what theirs differs from it: what and why.
    pub(crate) clients: &'static [(&'static str, &'static [(&'static str, &'static str)])],
}

const BY_KEY: &str = "we address an account by its key, which a rename does not change; Jira's REST \
                      reference has both";
const NO_CHECK: &str = "no health check, which we do not ask for either";
const PYTHON_TRUE: &str = "Python's word, which Jira reads without case like Java's";
const FIRST: &str = "we say where to begin, which the client does from the second page on";
const AS_JSON: &str = "this release writes JSON under the content type of a form \
                       (`json.dumps` of its session), in which nobody finds a field";
const PAGE_AGAIN: &str = "so the stand-in shows the page again, as for a wrong password";
const EVERY_TIME: &str =
    "we show the password to open the session and leave the rest to its cookies";
const CHARSET: &str = "we name the charset, as the other client does";

/// Everything that somebody else's client does too.
pub(crate) const TOPICS: &[Topic] = &[
    Topic {
        site: "jira",
        name: "server",
        request: "GET /rest/api/2/serverInfo",
        clients: &[
            (JIRA, &[]),
            (ATLASSIAN, &[("query doHealthCheck - | False", NO_CHECK)]),
        ],
    },
    Topic {
        site: "jira",
        name: "who am I",
        request: "GET /rest/api/2/myself",
        clients: &[(JIRA, &[]), (ATLASSIAN, &[])],
    },
    Topic {
        site: "jira",
        name: "who am I, by token",
        request: "GET /rest/api/2/myself",
        clients: &[(JIRA, &[]), (ATLASSIAN, &[])],
    },
    Topic {
        site: "jira",
        name: "permissions",
        request: "GET /rest/api/2/mypermissions",
        clients: &[
            (JIRA, &[]),
            (
                ATLASSIAN,
                &[(
                    "query permissions - | ADMINISTER",
                    "a filter that Cloud wants; without it Jira tells all permissions",
                )],
            ),
        ],
    },
    Topic {
        site: "jira",
        name: "user by name",
        request: "GET /rest/api/2/user",
        clients: &[(JIRA, &[]), (ATLASSIAN, &[])],
    },
    Topic {
        site: "jira",
        name: "user by key",
        request: "GET /rest/api/2/user",
        clients: &[(ATLASSIAN, &[])],
    },
    Topic {
        site: "jira",
        name: "user by e-mail",
        request: "GET /rest/api/2/user/search",
        clients: &[
            (
                JIRA,
                &[
                    ("query includeActive true | True", PYTHON_TRUE),
                    ("query includeInactive true | True", PYTHON_TRUE),
                    ("query startAt 0 | -", FIRST),
                ],
            ),
            (ATLASSIAN, &[]),
        ],
    },
    Topic {
        site: "jira",
        name: "everybody",
        request: "GET /rest/api/2/user/search",
        clients: &[
            (
                JIRA,
                &[
                    ("query includeActive true | True", PYTHON_TRUE),
                    ("query includeInactive true | True", PYTHON_TRUE),
                    ("query startAt 0 | -", FIRST),
                ],
            ),
            (ATLASSIAN, &[]),
        ],
    },
    Topic {
        site: "jira",
        name: "name and e-mail",
        request: "PUT /rest/api/2/user",
        clients: &[
            (
                JIRA,
                &[
                    ("query key JIRAUSER10101 | -", BY_KEY),
                    ("query username - | ada@contoso.example", BY_KEY),
                    (
                        "also GET /rest/api/2/user",
                        "the client reads again what it wrote; a run reads when it has to",
                    ),
                ],
            ),
            (
                ATLASSIAN,
                &[
                    ("query key JIRAUSER10101 | -", BY_KEY),
                    ("query username - | ada@contoso.example", BY_KEY),
                ],
            ),
        ],
    },
    Topic {
        site: "jira",
        name: "set a property",
        request: "PUT /rest/api/2/user/properties/Cost%20Center",
        clients: &[(
            ATLASSIAN,
            &[
                ("query userKey JIRAUSER10101 | -", BY_KEY),
                ("query username - | ada@contoso.example", BY_KEY),
            ],
        )],
    },
    Topic {
        site: "jira",
        name: "read a property",
        request: "GET /rest/api/2/user/properties/Cost%20Center",
        clients: &[(
            ATLASSIAN,
            &[
                ("query userKey JIRAUSER10101 | -", BY_KEY),
                ("query username - | ada@contoso.example", BY_KEY),
            ],
        )],
    },
    Topic {
        site: "jira",
        name: "properties",
        request: "GET /rest/api/2/user/properties",
        clients: &[(
            ATLASSIAN,
            &[
                (
                    "answer success | 400",
                    "no parameter of Data Center names the user, which the stand-in refuses",
                ),
                (
                    "query accountId - | ada@contoso.example",
                    "Cloud's parameter; the client's other three calls say `username`",
                ),
                ("query userKey JIRAUSER10101 | -", BY_KEY),
            ],
        )],
    },
    Topic {
        site: "jira",
        name: "remove a property",
        request: "DELETE /rest/api/2/user/properties/Cost%20Center",
        clients: &[(
            ATLASSIAN,
            &[
                ("query userKey JIRAUSER10101 | -", BY_KEY),
                ("query username - | ada@contoso.example", BY_KEY),
            ],
        )],
    },
    Topic {
        site: "jira",
        name: "password again",
        request: "POST /secure/admin/WebSudoAuthenticate.jspa",
        clients: &[
            (
                JIRA,
                &[
                    (
                        "content-type application/x-www-form-urlencoded; charset=UTF-8 | application/x-www-form-urlencoded",
                        CHARSET,
                    ),
                    ("credential - | Basic", EVERY_TIME),
                    ("body a form | JSON", AS_JSON),
                    ("answer redirect | success", PAGE_AGAIN),
                ],
            ),
            (
                ATLASSIAN,
                &[
                    ("credential - | Basic", EVERY_TIME),
                    ("body a form | JSON", AS_JSON),
                    ("answer redirect | success", PAGE_AGAIN),
                    (
                        "also GET /secure/admin/WebSudoAuthenticate.jspa",
                        "the client reads the form where it is sent to, we where Jira redirects a visitor to (`!default`)",
                    ),
                ],
            ),
        ],
    },
    Topic {
        site: "jira",
        name: "password again, mended",
        request: "POST /secure/admin/WebSudoAuthenticate.jspa",
        clients: &[(
            ATLASSIAN,
            &[
                ("credential - | Basic", EVERY_TIME),
                (
                    "body webSudoDestination /secure/admin/user/EditUserProperties.jspa | -",
                    "where to go then; the client names no page",
                ),
                (
                    "also GET /secure/admin/WebSudoAuthenticate.jspa",
                    "the client reads the form where it is sent to, we where Jira redirects a visitor to (`!default`)",
                ),
                (
                    "also GET /secure/admin/user/EditUserProperties.jspa",
                    "what the password is given for",
                ),
            ],
        )],
    },
    Topic {
        site: "confluence",
        name: "who am I",
        request: "GET /rest/api/user/current",
        clients: &[(ATLASSIAN, &[])],
    },
    Topic {
        site: "confluence",
        name: "who am I, by token",
        request: "GET /rest/api/user/current",
        clients: &[(ATLASSIAN, &[])],
    },
    Topic {
        site: "confluence",
        name: "user by name",
        request: "GET /rest/api/user",
        clients: &[(ATLASSIAN, &[])],
    },
    Topic {
        site: "confluence",
        name: "user by key",
        request: "GET /rest/api/user",
        clients: &[(ATLASSIAN, &[])],
    },
];

const JIRA_FORMS: &str = "Jira's own page, as a browser sends it";
const CONFLUENCE_FORMS: &str = "Confluence's own page, as a browser sends it";

/// What none of the clients sends, and the source of ours.
pub(crate) const ALONE: &[(Request, &str)] = &[
    (
        ("jira", "GET /rest/api/2/user/list"),
        "Jira 11's REST reference (`cursor`, `maxResults`); Atlassian's 'Preparing for Jira 11.0'",
    ),
    (
        ("jira", "GET /secure/admin/user/EditUserProperties.jspa"),
        JIRA_FORMS,
    ),
    (
        (
            "jira",
            "POST /secure/admin/user/EditUserProperties!add.jspa",
        ),
        JIRA_FORMS,
    ),
    (
        (
            "jira",
            "POST /secure/admin/user/EditUserProperty!update.jspa",
        ),
        JIRA_FORMS,
    ),
    (
        ("jira", "POST /secure/admin/user/DeleteUserProperty.jspa"),
        JIRA_FORMS,
    ),
    (
        ("jira", "GET /secure/admin/WebSudoAuthenticate!default.jspa"),
        JIRA_FORMS,
    ),
    (("jira", "GET /login.jsp"), JIRA_FORMS),
    (("jira", "POST /login.jsp"), JIRA_FORMS),
    (
        ("confluence", "GET /rest/api/user/list"),
        "Confluence's REST reference (`start`, `limit`), since 8.4 (CONFSERVER-87291)",
    ),
    (
        (
            "confluence",
            "PUT /rest/api/admin/user/ada%40contoso.example",
        ),
        "Confluence's REST reference (`fullName`, `email`), since 8.2",
    ),
    (
        ("confluence", "GET /admin/users/edituser.action"),
        CONFLUENCE_FORMS,
    ),
    (
        ("confluence", "POST /admin/users/doedituser.action"),
        CONFLUENCE_FORMS,
    ),
    (("confluence", "GET /authenticate.action"), CONFLUENCE_FORMS),
    (
        ("confluence", "POST /doauthenticate.action"),
        CONFLUENCE_FORMS,
    ),
    (("confluence", "GET /login.action"), CONFLUENCE_FORMS),
    (("confluence", "POST /dologin.action"), CONFLUENCE_FORMS),
];
