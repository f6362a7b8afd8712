//! Secrets that end soon: told thirty, fourteen, seven, three days and one day before.
//!
//! Deliberately not here: secrets themselves; a file says of a credential when it ends.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::notices;
use super::schedules::zone;
use crate::clock::Clock;
use crate::connector::Loaded;
use crate::notify::{Kind, Notice};
use crate::store::Store;

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
            let key = format!("secret:{id}:{place}:{ends}:{days}");
            let notice = Notice {
                key: &key,
                kind: Kind::SecretExpires,
                connector: name,
                message: &message,
                hint,
            };
            notices::raise(store, notice, now.as_millisecond()).await;
        }
    }
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
