//! Linking: which account of a target belongs to which person.
//!
//! A link once made stays, by the account's stable key. People without one are looked up when
//! their match values or the rules changed, in single-user and full runs, else once a day. Few
//! look-ups are single requests; many are one scan of all accounts. Accounts are never created.
//!
//! Managers whose account a row asks for are linked by the same rules, also out of scope; such a
//! link claims nothing. What it says is looked at again in `--full` and single-user runs.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use attune_core::account::{Account, MatchBy};
use attune_core::matching::fold;
use attune_core::plan::Trouble;
use attune_core::{Cell, Column, Problem};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;

use super::lanes::Lane;
use super::page::Page;
use super::pin::PinnedTarget;
use super::relate::Known;
use super::{Error, Run, hex};
use crate::store::links::{Link, LinkState};
use crate::target;

/// Up to so many look-ups are single requests; more are one scan.
const SINGLE_LOOKUPS_MAX: usize = 20;
/// People without an account are looked up again after a day.
pub(super) const AGAIN_AFTER_MS: i64 = 24 * 60 * 60 * 1000;
/// Pages of accounts that may wait between the network and the store.
const PAGES_WAITING: usize = 2;

/// Links the people of one target; remembers whether its accounts were scanned in this run.
pub(super) struct Linker<'a> {
    run: &'a Run<'a>,
    target: &'a PinnedTarget,
    lane: &'a mut Lane,
    scan: Scan,
    lookups: usize,
    /// People whom the target would not look for.
    pub troubles: Vec<Trouble>,
}

/// Whether the accounts of a site were read in this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scan {
    /// Not yet.
    Open,
    /// All of them.
    Done,
    /// The site cannot list all of them: people are looked up one by one.
    Impossible,
}

/// What one person offers to be matched by, rule by rule; folded, empty where missing.
struct Wish {
    person: String,
    values: Vec<String>,
    rules: String,
}

impl<'a> Linker<'a> {
    /// A linker for one target of a run.
    pub(super) fn new(run: &'a Run<'a>, target: &'a PinnedTarget, lane: &'a mut Lane) -> Self {
        Self {
            run,
            target,
            lane,
            scan: Scan::Open,
            lookups: 0,
            troubles: Vec::new(),
        }
    }

    /// Links one page of people in scope; `columns` hold the match rules' selectors in order.
    pub(super) async fn link(&mut self, page: &Page, columns: &[Column]) -> Result<(), Error> {
        let place = self.run.place(self.target);
        let store = &self.run.host.store;
        let link_of = |person: &str| page.links.first()?.get(person);
        let links = page.links.iter().flat_map(HashMap::values);
        let back = links.filter(|link| link.is_outside);
        let back: Vec<String> = back.map(|link| link.person.clone()).collect();
        for (people, is_outside) in [(&page.outside, true), (&back, false)] {
            if !people.is_empty() {
                store.set_outside(place, people, is_outside).await?;
            }
        }
        let mut wishes = Vec::new();
        for (row, known) in page.people.iter().enumerate() {
            let wish = self.wish(known.key(), columns, row);
            if self.is_due(link_of(known.key()), &wish) {
                wishes.push(wish);
            }
        }
        if self.is_ready_for(wishes.len()).await? {
            let made = self.fulfil(wishes, &link_of).await?;
            store.save_links(place, &made).await?;
        }
        Ok(())
    }

    /// Links managers of one page of people; `columns` hold the match rules' selectors in order.
    ///
    /// People of the run were looked up before and are left as they are.
    pub(super) async fn link_managers(
        &mut self,
        managers: &[Arc<Known>],
        columns: &[Column],
    ) -> Result<(), Error> {
        let place = self.run.place(self.target);
        let store = &self.run.host.store;
        let keys: Vec<String> = managers.iter().map(|one| one.key().to_owned()).collect();
        let links = store.links(place, &keys).await?;
        let link_of = |person: &str| links.get(person);
        let (mut wishes, mut linked) = (Vec::new(), Vec::new());
        for (row, known) in managers.iter().enumerate() {
            let link = link_of(known.key());
            let was_looked = link.is_some_and(|link| link.looked_ms >= self.run.now_ms);
            if was_looked || self.lane.refused.contains_key(known.key()) {
                continue;
            }
            let wish = self.wish(known.key(), columns, row);
            match link.filter(|link| link.state == LinkState::Matched) {
                Some(link) if self.run.order.is_thorough() => linked.push((link, wish)),
                None if self.is_due(link, &wish) => wishes.push(wish),
                Some(_) | None => {}
            }
        }
        if !self.is_ready_for(wishes.len() + linked.len()).await? {
            return Ok(());
        }
        wishes.extend(self.look_again(linked).await?);
        let mut made = self.fulfil(wishes, &link_of).await?;
        for link in &mut made {
            link.is_outside = link_of(&link.person).is_none_or(|before| before.is_outside);
        }
        store.save_links(place, &made).await?;
        Ok(())
    }

