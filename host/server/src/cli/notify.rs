//! `notify test`: whether notices arrive.

use serde_json::json;

use super::out::{BAD, GOOD, paint};
use super::{Exit, Outcome, Shell};
use crate::fault::Failure;
use crate::notify::{self, Office};

pub(super) async fn test(shell: &Shell) -> Outcome {
    let app = shell.app().await?;
    let office = Office {
        store: &app.host.store,
        net: &app.host.net,
        vault: &app.host.vault,
        settings: &shell.settings.notify,
    };
    let told = notify::test(office, app.host.clock.now().as_millisecond()).await;
    app.close().await;
    if told.is_empty() {
        let message = "nobody is told anything: `[notify]` has no webhook and no mail";
        return Err(Failure::of("config", message).hint("write them into attune.toml"));
    }
    if shell.out.json {
        let ways: Vec<_> = told
            .iter()
            .map(|(way, sent)| json!({ "way": way, "error": sent.as_ref().err() }))
            .collect();
        shell.out.json(&ways);
    } else {
        for (way, sent) in &told {
            let state = match sent {
                Ok(()) => paint(GOOD, "arrived"),
                Err(why) => format!("{} {why}", paint(BAD, "failed:")),
            };
            shell.out.data(format!("{way}: {state}"));
        }
    }
    let has_failed = told.iter().any(|(_, sent)| sent.is_err());
    Ok(if has_failed { Exit::Partly } else { Exit::Good })
}
