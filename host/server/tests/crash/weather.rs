//! Bad weather: what stand-ins do to requests while a run is to be killed, by chance.
//!
//! Answers are lost after the request was applied, connections are cut before it was, requests are
//! throttled, and a site restarts in the middle and knows no session any more.

use std::cell::Cell;
use std::time::Duration;

use attune_sim::demo::Demo;
use attune_sim::faults::{Fault, RetryAfter};
use rand::RngExt as _;
use rand::rngs::SmallRng;

/// How many answers to writes are lost.
const LOST: f64 = 0.05;
/// How many requests are throttled.
const THROTTLED: f64 = 0.02;
/// How many connections are cut before anything happens: rarely at reading, which waits then.
const CUT: f64 = 0.003;
const CUT_WRITES: f64 = 0.02;
/// The pages that write, at Jira and Confluence.
pub(crate) const WRITES: [&str; 2] = ["/secure/admin/user/", "/doedituser.action"];

/// Faults by chance at all stand-ins, behind those that were scripted before.
pub(crate) fn begin(world: &Demo) {
    let throttled = || Fault::throttle(RetryAfter::Decimal(0.05)).chance(THROTTLED);
    let of = |writes| {
        [
            Fault::fail_after_write().on("POST", writes).chance(LOST),
            Fault::disconnect().on("POST", writes).chance(CUT_WRITES),
            throttled(),
            Fault::disconnect().chance(CUT),
        ]
    };
    let [jira, wiki] = WRITES.map(of);
    for (jira, wiki) in jira.into_iter().zip(wiki) {
        world.jira.inject(jira);
        world.wiki.inject(wiki);
    }
    world.graph.inject(throttled());
}

/// Fine again: nothing is scripted any more, and nothing of a killed process is under way.
pub(crate) async fn end(world: &Demo) {
    world.graph.clear_faults();
    world.jira.clear_faults();
    world.wiki.clear_faults();
    restart(world, Duration::ZERO).await;
}

/// Restarts both sites now and then, for ever, and counts how often.
pub(crate) async fn restarts(world: &Demo, mut dice: SmallRng, restarted: &Cell<usize>) {
    loop {
        let wait = Duration::from_millis(dice.random_range(20..400));
        tokio::time::sleep(wait).await;
        restart(world, Duration::from_millis(dice.random_range(1..30))).await;
        restarted.set(restarted.get() + 1);
    }
}

async fn restart(world: &Demo, length: Duration) {
    world.jira.pause().await;
    world.wiki.pause().await;
    world.jira.forget_sessions();
    world.wiki.forget_sessions();
    tokio::time::sleep(length).await;
    world.jira.resume().unwrap();
    world.wiki.resume().unwrap();
}