    /// Takes the present names of linked accounts; whose account is gone is looked up anew.
    async fn look_again(&mut self, linked: Vec<(&Link, Wish)>) -> Result<Vec<Wish>, Error> {
        let store = &self.run.host.store;
        let mut seen = HashMap::new();
        if self.scan == Scan::Done {
            let accounts: Vec<String> =
                linked.iter().map(|(link, _)| fold(&link.account)).collect();
            let found = store.accounts_by(&self.target.site, MatchBy::Key, &accounts);
            let found = found.await?.into_iter();
            seen.extend(found.map(|(_, key, name)| (key, name)));
        }
        let (mut names, mut gone) = (Vec::new(), Vec::new());
        for (link, wish) in linked {
            if let Some(name) = seen.get(&link.account) {
                names.push((link.person.clone(), name.clone()));
                continue;
            }
            // Also asked for where all accounts were read: inactive ones were left out there.
            let key = &link.account;
            match self.lane.client.find(MatchBy::Key, key).await {
                Ok(found) => match found.into_iter().find(|account| account.key == *key) {
                    Some(account) => names.push((link.person.clone(), account.username)),
                    None => gone.push(wish),
                },
                Err(target::Error::Rejected { .. }) => {}
                Err(error) => return Err(Error::Target(error)),
            }
        }
        let place = self.run.place(self.target);
        store.rename_linked(place, &names, self.run.now_ms).await?;
        Ok(gone)
    }

    /// Signs in, and reads all accounts where so many look-ups are more work than that. False
    /// where there is nothing to ask, or the site lets nobody in.
    async fn is_ready_for(&mut self, lookups: usize) -> Result<bool, Error> {
        if lookups == 0 || !self.lane.is_ready().await {
            return Ok(false);
        }
        self.lookups += lookups;
        if self.scan == Scan::Open && self.lookups > SINGLE_LOOKUPS_MAX {
            self.scan().await?;
        }
        Ok(true)
    }

