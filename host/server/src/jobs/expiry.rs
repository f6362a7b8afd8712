//! Secrets that end soon: told thirty, fourteen, seven, three days and one day before, and once more
//! when `expires` was moved.
//!
//! Deliberately not here: secrets themselves; a file says of a credential when it ends.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::notices;
use super::schedules::zone;
use crate::clock::Clock;
use crate::connector::Loaded;
use crate::fault::chain;
use crate::notify::{Kind, Notice};
use crate::store::{self, Store};

/// Days before the end on which somebody is told.
const DAYS: [i32; 5] = [30, 14, 7, 3, 1];

/// The last of the days that have come: 30, 14, 7, 3 or 1; 0 where it has ended. `None` where there
/// is time.
pub fn days_left(ends: Date, today: Date) -> Option<i32> {
    let left = today.until(ends).ok()?.get_days();
    if left <= 0 {
        return Some(0);
    }
    DAYS.into_iter().filter(|days| left <= *days).min()
}

/// Looks at every credential of every connector; each day is told once.
pub async fn look(store: &Store, clock: &dyn Clock, connectors: &BTreeMap<String, Arc<Loaded>>) {
    let now = clock.now();
    let mut ending = BTreeMap::new();
    for (id, loaded) in connectors {
        let connector = &loaded.connector;
        let today = now.to_zoned(zone(connector)).date();
        let of_source = connector.source.credentials.iter();
        let of_source = of_source.map(|(slot, spec)| (format!("source.credential.{slot}"), spec));
        let targets = connector.targets.iter();
        let of_targets = targets.map(|target| {
            (
                format!("target.{}.credential", target.name),
                &target.credential,
            )
        });
        for (place, spec) in of_source.chain(of_targets) {
            let Some(ends) = spec.expires else {
                continue;
            };
            let Some(days) = days_left(ends, today) else {
                continue;
            };
            let name = &connector.name;
            let message = match days {
                0 => format!("[{place}] of connector `{name}` ended on {ends}"),
                _ => format!("[{place}] of connector `{name}` ends on {ends}"),
            };
            let hint = "make a new one, write it beside the old one as `next`, and move `expires`";
            let credential = format!("secret:{id}:{place}:");
            let key = format!("{credential}{ends}:{days}");
            let notice = Notice {
                key: &key,
                kind: Kind::SecretExpires,
                connector: name,
                message: &message,
                hint,
            };
            notices::raise(store, notice, now.as_millisecond()).await;
            ending.insert(credential, key);
        }
    }
    if let Err(error) = end_others(store, connectors, &ending, now.as_millisecond()).await {
        tracing::error!("notices of secrets cannot be ended: {}", chain(&error));
    }
}

/// Ends the notices that do not hold any more: of an earlier day without a word, of a credential
/// that got a new end with one. What a connector that is not here left open stays: its file may be
/// broken at the moment.
async fn end_others(
    store: &Store,
    connectors: &BTreeMap<String, Arc<Loaded>>,
    ending: &BTreeMap<String, String>,
    now_ms: i64,
) -> store::Result<()> {
    for notice in store.open_notices().await? {
        let is_here = |id: &&String| notice.key.starts_with(&format!("secret:{id}:"));
        if notice.kind != Kind::SecretExpires.word() || !connectors.keys().any(|id| is_here(&id)) {
            continue;
        }
        let now_told = ending
            .iter()
            .find(|(credential, _)| notice.key.starts_with(*credential));
        match now_told {
            Some((_, key)) if *key == notice.key => {}
            Some(_) => store.close_notice(&notice.key, now_ms).await?,
            None => {
                let message = format!("not any more: {}", notice.message);
                notices::settle(store, &notice.key, &message, now_ms).await;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_the_five_days_is_one_notice_and_the_end_is_the_last() {
        let ends: Date = "2027-01-31".parse().unwrap();
        let on = |day: &str| days_left(ends, day.parse().unwrap());
        assert_eq!(on("2026-12-31"), None);
        assert_eq!(on("2027-01-01"), Some(30));
        assert_eq!(on("2027-01-16"), Some(30));
        assert_eq!(on("2027-01-17"), Some(14));
        assert_eq!(on("2027-01-24"), Some(7));
        assert_eq!(on("2027-01-28"), Some(3));
        assert_eq!(on("2027-01-30"), Some(1));
        assert_eq!(on("2027-01-31"), Some(0));
        assert_eq!(on("2028-01-31"), Some(0), "long ago");
    }
}
