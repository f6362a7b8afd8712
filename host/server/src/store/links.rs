//! Who is whom: the link between a person and their account in one target.
//!
//! A link is kept by the account's stable key, so that a renamed account stays linked, and it is true
//! of one site: a target whose url changed begins anew. The fingerprint says with what inputs the
//! person was last brought in tune; without one they are due.

use std::collections::HashMap;

use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::{CHUNK_ROWS, Error, Result, Store};

/// Whether a person has an account in a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// Exactly one account, claimed by nobody else.
    Matched,
    /// No account.
    Unmatched,
    /// Several accounts, or one that several people claim.
    Ambiguous,
}

impl LinkState {
    fn word(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Unmatched => "unmatched",
            Self::Ambiguous => "ambiguous",
        }
    }

    fn parse(word: &str) -> Result<Self> {
        match word {
            "matched" => Ok(Self::Matched),
            "unmatched" => Ok(Self::Unmatched),
            "ambiguous" => Ok(Self::Ambiguous),
            _ => Err(Error::Row { what: "a link" }),
        }
    }
}

/// One person's link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The source key.
    pub person: String,
    /// What the look-up found.
    pub state: LinkState,
    /// The account's stable key; empty unless matched.
    pub account: String,
    /// The account's user name when it was linked.
    pub username: String,
    /// Digest of the match rules and match values that led here.
    pub rules: String,
    /// When the look-up was made, in ms.
    pub looked_ms: i64,
    /// The inputs with which the person was last brought in tune; none where they are due.
    pub fingerprint: Option<Vec<u8>>,
    /// The person was out of scope when last seen: their account is free for others.
    pub is_outside: bool,
}

impl Link {
    /// Stands for a fingerprint where nobody knows what the account holds.
    pub(super) const DOUBTFUL: &[u8] = &[];

    /// Whether an operation of this person ended in a way that leaves their account in doubt.
    pub fn is_doubtful(&self) -> bool {
        self.fingerprint.as_deref() == Some(Self::DOUBTFUL)
    }
}

/// One target of one connector, as links and journal know it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The connector's id.
    pub connector: &'a str,
    /// The target's name.
    pub target: &'a str,
    /// The target's site.
    pub site: &'a str,
}

impl Store {
    /// The links of these people; people without a row were never looked up.
    pub async fn links(
        &self,
        place: Place<'_>,
        people: &[String],
    ) -> Result<HashMap<String, Link>> {
        let mut found = HashMap::with_capacity(people.len());
        for chunk in people.chunks(CHUNK_ROWS) {
            let mut select = QueryBuilder::<Sqlite>::new(
                "select person, state, account, username, rules, looked_ms, fingerprint, is_outside \
                 from links where connector = ",
            );
            select
                .push_bind(place.connector)
                .push(" and target = ")
                .push_bind(place.target)
                .push(" and site = ")
                .push_bind(place.site);
            select.push(" and person in (");
            let mut list = select.separated(", ");
            for person in chunk {
                list.push_bind(person);
            }
            select.push(")");
            for row in select.build().fetch_all(&self.pool).await? {
                let link = Link {
                    person: row.try_get(0)?,
                    state: LinkState::parse(row.try_get(1)?)?,
                    account: row.try_get(2)?,
                    username: row.try_get(3)?,
                    rules: row.try_get(4)?,
                    looked_ms: row.try_get(5)?,
                    fingerprint: row.try_get(6)?,
                    is_outside: row.try_get::<i64, _>(7)? != 0,
                };
                found.insert(link.person.clone(), link);
            }
        }
        Ok(found)
    }