    /// Looks people up and decides what their links are.
    async fn fulfil<'l>(
        &mut self,
        wishes: Vec<Wish>,
        link_of: &impl Fn(&str) -> Option<&'l Link>,
    ) -> Result<Vec<Link>, Error> {
        let mut made = Vec::with_capacity(wishes.len());
        let found = self.look_up(&wishes).await?;
        for (wish, candidates) in wishes.into_iter().zip(found) {
            let before = link_of(&wish.person);
            made.push(match candidates {
                Some(candidates) => self.decide(wish, &candidates, before),
                None => due_again(wish, before),
            });
        }
        Ok(made)
    }

    /// After all pages: two people of one account are both ambiguous.
    pub(super) async fn close(&self, person: &str) -> Result<(), Error> {
        let store = &self.run.host.store;
        store
            .mark_shared_accounts(self.run.place(self.target), &self.run.listing, person)
            .await?;
        Ok(())
    }

    fn wish(&self, person: &str, columns: &[Column], row: usize) -> Wish {
        let mut digest = Sha256::new();
        let mut values = Vec::with_capacity(columns.len());
        for (rule, column) in self.target.spec.matching.iter().zip(columns) {
            let value = match_value(column.cell(row));
            digest.update([rule.target as u8]);
            digest.update((value.len() as u64).to_le_bytes());
            digest.update(value.as_bytes());
            values.push(value);
        }
        Wish {
            person: person.to_owned(),
            values,
            rules: hex(&digest.finalize()),
        }
    }

    fn is_due(&self, link: Option<&Link>, wish: &Wish) -> bool {
        match link {
            None => true,
            Some(link) if link.state == LinkState::Matched => false,
            Some(link) => {
                self.run.order.is_thorough()
                    || link.rules != wish.rules
                    || self.run.now_ms - link.looked_ms > AGAIN_AFTER_MS
            }
        }
    }

    fn decide(&self, wish: Wish, candidates: &[(String, String)], before: Option<&Link>) -> Link {
        let (state, account, username) = match candidates {
            [] => (LinkState::Unmatched, String::new(), String::new()),
            [(key, name)] => (LinkState::Matched, key.clone(), name.clone()),
            _ => (LinkState::Ambiguous, String::new(), String::new()),
        };
        let same = before.is_some_and(|link| link.state == state && link.account == account);
        Link {
            person: wish.person,
            state,
            account,
            username,
            rules: wish.rules,
            looked_ms: self.run.now_ms,
            is_outside: false,
            fingerprint: before
                .filter(|_| same)
                .and_then(|link| link.fingerprint.clone()),
        }
    }

    /// Candidates of each wish: of the first rule that finds any; `None` where the target would
    /// not look for one of its values.
    async fn look_up(&mut self, wishes: &[Wish]) -> Result<Vec<Option<Accounts>>, Error> {
        let mut found: Vec<Option<Accounts>> = vec![Some(Vec::new()); wishes.len()];
        let is_open =
            |candidates: &Option<Accounts>| candidates.as_ref().is_some_and(Vec::is_empty);
        for (index, rule) in self.target.spec.matching.iter().enumerate() {
            let open: BTreeSet<String> = wishes
                .iter()
                .zip(&found)
                .filter(|(_, candidates)| is_open(candidates))
                .filter_map(|(wish, _)| wish.values.get(index))
                .filter(|value| !value.is_empty())
                .cloned()
                .collect();
            let open: Vec<String> = open.into_iter().collect();
            let answers = if self.scan == Scan::Done {
                self.scanned(rule.target, &open).await?
            } else {
                self.asked(rule.target, &open).await?
            };
            for (wish, candidates) in wishes.iter().zip(&mut found) {
                let value = wish.values.get(index).filter(|_| is_open(candidates));
                match value.and_then(|value| answers.get(value)) {
                    Some(Ok(accounts)) => *candidates = Some(accounts.clone()),
                    Some(Err(problem)) => {
                        *candidates = None;
                        let refused = (wish.person.clone(), problem.clone());
                        self.lane.refused.extend([refused]);
                        self.troubles.push(Trouble {
                            person: wish.person.clone(),
                            target: self.target.spec.name.clone(),
                            field: String::new(),
                            code: problem.code.clone(),
                            message: problem.message.clone(),
                        });
                    }
                    None => {}
                }
            }
        }
        Ok(found)
    }

    async fn scanned(&self, by: MatchBy, values: &[String]) -> Result<Candidates, Error> {
        let mut found = Candidates::new();
        let site = &self.target.site;
        for (value, key, name) in self.run.host.store.accounts_by(site, by, values).await? {
            let candidates = found.entry(value).or_insert_with(|| Ok(Vec::new()));
            if let Ok(candidates) = candidates {
                candidates.push((key, name));
            }
        }
        Ok(found)
    }

    async fn asked(&self, by: MatchBy, values: &[String]) -> Result<Candidates, Error> {
        let mut found = Candidates::new();
        for value in values {
            let candidates = match self.lane.client.find(by, value).await {
                Ok(accounts) => Ok(accounts
                    .into_iter()
                    .filter(|account| account.active && fold(by.of(account)) == *value)
                    .map(|account| (account.key, account.username))
                    .collect()),
                // One strange name is that person's problem, not the site's.
                Err(target::Error::Rejected { problem }) => Err(problem),
                Err(error) => return Err(Error::Target(error)),
            };
            found.insert(value.clone(), candidates);
        }
        Ok(found)
    }

    /// Reads all accounts once; inactive ones are no candidates and are left out.
    async fn scan(&mut self) -> Result<(), Error> {
        let (sender, pages) = mpsc::channel::<Vec<Account>>(PAGES_WAITING);
        let (site, scan) = (&self.target.site, &self.run.id);
        let keep = async {
            // Goes with this block: where keeping fails, nobody waits for pages to be taken.
            let mut pages = pages;
            while let Some(mut page) = pages.recv().await {
                page.retain(|account| account.active);
                self.run.host.store.save_accounts(site, scan, &page).await?;
            }
            Ok::<_, Error>(())
        };
        let (read, kept) = tokio::join!(self.lane.client.accounts(sender), keep);
        kept?;
        match read {
            Ok(()) => {
                let store = &self.run.host.store;
                store.close_scan(site, scan).await?;
                store.rename_scanned(self.run.place(self.target)).await?;
                self.scan = Scan::Done;
            }
            Err(target::Error::Rejected { problem }) => {
                tracing::info!(target = %self.target.spec.name,
                    "people are looked up one by one: {}", problem.message);
                self.scan = Scan::Impossible;
            }
            Err(error) => return Err(Error::Target(error)),
        }
        Ok(())
    }
}

/// Who could not be looked for stays as they were, and is due again in the next run of any kind.
fn due_again(wish: Wish, before: Option<&Link>) -> Link {
    let never = Link {
        person: wish.person,
        state: LinkState::Unmatched,
        account: String::new(),
        username: String::new(),
        rules: String::new(),
        looked_ms: 0,
        fingerprint: None,
        is_outside: false,
    };
    Link {
        looked_ms: 0,
        ..before.cloned().unwrap_or(never)
    }
}

/// Accounts as `(key, user name)`.
type Accounts = Vec<(String, String)>;

/// What look-ups found, by the value that was looked up.
type Candidates = HashMap<String, Result<Accounts, Problem>>;

/// The text that a match compares: a list of one is its element, anything longer matches nobody.
fn match_value(cell: Cell<'_>) -> String {
    attune_core::json::one(cell)
        .ok()
        .and_then(|one| one.text().map(fold))
        .unwrap_or_default()
}
