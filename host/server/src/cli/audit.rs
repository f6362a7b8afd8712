//! `audit`: who did what, and whether the log is as it was written.

use serde_json::json;

use super::args::Audit;
use super::out::{GOOD, paint};
use super::{Exit, Outcome, Shell, report};
use crate::fault::Failure;
use crate::view::audit::Act;
use crate::view::time;

pub(super) async fn run(shell: &Shell, args: Audit) -> Outcome {
    let since_ms = match &args.since {
        Some(text) => moment(text)?,
        None => i64::MIN,
    };
    let app = shell.app().await?;
    let store = &app.host.store;
    if args.verify {
        let verified = store.audit_verify().await?;
        app.close().await;
        if let Some(flaw) = verified.flaw {
            let message = format!("row {}: {}", flaw.sequence, flaw.what);
            return Err(Failure::of("audit-broken", message));
        }
        let (count, head) = (verified.count, &verified.head);
        if shell.out.json {
            let document = json!({ "state": "in-order", "count": count, "head": head });
            shell.out.json(&document);
            return Ok(Exit::Good);
        }
        shell.out.data(format!(
            "{}: {} rows, the last is {head}",
            paint(GOOD, "in order"),
            report::grouped(count.unsigned_abs())
        ));
        shell
            .out
            .say("Whoever may write this data directory can make another log: keep the last hash elsewhere.");
        return Ok(Exit::Good);
    }
    let entries = store.audit_log(args.limit, since_ms).await?;
    app.close().await;
    if shell.out.json {
        let entries: Vec<_> = entries.iter().map(Act::from).collect();
        shell.out.json(&entries);
        return Ok(Exit::Good);
    }
    let mut table = report::plain();
    table.set_header(["", "when", "who", "what", "object", "result", ""]);
    for entry in entries {
        table.add_row([
            entry.sequence.to_string(),
            time(entry.at_ms),
            entry.who,
            entry.what,
            entry.object,
            entry.result,
            entry.detail,
        ]);
    }
    shell.out.data(table.to_string());
    Ok(Exit::Good)
}

/// A time of RFC 3339, or the beginning of a day in UTC.
fn moment(text: &str) -> Result<i64, Failure> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(time.as_millisecond());
    }
    let day = text.parse::<jiff::civil::Date>().ok();
    let day = day.and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok());
    day.map(|day| day.timestamp().as_millisecond())
        .ok_or_else(|| {
            let message = format!("`{text}` is no time");
            let hint = "write 2026-11-22 or 2026-11-22T08:30:00Z";
            Failure::of("usage", message).hint(hint)
        })
}
