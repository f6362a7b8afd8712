//! Politeness of the whole program, by the machine's clock: a Jira that meters requests refuses
//! hardly any, always has some left for others, and is used as far as it lets us.

use std::time::Duration;

use attune_sim::jira::RateLimit;

use super::terminal::{PLAIN, Terminal};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_metered_jira_refuses_hardly_anything_and_is_used_as_far_as_it_lets_us() {
    let limit = RateLimit {
        capacity: 100,
        fill: 100,
        interval: Duration::from_secs(1),
    };
    let terminal = Terminal::arranged(150, |_, site| site.rate_limit = Some(limit)).await;
    terminal.maps(PLAIN);
    let told = terminal.run(&["sync", "demo"]).await;
    assert_eq!(told.exit, 0, "{told:?}");
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
    let counts = terminal.world.jira.counts();
    let refused = counts.status(429);
    let sent = counts.requests;
    let seen = format!("{refused} of {sent} refused in {:?}", told.took);
    assert!(sent >= 400, "{seen}");
    assert!(refused * 100 <= sent, "{seen}");
    let least = terminal.world.jira.least_tokens().unwrap();
    assert!(least >= 15, "{least} tokens were left to others; {seen}");
    // 80 at once, then 100 a second; starting the program and reading take their time too.
    let best = (sent - 80) as f64 / 100.0;
    assert!(told.took.as_secs_f64() <= best / 0.9 + 4.0, "{seen}");
}
