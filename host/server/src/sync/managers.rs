//! Accounts of managers: `manager.account.username` and `manager.account.key`.
//!
//! They are columns like any other, but of one target: the account of the manager in the very
//! target that the row belongs to. Links are made before anything is planned (`link`), so that
//! somebody who is found only in this run counts; here they are read from the store, page by page.
//! A manager without an account, with several, or with one that somebody in scope claims is
//! missing; one whom the site would not look for is a failed value, because an error is never an
//! absence. Deliberately absent: scope and match rules, which belong to no target or lead there.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use attune_core::selector::{Of, Wanted};
use attune_core::{Cell, Column, Problem, Selector};

use super::Error;
use super::relate::{Above, Chain, Known, unasked};
use crate::connector::TargetSpec;
use crate::store::Store;
use crate::store::links::{Link, LinkState, Place};

/// A column of a page that the accounts of managers in one target answer.
#[derive(Debug, Clone)]
pub struct AccountInput {
    /// Its place among the resolved selectors.
    position: usize,
    /// How many managers up.
    depth: usize,
    part: Part,
}

/// What of an account is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    UserName,
    Key,
}

/// The account columns of one target's mapping, by their places in `resolved`.
pub(super) fn inputs(mapping: &Wanted, resolved: &Wanted) -> Result<Vec<AccountInput>, Error> {
    let mut inputs = Vec::new();
    for selector in mapping.selectors() {
        let relation = selector.strip_relation().map_err(Error::TooDeep)?;
        let part = match relation.of {
            Of::Document(_) => continue,
            Of::AccountUserName => Part::UserName,
            Of::AccountKey => Part::Key,
        };
        inputs.extend(resolved.position(selector).map(|position| AccountInput {
            position,
            depth: relation.depth,
            part,
        }));
    }
    Ok(inputs)
}

/// The selectors of these inputs.
pub(super) fn selectors<'r>(
    inputs: &'r [AccountInput],
    resolved: &'r Wanted,
) -> impl Iterator<Item = Selector> + 'r {
    let of_input = move |input: &AccountInput| resolved.selectors().get(input.position).cloned();
    inputs.iter().filter_map(of_input)
}

/// What an adapter is asked for: documents, and the selectors that lead to other people. It knows
/// no accounts; by which attributes they are matched leads to the same people.
pub(super) fn asked(
    resolved: &Wanted,
    documents: &Wanted,
    targets: &[TargetSpec],
) -> Result<Wanted, Error> {
    let mut asked = Vec::new();
    for selector in resolved.selectors() {
        let relation = selector.strip_relation().map_err(Error::TooDeep)?;
        if matches!(relation.of, Of::Document(_)) {
            asked.push(selector.clone());
            continue;
        }
        let managers = selector.steps().get(..relation.depth).unwrap_or_default();
        for rule in targets.iter().flat_map(|target| &target.matching) {
            let steps = managers.iter().chain(rule.source.steps()).cloned();
            let led = Selector::from_steps(steps.collect());
            asked.extend(led.filter(|led| led.strip_relation().is_ok()));
        }
    }
    Ok(documents.with(asked))
}

/// Scope and match rules belong to no target, or lead to its accounts: neither can ask for one.
pub(super) fn refuse_outside_rows<'s>(
    selectors: impl IntoIterator<Item = &'s Selector>,
) -> Result<(), Error> {
    for selector in selectors {
        let relation = selector.strip_relation().map_err(Error::TooDeep)?;
        if !matches!(relation.of, Of::Document(_)) {
            let message = format!(
                "`{selector}`: only rows of a target can ask for accounts, `[scope]` and `match` \
                 cannot"
            );
            return Err(Error::Configuration(Problem::new("unsupported", message)));
        }
    }
    Ok(())
}

/// The managers whose accounts are wanted, each once, in the order of their keys.
pub(super) fn distinct(inputs: &[AccountInput], chain: &Chain) -> Vec<Arc<Known>> {
    let depths: BTreeSet<usize> = inputs.iter().map(|input| input.depth).collect();
    let everybody = depths.into_iter().flat_map(|depth| chain.level(depth));
    let mut seen = HashSet::new();
    let mut managers: Vec<Arc<Known>> = everybody
        .filter_map(Above::known)
        .filter(|known| seen.insert(known.key().to_owned()))
        .cloned()
        .collect();
    managers.sort_unstable_by(|a, b| a.key().cmp(b.key()));
    managers
}

/// What is known of people's accounts in one target.
pub(super) struct Managers<'a> {
    /// Where links are kept.
    pub store: &'a Store,
    /// The target.
    pub place: Place<'a>,
    /// The listing whose people claim accounts, and one person besides.
    pub claims: (&'a str, &'a str),
    /// Whom the site would not look for.
    pub refused: &'a HashMap<String, Problem>,
    /// The selectors of the columns.
    pub selectors: &'a Wanted,
    /// Whether everybody here was looked for in this run; if not, who never was is not known to
    /// have no account.
    pub are_looked_for: bool,
}

impl Managers<'_> {
    /// Puts the accounts of these people's managers into the columns that want them.
    pub(super) async fn fill(
        &self,
        inputs: &[AccountInput],
        chain: &Chain,
        columns: &mut [Column],
    ) -> Result<(), Error> {
        if inputs.is_empty() {
            return Ok(());
        }
        let managers = distinct(inputs, chain);
        let keys: Vec<String> = managers.iter().map(|one| one.key().to_owned()).collect();
        let links = self.store.links(self.place, &keys).await?;
        let was_looked = |person: &String| {
            let link = links.get(person);
            self.are_looked_for || link.is_some_and(|link| link.looked_ms > 0)
        };
        let unlooked: HashSet<String> = keys.into_iter().filter(|key| !was_looked(key)).collect();
        let links = self.undisputed(links).await?;
        for input in inputs {
            let level = chain.level(input.depth);
            let Some(selector) = self.selectors.selectors().get(input.position) else {
                continue;
            };
            let mut column = Column::with_capacity(level.len(), level.len() * 16);
            for above in level {
                let known = match above {
                    Above::Known(known) if !unlooked.contains(known.key()) => known,
                    Above::Known(_) | Above::Unasked => {
                        column.push_problem(&unasked(selector));
                        continue;
                    }
                    Above::Nobody => {
                        column.push(Cell::ABSENT);
                        continue;
                    }
                };
                match (self.refused.get(known.key()), links.get(known.key())) {
                    (Some(problem), _) => column.push_problem(problem),
                    (None, Some(link)) => column.push(Cell::text(match input.part {
                        Part::UserName => &link.username,
                        Part::Key => &link.account,
                    })),
                    (None, None) => column.push(Cell::ABSENT),
                }
            }
            if let Some(place) = columns.get_mut(input.position) {
                *place = column;
            }
        }
        Ok(())
    }

    /// The links of those who have exactly one account that nobody else in scope claims.
    async fn undisputed(
        &self,
        mut links: HashMap<String, Link>,
    ) -> Result<HashMap<String, Link>, Error> {
        links.retain(|_, link| link.state == LinkState::Matched);
        let accounts: Vec<String> = links.values().map(|link| link.account.clone()).collect();
        let claims = self
            .store
            .claims(self.place, self.claims, &accounts)
            .await?;
        let mut disputed: HashMap<String, HashSet<String>> = HashMap::new();
        for (account, person) in claims {
            disputed.entry(account).or_default().insert(person);
        }
        links.retain(|person, link| {
            let mut claims = disputed.get(&link.account).into_iter().flatten();
            claims.all(|claimant| claimant == person)
        });
        Ok(links)
    }
}
