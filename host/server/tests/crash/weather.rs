//! Bad weather: what stand-ins do to requests while a run is to be killed, by chance.
//!
//! Answers are lost after the request was applied, connections are cut before it was, requests are
//! throttled, and a site restarts in the middle and knows no session any more.

use std::time::Duration;

use attune_sim::demo::Demo;
use attune_sim::faults::{Fault, RetryAfter};
use rand::RngExt as _;
use rand::rngs::SmallRng;

/// How many answers to writes are lost.
const LOST: f64 = 0.05;
/// How many requests are throttled.
const THROTTLED: f64 = 0.02;
/// How many connections are cut before anything happens.
const CUT: f64 = 0.005;
/// The pages that write, at Jira and Confluence.
pub(crate) const WRITES: [&str; 2] = ["/secure/admin/user/", "/doedituser.action"];

/// Faults by chance at all stand-ins, behind those that were scripted before.
pub(crate) fn begin(world: &Demo) {
    let throttled = || Fault::throttle(RetryAfter::Decimal(0.05)).chance(THROTTLED);
    let cut = || Fault::disconnect().chance(CUT);
    for fault in [
        Fault::fail_after_write().on("POST", WRITES[0]).chance(LOST),
        Fault::disconnect().on("POST", WRITES[0]).chance(CUT * 4.0),
        throttled(),
        cut(),
    ] {
        world.jira.inject(fault);
    }
    for fault in [
        Fault::fail_after_write().on("POST", WRITES[1]).chance(LOST),
        Fault::disconnect().on("POST", WRITES[1]).chance(CUT * 4.0),
        throttled(),
        cut(),
    ] {
        world.wiki.inject(fault);
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

/// Restarts a site now and then, for ever.
pub(crate) async fn restarts(world: &Demo, mut dice: SmallRng) {
    loop {
        let wait = Duration::from_millis(dice.random_range(50..1500));
        tokio::time::sleep(wait).await;
        restart(world, Duration::from_millis(dice.random_range(1..30))).await;
    }
}

async fn restart(world: &Demo, length: Duration) {
    world.jira.pause().await;
    world.wiki.pause().await;
    world.jira.forget_sessions();
    world.wiki.forget_sessions();
    tokio::time::sleep(length).await;
    world.jira.resume().await.unwrap();
    world.wiki.resume().await.unwrap();
}
