//! What the connector file says, worked out a second time and without the product: which member of
//! the directory goes into which fields, and what becomes of values that others typed in.
//!
//! The rules are those of the README's rows, for one field at a time. Values are made so that no
//! two of them are the same, so that a value tells where it comes from.

use attune_sim::confluence;

/// A member of the directory and the field of each site that it goes into.
pub(crate) struct Attribute {
    /// As the directory calls it.
    pub(crate) member: &'static str,
    /// Jira's "User Property".
    pub(crate) shown: &'static str,
    /// Confluence's field.
    pub(crate) profile: confluence::Field,
    /// What a connector file calls that field.
    pub(crate) profile_name: &'static str,
    /// `when-missing = "clear"`.
    pub(crate) clears: bool,
    /// `existing = "keep"` and `conflict = "keep-local"`.
    pub(crate) keeps: bool,
}

/// One of each kind.
pub(crate) const ATTRIBUTES: [Attribute; 4] = [
    Attribute {
        member: "department",
        shown: "Department",
        profile: confluence::Field::Department,
        profile_name: "department",
        clears: false,
        keeps: false,
    },
    Attribute {
        member: "city",
        shown: "City",
        profile: confluence::Field::Location,
        profile_name: "location",
        clears: true,
        keeps: false,
    },
    Attribute {
        member: "jobTitle",
        shown: "Job Title",
        profile: confluence::Field::Position,
        profile_name: "position",
        clears: false,
        keeps: true,
    },
    Attribute {
        member: "mobilePhone",
        shown: "Mobile",
        profile: confluence::Field::Phone,
        profile_name: "phone",
        clears: true,
        keeps: true,
    },
];

impl Attribute {
    fn row(&self, field: &str) -> String {
        let mut row = format!("\"{field}\" = {{ from = \"{}\"", self.member);
        if self.clears {
            row.push_str(", when-missing = \"clear\"");
        }
        if self.keeps {
            row.push_str(", existing = \"keep\", conflict = \"keep-local\"");
        }
        row.push_str(" }\n");
        row
    }
}

/// The mappings of both targets as the connector file has them.
pub(crate) fn mappings() -> (String, String) {
    let rows = |name: fn(&Attribute) -> &str| ATTRIBUTES.iter().map(|a| a.row(name(a))).collect();
    (rows(|a| a.shown), rows(|a| a.profile_name))
}

/// One field of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    /// What it holds.
    pub(crate) now: Option<String>,
    /// What the product wrote or adopted last.
    pub(crate) ours: Option<String>,
    /// Somebody changed it after it was brought in tune and nothing else changed since, so that a run
    /// need not look at it: it may stay as it is or come in tune.
    pub(crate) is_loose: bool,
}

impl Cell {
    /// Whether it holds something else than the product left there.
    pub(crate) fn is_foreign(&self) -> bool {
        self.now != self.ours
    }

    /// What a run leaves that looks at it.
    pub(crate) fn tuned(&self, attribute: &Attribute, wanted: Option<&str>) -> Self {
        let (now, ours) = (self.now.as_deref(), self.ours.as_deref());
        let (now, ours) = match wanted {
            None if !attribute.clears => (now, ours),
            None if self.is_foreign() => (now, None),
            None => (None, None),
            Some(value) if now == Some(value) => (now, now),
            Some(_) if attribute.keeps && self.is_foreign() => (now, ours),
            Some(value) => (Some(value), Some(value)),
        };
        Self {
            now: now.map(str::to_owned),
            ours: ours.map(str::to_owned),
            is_loose: false,
        }
    }
}
