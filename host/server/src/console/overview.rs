//! `/`: how everything is, and what somebody has to look at.

use askama::Template;

use super::chart::{self, Chart};
use super::connectors::{provider, targets};
use super::filters;
use super::page::{Answer, Page, Visit};
use super::refused::Refused;
use super::shown::{Time, cut, initials, percent};
use crate::view;
use crate::view::condition::{Condition, SiteState};
use crate::view::notices::Notice;

/// What needs attention that the page shows at once; the rest unfolds.
const ATTENTION_MAX: usize = 5;
/// Runs to come that the page shows.
const UPCOMING_MAX: usize = 6;

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview {
    page: Page,
    in_tune: u64,
    people: u64,
    in_tune_width: u32,
    changes_24h: u64,
    written_week: u64,
    held: u64,
    held_old: u64,
    has_next: bool,
    next: Time,
    next_connector: String,
    connectors: Vec<Row>,
    attention: Vec<Item>,
    attention_more: Vec<Item>,
    attention_rest: u64,
    sites: Vec<Site>,
    upcoming: Vec<Coming>,
    chart: Chart,
}

/// A connector of a list; also of `/connectors`.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) provider: String,
    pub(super) logo: String,
    pub(super) targets: String,
    pub(super) state: &'static str,
    pub(super) note: String,
    pub(super) has_run: bool,
    pub(super) last: Time,
    pub(super) has_next: bool,
    pub(super) next: Time,
    pub(super) people: u64,
    pub(super) held: u64,
    pub(super) changes_24h: u64,
    pub(super) spark: String,
    pub(super) spark_area: String,
    pub(super) is_paused: bool,
    pub(super) is_running: bool,
}

struct Item {
    tone: &'static str,
    icon: &'static str,
    title: String,
    text: String,
    href: String,
}

struct Site {
    name: String,
    product: String,
    state: &'static str,
    text: String,
}

struct Coming {
    connector: String,
    mode: String,
    at: Time,
}

/// `GET /`
pub(super) async fn show(visit: Visit) -> Answer {
    let service = visit.service()?;
    let all = view::condition::list(service, visit.reader.zone()).await?;
    let days = chart::sum(all.iter().map(|one| one.days.as_slice()));
    let sum = |count: fn(&Condition) -> u64| -> u64 { all.iter().map(count).sum() };
    let (people, in_tune) = (sum(|one| one.people), sum(|one| one.in_tune));
    let mut upcoming = upcoming(&all);
    let first = upcoming.first();
    let (has_next, next) = (first.is_some(), first.map(|one| one.at).unwrap_or_default());
    let next_connector = first.map(|one| one.connector.clone()).unwrap_or_default();
    upcoming.truncate(UPCOMING_MAX);
    let mut attention = attention(&visit, &all).await?;
    let attention_more = attention.split_off(ATTENTION_MAX.min(attention.len()));
    let sites = view::condition::sites(service).await?;
    visit.show(&Overview {
        page: visit.page("overview", visit.say("nav-overview")).await?,
        in_tune_width: percent(in_tune, people),
        in_tune,
        people,
        changes_24h: sum(|one| one.written_day),
        written_week: days.iter().map(view::condition::Day::written).sum(),
        held: sum(|one| one.held),
        held_old: sum(|one| one.held_long),
        has_next,
        next,
        next_connector,
        connectors: all.iter().map(|one| Row::of(&visit, one)).collect(),
        attention,
        attention_rest: attention_more.len() as u64,
        attention_more,
        sites: sites.iter().map(|site| shown(&visit, site)).collect(),
        upcoming,
        chart: Chart::of(&days, &visit.reader)?,
    })
}

impl Row {
    pub(super) fn of(visit: &Visit, one: &Condition) -> Self {
        let (spark, spark_area) = chart::spark(&one.days);
        let (has_run, last) = Time::maybe(one.last.as_deref());
        let (has_next, next) = Time::maybe(one.next.as_ref().map(|next| next.time.as_str()));
        let provider = provider(visit, &one.provider);
        Self {
            name: one.connector.clone(),
            logo: initials(&provider),
            provider,
            targets: targets(&one.targets),
            state: one.state.word(),
            note: note(one),
            has_run,
            last,
            has_next,
            next,
            people: one.people,
            held: one.held,
            changes_24h: one.written_day,
            spark,
            spark_area,
            is_paused: one.state == view::condition::State::Paused,
            is_running: one.state == view::condition::State::Running,
        }
    }

