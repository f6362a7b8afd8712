//! Who takes part: include conditions (all must hold) and exclude conditions (any).
//!
//! A scope attribute that was not fetched fails the run, because guessing would make leavers; one
//! that could not be read makes just this person unknown, who is then neither in nor out.

use crate::condition::{all_hold, not_fetched};
use crate::mapping::Condition;
use crate::selector::Wanted;
use crate::{Cell, Column, Problem, Selector};

/// The `[scope]` of a connector.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// All must hold.
    pub include: Vec<Condition>,
    /// None may hold.
    pub exclude: Vec<Condition>,
}

/// Whether a person takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// In scope.
    In,
    /// Out of scope.
    Out,
    /// An attribute could not be read: hold what is there, conclude nothing.
    Unknown(Problem),
}

impl Scope {
    /// The attributes that must be fetched.
    pub fn selectors(&self) -> impl Iterator<Item = &Selector> {
        let all = self.include.iter().chain(&self.exclude);
        all.map(|condition| &condition.attribute)
    }

    /// The standing of one person; `cell` answers `None` for what was not fetched.
    ///
    /// The error is `not-fetched` and concerns the run, not the person.
    pub fn standing<'s>(
        &'s self,
        cell: &dyn Fn(&Selector) -> Option<Cell<'s>>,
    ) -> Result<Standing, Problem> {
        for selector in self.selectors() {
            if cell(selector).is_none() {
                return Err(not_fetched(selector));
            }
        }
        let holds = |condition: &'s Condition| all_hold([(condition, cell(&condition.attribute))]);
        let decide = || {
            for condition in &self.include {
                if !holds(condition)? {
                    return Ok(Standing::Out);
                }
            }
            for condition in &self.exclude {
                if holds(condition)? {
                    return Ok(Standing::Out);
                }
            }
            Ok(Standing::In)
        };
        Ok(decide().unwrap_or_else(Standing::Unknown))
    }

    /// The standing of one person by their row of projected cells.
    pub fn standing_of_row<'s>(
        &'s self,
        wanted: &Wanted,
        row: &'s Column,
    ) -> Result<Standing, Problem> {
        self.standing(&|selector| wanted.position(selector).map(|index| row.cell(index)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::Test;
    use crate::project::Projector;
    use crate::selector::Names;

    fn condition(attribute: &str, test: Test) -> Condition {
        Condition {
            attribute: attribute.parse().unwrap(),
            test,
        }
    }

    fn standing(scope: &Scope, document: &str) -> Standing {
        let wanted = Wanted::new(scope.selectors().cloned());
        let mut row = Column::default();
        let mut projector = Projector::new(wanted.clone(), Names::Exact);
        projector
            .project_json(document.as_bytes(), &mut row)
            .unwrap();
        scope.standing_of_row(&wanted, &row).unwrap()
    }

    #[test]
    fn people_when_judged_need_all_includes_and_no_exclude() {
        let scope = Scope {
            include: vec![
                condition("t", Test::Equals("M".to_owned())),
                condition("on", Test::Present(true)),
            ],
            exclude: vec![
                condition(
                    "mail",
                    Test::Matches(regex::Regex::new("@test\\.").unwrap()),
                ),
                condition("x", Test::Present(true)),
            ],
        };
        assert_eq!(
            standing(&scope, r#"{"t":"M","on":1,"mail":"a@b"}"#),
            Standing::In
        );
        assert_eq!(standing(&scope, r#"{"t":"M","mail":"a@b"}"#), Standing::Out);
        assert_eq!(standing(&scope, r#"{"t":"G","on":1}"#), Standing::Out);
        assert_eq!(
            standing(&scope, r#"{"t":"M","on":1,"mail":"a@test.b"}"#),
            Standing::Out
        );
        assert_eq!(standing(&scope, r#"{"t":"M","on":1,"x":0}"#), Standing::Out);
        let unknown = standing(&scope, r#"{"t":"\ud800","on":1}"#);
        assert!(matches!(unknown, Standing::Unknown(p) if p.code == "bad-value" && p.at == "t"));
        assert_eq!(standing(&Scope::default(), "{}"), Standing::In);
    }

    #[test]
    fn attribute_when_not_fetched_fails_the_run() {
        let scope = Scope {
            include: vec![],
            exclude: vec![condition("x", Test::Present(true))],
        };
        let error = scope.standing_of_row(&Wanted::default(), &Column::default());
        assert_eq!(error.unwrap_err().code, "not-fetched");
    }
}