    /// Stores what a look-up found; the people concerned are due.
    pub async fn save_links(&self, place: Place<'_>, links: &[Link]) -> Result<()> {
        let mut tx = self.begin().await?;
        for chunk in links.chunks(CHUNK_ROWS) {
            let mut insert = QueryBuilder::<Sqlite>::new(
                "insert into links (connector, target, person, state, account, username, rules, \
                 looked_ms, fingerprint, site, is_outside) ",
            );
            insert.push_values(chunk, |mut row, link| {
                row.push_bind(place.connector)
                    .push_bind(place.target)
                    .push_bind(&link.person)
                    .push_bind(link.state.word())
                    .push_bind(&link.account)
                    .push_bind(&link.username)
                    .push_bind(&link.rules)
                    .push_bind(link.looked_ms)
                    .push_bind(&link.fingerprint)
                    .push_bind(place.site)
                    .push_bind(i64::from(link.is_outside));
            });
            insert.push(
                " on conflict (connector, target, person) do update set state = excluded.state, \
                 account = excluded.account, username = excluded.username, \
                 rules = excluded.rules, looked_ms = excluded.looked_ms, \
                 fingerprint = excluded.fingerprint, site = excluded.site, \
                 is_outside = excluded.is_outside",
            );
            insert.build().execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Makes every claim on an account ambiguous that two people of a listing share.
    ///
    /// People whom the listing did not see, or who are out of scope, claim nothing any more; `person`
    /// counts besides, and what changes said of people since the listing.
    pub async fn mark_shared_accounts(
        &self,
        place: Place<'_>,
        listing: &str,
        person: &str,
    ) -> Result<()> {
        self.write(sqlx::query(
            "update links set state = 'ambiguous', fingerprint = null \
             where connector = $1 and target = $2 and state = 'matched' and site = $5 \
             and is_outside = 0 and account in ( \
               select l.account from links l join people p \
                 on p.connector = l.connector and p.key = l.person \
               where l.connector = $1 and l.target = $2 and l.state <> 'unmatched' \
                 and l.site = $5 and l.is_outside = 0 and l.account <> '' and (p.listed_in = $3 or p.complete_in = $3 or p.key = $4 \
                   or exists (select 1 from changed c where c.connector = p.connector \
                     and c.key = p.key and c.listing = $3 and c.takes_part = 1)) \
                 and not exists (select 1 from changed c where c.connector = p.connector \
                   and c.key = p.key and c.listing = $3 and c.takes_part = 0) \
               group by l.account having count(*) > 1)",
        )
        .bind(place.connector)
        .bind(place.target)
        .bind(listing)
        .bind(person)
        .bind(place.site))
        .await?;
        Ok(())
    }

    /// Who claims these accounts: `(account, person)`, people of a listing as above.
    pub async fn claims(
        &self,
        place: Place<'_>,
        (listing, person): (&str, &str),
        accounts: &[String],
    ) -> Result<Vec<(String, String)>> {
        let mut found = Vec::with_capacity(accounts.len());
        for chunk in accounts.chunks(CHUNK_ROWS) {
            let mut select = QueryBuilder::<Sqlite>::new(
                "select l.account, l.person from links l join people p \
                   on p.connector = l.connector and p.key = l.person \
                 where l.connector = ",
            );
            select
                .push_bind(place.connector)
                .push(" and l.target = ")
                .push_bind(place.target)
                .push(" and l.site = ")
                .push_bind(place.site)
                .push(" and l.state <> 'unmatched' and l.is_outside = 0 and (p.listed_in = ")
                .push_bind(listing)
                .push(" or p.complete_in = ")
                .push_bind(listing)
                .push(" or p.key = ")
                .push_bind(person)
                .push(
                    " or exists (select 1 from changed c where c.connector = p.connector \
                     and c.key = p.key and c.takes_part = 1 and c.listing = ",
                )
                .push_bind(listing)
                .push(
                    ")) and not exists (select 1 from changed c where c.connector = p.connector \
                     and c.key = p.key and c.takes_part = 0 and c.listing = ",
                )
                .push_bind(listing)
                .push(") and l.account in (");
            let mut list = select.separated(", ");
            for account in chunk {
                list.push_bind(account);
            }
            select.push(")");
            for row in select.build().fetch_all(&self.pool).await? {
                found.push((row.try_get(0)?, row.try_get(1)?));
            }
        }
        Ok(found)
    }

    /// Records the names that linked accounts have now, and when they were looked at.
    pub async fn rename_linked(
        &self,
        place: Place<'_>,
        names: &[(String, String)],
        looked_ms: i64,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        for (person, name) in names {
            sqlx::query(
                "update links set username = $4, looked_ms = $5 \
                 where connector = $1 and target = $2 and person = $3",
            )
            .bind(place.connector)
            .bind(place.target)
            .bind(person)
            .bind(name)
            .bind(looked_ms)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Records the names that linked accounts had in the last scan of the site.
    pub async fn rename_scanned(&self, place: Place<'_>) -> Result<()> {
        self.write(
            sqlx::query(
                "update links set username = (select a.name from accounts a \
               where a.site = links.site and a.key = links.account) \
             where connector = $1 and target = $2 and site = $3 and state = 'matched' \
             and exists (select 1 from accounts a where a.site = links.site \
               and a.key = links.account and a.name <> links.username)",
            )
            .bind(place.connector)
            .bind(place.target)
            .bind(place.site),
        )
        .await?;
        Ok(())
    }

    /// Records who is out of scope, or in it again; those without a link are not concerned.
    pub async fn set_outside(
        &self,
        place: Place<'_>,
        people: &[String],
        is_outside: bool,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        for chunk in people.chunks(CHUNK_ROWS) {
            let mut update = QueryBuilder::<Sqlite>::new("update links set is_outside = ");
            update.push_bind(i64::from(is_outside));
            whose(&mut update, place, chunk);
            update
                .push(" and is_outside <> ")
                .push_bind(i64::from(is_outside));
            update.build().execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// People whose fingerprints are set once everything of theirs is written.
    pub async fn save_fingerprints(
        &self,
        place: Place<'_>,
        prints: &[(String, Vec<u8>)],
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        for (person, print) in prints {
            sqlx::query(
                "update links set fingerprint = $4 \
                 where connector = $1 and target = $2 and person = $3",
            )
            .bind(place.connector)
            .bind(place.target)
            .bind(person)
            .bind(print)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Makes a person due in the next run.
    pub async fn mark_due(&self, place: Place<'_>, person: &str) -> Result<()> {
        self.write(
            sqlx::query(
                "update links set fingerprint = null \
             where connector = $1 and target = $2 and person = $3",
            )
            .bind(place.connector)
            .bind(place.target)
            .bind(person),
        )
        .await?;
        Ok(())
    }

    /// Makes people due, and what their accounts hold doubtful: the next run reads it again.
    pub async fn mark_doubtful(&self, place: Place<'_>, people: &[String]) -> Result<()> {
        if people.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        doubt(&mut tx, place, people).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Forgets whose account is gone; the next run, of whichever kind, looks the person up again.
    pub async fn unlink(&self, place: Place<'_>, person: &str) -> Result<()> {
        self.write(
            sqlx::query(
                "update links set state = 'unmatched', account = '', username = '', rules = '', \
             looked_ms = 0, fingerprint = null \
             where connector = $1 and target = $2 and person = $3",
            )
            .bind(place.connector)
            .bind(place.target)
            .bind(person),
        )
        .await?;
        Ok(())
    }
}

/// Makes people due and their accounts doubtful, as part of something bigger.
pub(super) async fn doubt(
    tx: &mut sqlx::Transaction<'_, Sqlite>,
    place: Place<'_>,
    people: &[String],
) -> Result<()> {
    for chunk in people.chunks(CHUNK_ROWS) {
        let mut update = QueryBuilder::<Sqlite>::new("update links set fingerprint = ");
        update.push_bind(Link::DOUBTFUL);
        whose(&mut update, place, chunk);
        update.build().execute(&mut **tx).await?;
    }
    Ok(())
}

/// Limits an update to the links of these people.
fn whose(update: &mut QueryBuilder<Sqlite>, place: Place<'_>, people: &[String]) {
    update
        .push(" where connector = ")
        .push_bind(place.connector)
        .push(" and target = ")
        .push_bind(place.target)
        .push(" and person in (");
    let mut list = update.separated(", ");
    for person in people {
        list.push_bind(person);
    }
    update.push(")");
}
