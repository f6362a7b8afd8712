//! Plans as files: written by `plan --out`, read by `apply`.
//!
//! Up to 10,000 changes a file is one JSON document; above that it is one document a line, the
//! report first and then the changes. The digest is computed again when a file is read, so that
//! what is applied is what somebody looked at.

use std::collections::HashMap;
use std::io::{BufRead as _, Write as _};
use std::path::Path;

use attune_core::mapping::FieldKind;
use attune_core::plan::{self, Change, ChangeResult, DigestWriter, Head, Op, Report};

use super::Error;
use super::pin::Pinned;
use crate::store::stage::pictures::{Pictured, What};
use crate::store::stage::{Packed, Stage, StageMeta, StagedRow};

/// Above so many changes a plan file is one document a line.
pub const CHANGES_IN_JSON_MAX: u64 = 10_000;
/// Rows read from a stage at once.
const PAGE_ROWS: u32 = 256;

/// A plan that was read from a file, its digest checked.
#[derive(Debug)]
pub struct PlanFile {
    /// The plan, with all its changes.
    pub report: Report,
}

/// What the rows of a stage refer to, read once however many of them are looked at.
pub struct Legend {
    meta: StageMeta,
    notes: HashMap<(u16, String, u16), ChangeResult>,
    otherwise: Option<ChangeResult>,
}

impl Legend {
    /// That of a stage.
    pub async fn of(stage: &Stage) -> Result<Self, Error> {
        Ok(Self {
            meta: stage.meta().await?,
            notes: stage.notes().await?,
            otherwise: stage.is_written().await?.then_some(ChangeResult::Written),
        })
    }
}

/// The changes of a stage in digest order, at most `limit`.
pub async fn changes(stage: &Stage, limit: u64) -> Result<Vec<Change>, Error> {
    let mut found = Vec::new();
    each_change(stage, &mut |change| {
        found.push(change);
        (found.len() as u64) < limit
    })
    .await?;
    Ok(found)
}

/// The changes of the accounts after a place, at least `limit` of them where there are so many, and the
/// place where the next ones begin.
pub async fn changes_after(
    (stage, legend): (&Stage, &Legend),
    after: (u16, &str),
    limit: usize,
) -> Result<(Vec<Change>, Option<(u16, String)>), Error> {
    let mut found = Vec::new();
    let mut place = (after.0, after.1.to_owned());
    each_row((stage, legend), after, &mut |row: (u16, &str), changes| {
        found.extend(changes);
        place = (row.0, row.1.to_owned());
        found.len() < limit
    })
    .await?;
    let next = Some(place).filter(|_| found.len() >= limit);
    Ok((found, next))
}

/// Writes a report and its stage to a file.
pub async fn write(path: &Path, report: &Report, stage: &Stage) -> Result<(), Error> {
    let failed = |error: std::io::Error| {
        Error::PlanFile(format!("cannot write {}: {error}", path.display()))
    };
    let file = open_private(path).map_err(failed)?;
    file.set_len(0).map_err(failed)?;
    let mut out = std::io::BufWriter::new(file);
    let json = |error: serde_json::Error| failed(error.into());
    if report.summary.changes <= CHANGES_IN_JSON_MAX {
        let changes = changes(stage, CHANGES_IN_JSON_MAX).await?;
        let whole = Report {
            changes,
            ..report.clone()
        };
        serde_json::to_writer_pretty(&mut out, &whole).map_err(json)?;
        return out.flush().map_err(failed);
    }
    serde_json::to_writer(&mut out, report).map_err(json)?;
    let mut outcome = writeln!(out);
    each_change(stage, &mut |change| {
        let line = serde_json::to_writer(&mut out, &change).map_err(std::io::Error::from);
        outcome = line.and_then(|()| writeln!(out));
        outcome.is_ok()
    })
    .await?;
    outcome.and_then(|()| out.flush()).map_err(failed)
}

/// Makes sure that a plan can be written there, before anything else is done; what is there stays.
pub fn prepare(path: &Path) -> Result<(), Error> {
    let failed = |error| Error::PlanFile(format!("cannot write {}: {error}", path.display()));
    open_private(path).map(drop).map_err(failed)
}

/// Opens a file that, where it is new, only its owner can read: it holds people's attributes.
fn open_private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

