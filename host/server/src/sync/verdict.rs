//! The verdict on a whole plan: its digest, and whether a guard holds it.
//!
//! Nothing has been written when this is called. A held plan is kept with its digest, so that
//! exactly it can be approved.

use attune_core::guard::{self, Bases};
use attune_core::plan::{DigestWriter, Head, How, Report, SourceRead, State};

use super::counts::{self, Breakdown, Counter};
use super::lanes::Lane;
use super::tally::Tally;
use super::walk::Reading;
use super::{Error, Mode, Run, plan_file};
use crate::store::plans::StagedPlan;
use crate::store::stage::{Stage, StageMeta, StagedRow};

/// Rows read from a stage at once.
const PAGE_ROWS: u32 = 512;

/// Names, judges and keeps a plan.
pub(super) async fn close(
    run: &Run<'_>,
    stage: &Stage,
    tally: Tally,
    lanes: &[Lane],
    (reading, source): (&Reading, SourceRead),
) -> Result<StageMeta, Error> {
    run.host.store.check_lease().await?;
    stage.sort().await?;
    let guards = if run.order.is_guarded() {
        let bases = bases(run, &tally, reading).await?;
        guard::check(&run.pinned.connector.guard, &tally.counts, &bases)
    } else {
        Vec::new()
    };
    let is_held = guards.iter().any(|line| line.held);
    let state = match (is_held, tally.summary.changes) {
        (true, _) => State::Held,
        (false, 0) => State::Nothing,
        (false, _) => State::Planned,
    };
    let mut lines = tally.targets;
    for (target, lane) in run.pinned.targets.iter().zip(lanes) {
        if let Some(line) = lines.get_mut(&target.spec.name) {
            line.error.clone_from(&lane.error);
        }
    }
    let now = jiff::Timestamp::from_millisecond(run.now_ms);
    let mut meta = StageMeta {
        targets: run
            .pinned
            .targets
            .iter()
            .map(|target| target.spec.name.clone())
            .collect(),
        fields: run.pinned.fields.clone(),
        report: Report {
            connector: run.pinned.connector.name.clone(),
            id: run.pinned.connector.id.clone(),
            revision: run.pinned.revision.clone(),
            digest: String::new(),
            generations: run.pinned.generations.clone(),
            now: now.map(|now| now.to_string()).unwrap_or_default(),
            repeatable: !tally.is_unrepeatable,
            run: run.order.writes.then(|| run.id.clone()),
            state,
            source: Some(source),
            summary: tally.summary,
            targets: lines,
            changes: Vec::new(),
            problems: tally.problems,
            guards,
        },
    };
    let (digest, counts) = digest(run, stage, &meta).await?;
    meta.report.digest = digest;
    counts::keep(stage, &counts).await?;
    stage.close(&meta).await?;
    if !matches!(run.order.mode, Mode::Sample(_)) {
        keep(run, stage, &meta).await?;
    }
    Ok(meta)
}

async fn bases(run: &Run<'_>, tally: &Tally, reading: &Reading) -> Result<Bases, Error> {
    let store = &run.host.store;
    let connector = &run.pinned.connector.id;
    let ledger_values = store.managed_values(connector).await?;
    if matches!(reading.how, How::Changes | How::Kept) {
        // What some may undergo is a share of everybody all the same, and nobody left.
        let places: Vec<_> = run.pinned.targets.iter().map(|t| run.place(t)).collect();
        let (people, matched) = store.known_count(run.since(), &places).await?;
        return Ok(Bases {
            matched: matched.max(tally.people_matched),
            in_scope: people.max(tally.summary.people),
            ledger_values,
            last_listing: None,
            missing: 0,
            emptied: None,
        });
    }
    let (last_listing, missing) = match &reading.before {
        // Nobody is met again under their old key: what can be compared is how many there are.
        Some((people, _)) if run.takes_over => {
            (Some(*people), people.saturating_sub(reading.count))
        }
        Some((people, listing)) => (
            Some(*people),
            store.missing_count(connector, listing, &run.id).await?,
        ),
        None => (None, 0),
    };
    Ok(Bases {
        matched: tally.people_matched,
        in_scope: tally.summary.people,
        ledger_values,
        last_listing,
        missing,
        emptied: tally.fills.emptied.clone(),
    })
}

/// What a plan is called, SHA-256 over all its changes and what they depend on; and what it comes to.
pub(super) async fn digest(
    run: &Run<'_>,
    stage: &Stage,
    meta: &StageMeta,
) -> Result<(String, Breakdown), Error> {
    let mut counter = Counter::default();
    let mut writer = DigestWriter::new(&Head {
        connector: &run.pinned.connector.id,
        revision: &run.pinned.revision,
        generations: &run.pinned.generations,
        now_ms: run.now_ms,
    });
    let mut rows = stage.whole_rows((0, ""), PAGE_ROWS).await?;
    while let Some(last) = rows.last() {
        let after = (last.target, last.account.as_str());
        let (next, done) = tokio::join!(stage.whole_rows(after, PAGE_ROWS), async {
            add_rows((&mut writer, &mut counter), meta, &rows)
        });
        done?;
        rows = next?;
    }
    Ok((writer.finish(), counter.finish()))
}

fn add_rows(
    (writer, counter): (&mut DigestWriter, &mut Counter),
    meta: &StageMeta,
    rows: &[StagedRow],
) -> Result<(), Error> {
    let changes = rows.iter().flat_map(|row| {
        let changes = row.packed.changes.iter();
        changes.map(move |packed| plan_file::unpack(meta, row, packed))
    });
    for change in changes {
        let added = writer.change(&change);
        added.map_err(|error| Error::PlanFile(error.to_string()))?;
        counter.add(change);
    }
    Ok(())
}

pub(super) async fn keep(run: &Run<'_>, stage: &Stage, meta: &StageMeta) -> Result<(), Error> {
    let state = if meta.report.state == State::Held {
        "held"
    } else {
        "planned"
    };
    let plan = StagedPlan {
        digest: meta.report.digest.clone(),
        connector: run.pinned.connector.id.clone(),
        run: run.id.clone(),
        revision: run.pinned.revision.clone(),
        file: stage.file_name(),
        state: state.to_owned(),
        created_ms: run.now_ms,
    };
    run.host.store.save_plan(&plan).await?;
    Ok(())
}
