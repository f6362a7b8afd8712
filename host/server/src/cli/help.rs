//! `help`: what a code means and what to do.

use super::out::{Out, TITLE, paint};
use super::{Exit, Outcome, report};
use crate::fault::{self, Failure};
use crate::settings::nearest;

pub(super) fn run(out: &Out, code: Option<&str>) -> Outcome {
    let Some(code) = code else {
        let mut table = report::plain();
        table.set_header(["code", "what it means"]);
        for entry in fault::all() {
            table.add_row([entry.code, entry.summary]);
        }
        out.data(table.to_string());
        out.say("\nCommands: attune --help");
        return Ok(Exit::Good);
    };
    let Some(entry) = fault::find(code) else {
        let failure = Failure::of("usage", format!("there is no code `{code}`"));
        let near = nearest(code, fault::all().map(|entry| entry.code));
        return Err(match near {
            Some(near) => failure.hint(format!("did you mean {near}?")),
            None => failure.hint("attune help lists all codes"),
        });
    };
    if out.json {
        out.json(&serde_json::json!({
            "code": entry.code, "summary": entry.summary, "remedy": entry.remedy,
        }));
        return Ok(Exit::Good);
    }
    out.data(paint(TITLE, entry.code));
    out.data(format!("what  {}", entry.summary));
    out.data(format!("do    {}", entry.remedy));
    Ok(Exit::Good)
}