impl PlanFile {
    /// Reads a plan file and checks its digest.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let wrong = |what: &dyn std::fmt::Display| {
            Error::PlanFile(format!("{} is not a plan: {what}", path.display()))
        };
        let text = std::fs::read(path)
            .map_err(|error| Error::PlanFile(format!("cannot read {}: {error}", path.display())))?;
        let mut report: Report = match serde_json::from_slice(&text) {
            Ok(report) => report,
            Err(_) => lines(&text).map_err(|error| wrong(&error))?,
        };
        report.changes.sort_by(plan::compare);
        let digest = digest(&report).map_err(|error| wrong(&error))?;
        if digest != report.digest {
            let what = format!(
                "its changes have the digest {digest}, it says {}",
                report.digest
            );
            return Err(wrong(&what));
        }
        Ok(Self { report })
    }

    /// A plan is only true of the connector, revision and plugins that it was made with.
    pub(super) fn check(&self, pinned: &Pinned) -> Result<(), Error> {
        let differs = if self.report.id != pinned.connector.id {
            format!(
                "it is a plan of the connector '{}', not of '{}'",
                self.report.id, pinned.connector.id
            )
        } else if self.report.revision != pinned.revision {
            "the connector was edited since this plan was made".to_owned()
        } else if self.report.generations != pinned.generations {
            "a plugin was replaced since this plan was made".to_owned()
        } else {
            return Ok(());
        };
        Err(Error::NoSuchPlan(differs))
    }

    /// Stages the plan, so that it is applied like any other.
    pub(super) async fn stage(&self, pinned: &Pinned, stage: &Stage) -> Result<StageMeta, Error> {
        let targets: Vec<String> = pinned
            .targets
            .iter()
            .map(|target| target.spec.name.clone())
            .collect();
        let mut fields = pinned.fields.clone();
        let mut rows: Vec<StagedRow> = Vec::new();
        let mut pictured = Vec::new();
        for change in &self.report.changes {
            let target = targets
                .iter()
                .position(|name| *name == change.target)
                .ok_or_else(|| {
                    let what = format!("target `{}` is not in the connector file", change.target);
                    Error::PlanFile(what)
                })? as u16;
            let field = attune_core::mapping::Field {
                kind: change.kind,
                name: change.field.clone(),
            };
            let known = fields.iter().position(|known| *known == field);
            let number = known.unwrap_or_else(|| {
                fields.push(field);
                fields.len() - 1
            }) as u16;
            if change.kind == FieldKind::Photo {
                pictured.push(picture(change, target, number));
                continue;
            }
            let packed = (number, change.before.clone(), change.after.clone());
            match rows.last_mut() {
                Some(row) if row.target == target && row.account == change.account => {
                    row.packed.changes.push(packed);
                }
                _ => rows.push(StagedRow {
                    target,
                    account: change.account.clone(),
                    username: String::new(),
                    person: change.person.clone(),
                    fingerprint: None,
                    packed: Packed {
                        changes: vec![packed],
                        ..Packed::default()
                    },
                }),
            }
        }
        stage.add(&rows).await?;
        stage.add_pictured(&pictured).await?;
        stage.sort().await?;
        let report = Report {
            changes: Vec::new(),
            problems: Vec::new(),
            ..self.report.clone()
        };
        let meta = StageMeta {
            targets,
            fields,
            report,
        };
        stage.close(&meta).await?;
        Ok(meta)
    }
}

/// A picture of a plan file; its bytes are with the plan that was staged when the file was made.
fn picture(change: &Change, target: u16, field: u16) -> Pictured {
    Pictured {
        target,
        account: change.account.clone(),
        username: String::new(),
        person: change.person.clone(),
        field,
        what: What::Write,
        before: change.before.clone(),
        after: change.after.clone(),
        // What the provider said then is not in the file: the next run asks again.
        mark: String::new(),
    }
}

fn lines(text: &[u8]) -> Result<Report, serde_json::Error> {
    let mut lines = text.lines();
    let first = lines
        .next()
        .transpose()
        .map_err(serde_json::Error::io)?
        .unwrap_or_default();
    let mut report: Report = serde_json::from_str(&first)?;
    for line in lines {
        let line = line.map_err(serde_json::Error::io)?;
        if !line.trim().is_empty() {
            report.changes.push(serde_json::from_str(&line)?);
        }
    }
    Ok(report)
}

fn digest(report: &Report) -> Result<String, String> {
    let now: jiff::Timestamp = report
        .now
        .parse()
        .map_err(|_| "its time is no time".to_owned())?;
    let mut writer = DigestWriter::new(&Head {
        connector: &report.id,
        revision: &report.revision,
        generations: &report.generations,
        now_ms: now.as_millisecond(),
    });
    for change in &report.changes {
        writer.change(change).map_err(|error| error.to_string())?;
    }
    Ok(writer.finish())
}

/// Calls `each` for every change in digest order until it answers false.
pub async fn each_change(
    stage: &Stage,
    each: &mut (dyn FnMut(Change) -> bool + Send),
) -> Result<(), Error> {
    let legend = Legend::of(stage).await?;
    each_row((stage, &legend), (0, ""), &mut |_, changes| {
        changes.into_iter().all(&mut *each)
    })
    .await
}

/// Target and account of a row, with its changes; whether to go on.
type EachRow<'e> = dyn FnMut((u16, &str), Vec<Change>) -> bool + Send + 'e;

/// Goes through the changes of one account after the other, as long as `each` says so.
async fn each_row(
    (stage, legend): (&Stage, &Legend),
    after: (u16, &str),
    each: &mut EachRow<'_>,
) -> Result<(), Error> {
    let mut after = (after.0, after.1.to_owned());
    loop {
        let rows = stage.whole_rows((after.0, &after.1), PAGE_ROWS).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = (last.target, last.account.clone());
        for row in rows {
            let changes = row.packed.changes.iter().map(|packed| {
                let mut change = unpack(&legend.meta, &row, packed);
                let key = (row.target, row.account.clone(), packed.0);
                change.result = legend.notes.get(&key).copied().or(legend.otherwise);
                change
            });
            if !each((row.target, &row.account), changes.collect()) {
                return Ok(());
            }
        }
    }
}

/// One change as people and programs read it.
pub(super) fn unpack(
    meta: &StageMeta,
    row: &StagedRow,
    packed: &crate::store::stage::PackedChange,
) -> Change {
    let field = meta.fields.get(usize::from(packed.0));
    Change {
        person: row.person.clone(),
        account: row.account.clone(),
        target: meta
            .targets
            .get(usize::from(row.target))
            .cloned()
            .unwrap_or_default(),
        kind: field.map_or(attune_core::mapping::FieldKind::Custom, |field| field.kind),
        field: field.map(|field| field.name.clone()).unwrap_or_default(),
        op: match (field.map(|field| field.kind), &packed.2) {
            (Some(FieldKind::Photo), _) => Op::Photo,
            (_, Some(_)) => Op::Set,
            (_, None) => Op::Clear,
        },
        before: packed.1.clone(),
        after: packed.2.clone(),
        result: None,
    }
}
