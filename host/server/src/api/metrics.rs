//! `/metrics`: what runs and what waits, in the text format of Prometheus.
//!
//! Names of plugins, connectors and sites are labels, people and values never are. Every name stands
//! in `host/server/deploy/README.md`; a test holds that page against this one.

mod connectors;
mod page;
mod plugins;
mod process;
mod work;

use crate::service::{Service, State};
use page::Page;

/// The page of a service.
pub(super) async fn page(service: &Service) -> String {
    let mut page = Page::default();
    let build = [("version", env!("CARGO_PKG_VERSION"))];
    page.family("attune_build_info", "gauge", "The build of the service.");
    page.line("attune_build_info", &build, 1);
    page.family(
        "attune_ready",
        "gauge",
        "Whether everything in use is compiled.",
    );
    page.line("attune_ready", &[], u64::from(service.is_ready()));
    plugins::add(&mut page, service);
    connectors::add(&mut page, service).await;
    work::add(&mut page, service).await;
    process::add(&mut page, service);
    page.text
}

/// The connector as people call it.
fn named<'a>(state: &'a State, id: &'a str) -> &'a str {
    let running = state.connectors.get(id);
    running.map_or(id, |loaded| loaded.connector.name.as_str())
}