    /// The same with the begin of the newest run that came to a good end.
    pub(super) fn good(visit: &Visit, one: &Condition) -> Self {
        let (has_run, last) = Time::maybe(one.last_good.as_deref());
        Self {
            has_run,
            last,
            ..Self::of(visit, one)
        }
    }
}

/// What stands below a state.
fn note(one: &Condition) -> String {
    match one.percent {
        Some(percent) => format!("{percent} %"),
        None => cut(&one.why),
    }
}

/// What somebody has to look at, the most urgent first.
async fn attention(visit: &Visit, all: &[Condition]) -> Result<Vec<Item>, Refused> {
    let service = visit.service()?;
    let mut items: Vec<Item> = Vec::new();
    let proposals = service.waiting();
    for plan in view::frame::waiting(service).await? {
        let text = [
            ("changes", plan.changes.into()),
            ("people", plan.people.into()),
        ];
        items.push(Item {
            tone: "warn",
            icon: "hand",
            title: visit
                .reader
                .say_of("attention-plan", &[("name", plan.connector.into())]),
            text: visit.reader.say_of("plan-waits", &text),
            href: format!("/plans/{}", plan.digest),
        });
    }
    for one in &proposals {
        let (key, href) = match one.kind {
            "plugin" => ("attention-plugin", format!("/plugins/{}", one.name)),
            _ => ("attention-file", format!("/connectors/{}/file", one.name)),
        };
        items.push(Item {
            tone: "warn",
            icon: if one.kind == "plugin" { "swap" } else { "file" },
            title: visit
                .reader
                .say_of(key, &[("name", one.name.as_str().into())]),
            text: cut(&one.reasons.join(" ")),
            href,
        });
    }
    let notices = view::notices::open(&visit.host()?).await?;
    // Held plans are there already.
    let notices = notices.iter().filter(|one| one.kind != "held");
    items.extend(notices.map(|one| told(visit, one)));
    for one in all.iter().filter(|one| one.held_long > 0) {
        let count = [("count", one.held_long.into())];
        items.push(Item {
            tone: "warn",
            icon: "clock",
            title: visit.reader.say_of("held-old", &count),
            text: one.connector.clone(),
            href: format!("/held?connector={}&older=7d", one.connector),
        });
    }
    // What failed comes first.
    items.sort_by_key(|item| item.tone != "bad");
    Ok(items)
}

fn told(visit: &Visit, notice: &Notice) -> Item {
    let (tone, icon) = match notice.kind.as_str() {
        "quarantined" | "stopped" => ("bad", "bad"),
        "secret-expires" => ("warn", "key"),
        _ => ("warn", "alert"),
    };
    let title = visit.say(&format!("notice-{}", notice.kind));
    Item {
        tone,
        icon,
        title: match notice.connector.as_str() {
            "" => title,
            connector => format!("{connector}: {title}"),
        },
        text: cut(&notice.message),
        href: match notice.connector.as_str() {
            "" => "/settings/system".to_owned(),
            connector => format!("/connectors/{connector}/status"),
        },
    }
}

fn shown(visit: &Visit, site: &SiteState) -> Site {
    let (state, text) = match (&site.paused_by, &site.error) {
        (Some(by), _) => {
            let by = [("name", by.as_str().into())];
            ("paused", visit.reader.say_of("site-paused", &by))
        }
        (None, Some(error)) => ("unreachable", cut(error)),
        (None, None) => ("reachable", String::new()),
    };
    let bare = site
        .site
        .split_once("://")
        .map_or(site.site.as_str(), |(_, rest)| rest);
    Site {
        name: bare.to_owned(),
        product: visit.say(&format!("product-{}", site.product)),
        state,
        text,
    }
}

fn upcoming(all: &[Condition]) -> Vec<Coming> {
    let coming = |one: &Condition| {
        let next = one.next.as_ref()?;
        Some(Coming {
            connector: one.connector.clone(),
            mode: next.kind.clone(),
            at: Time::of(&next.time),
        })
    };
    let mut upcoming: Vec<Coming> = all.iter().filter_map(coming).collect();
    upcoming.sort_by_key(|one| one.at.0);
    upcoming
}
