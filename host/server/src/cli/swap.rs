//! `plugin swap`, `plugin rollback`, `connector accept`, and what an approved change came to.

use serde_json::json;

use super::out::{GOOD, WARN, paint};
use super::{Exit, Outcome, Shell, plan};
use crate::fault::Failure;
use crate::service::{Answer, Service};

pub(super) async fn swap(shell: &Shell, plugin: &str) -> Outcome {
    let answer = service(shell)?.swap(plugin).await?;
    answered(shell, answer).await
}

pub(super) async fn roll_back(shell: &Shell, plugin: &str) -> Outcome {
    let answer = service(shell)?
        .roll_back(plugin, "somebody rolled it back")
        .await?;
    answered(shell, answer).await
}

pub(super) async fn accept(shell: &Shell, connector: &str) -> Outcome {
    let answer = service(shell)?.accept(connector).await?;
    answered(shell, answer).await
}

/// Tells what came of an order to the service.
pub(super) async fn answered(shell: &Shell, answer: Answer) -> Outcome {
    let out = &shell.out;
    match answer {
        Answer::Same { digest } => {
            out.say(format!("{digest} runs already"));
            if out.json {
                out.json(&json!({ "state": "same", "digest": digest }));
            }
            Ok(Exit::Good)
        }
        Answer::Waits { digest, reasons } => {
            if out.json {
                out.json(&json!({ "state": "waiting", "digest": digest, "reasons": reasons }));
            }
            out.say(format!("{} {digest} waits:", paint(WARN, "held")));
            for reason in &reasons {
                out.say(format!("  {reason}"));
            }
            out.say(format!("Approve it with: attune approve {digest}"));
            Ok(Exit::Held)
        }
        Answer::InUse {
            kind,
            name,
            digest,
            done,
        } => {
            out.say(format!("{} {kind} {name}: {digest}", paint(GOOD, "in use")));
            if out.json {
                let runs: Vec<_> = done.iter().map(|done| &done.report).collect();
                out.json(&json!({
                    "state": "in-use", "kind": kind, "name": name, "digest": digest, "runs": runs,
                }));
            }
            let mut exit = Exit::Good;
            for done in done {
                if !out.json {
                    plan::show(out, &done, None).await?;
                }
                if let Some(stage) = done.stage {
                    stage.finish().await;
                }
                if done
                    .report
                    .targets
                    .values()
                    .any(|target| target.error.is_some())
                {
                    exit = Exit::Partly;
                }
            }
            Ok(exit)
        }
    }
}

fn service(shell: &Shell) -> Result<&Service, Failure> {
    shell.service.as_ref().ok_or_else(|| {
        let message = "no service runs on this data directory";
        Failure::of("no-service", message)
    })
}
