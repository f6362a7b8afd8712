//! The commands for plugin authors: parse, call the kit, render.
//!
//! None of them touches the data directory, and none is done by a running service. Deliberately not
//! here: what a check or a build is (`crate::kit`).

mod call;
mod native;
mod sign;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use attune_core::plain::{visible, visible_json};
use attune_wasm::trial::Trial;
use attune_wasm::{Engine, Kind, Limits, Options};
use serde_json::json;

use super::args::kit::{Build, KindWord, LanguageWord, New, Test, Torture, Watch};
use super::out::{BAD, FAINT, GOOD, TITLE, WARN, paint};
use super::{Exit, Outcome, Shell, report};
use crate::app;
use crate::fault::Failure;
use crate::kit::{
    self, Built, Changes, Checked, Finding, Language, Project, Report, Signer, Verdict,
};

/// How often sources are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// How long one function is measured.
const MEASURE_FOR: Duration = Duration::from_millis(400);

/// A build that was opened, and where it lies.
struct Opened {
    file: PathBuf,
    trial: Trial,
}

/// The sandbox of a host with these settings, that keeps nothing; a script engine may come in.
fn engine(shell: &Shell) -> Result<Engine, Failure> {
    let limits = app::plugin_limits(&shell.settings);
    let file_bytes = limits.file_bytes.max(Limits::FILE_BYTES_SCRIPT);
    Ok(Engine::new(Options {
        cache_dir: None,
        limits: Limits {
            file_bytes,
            ..limits
        },
    })?)
}

fn open(engine: &Engine, path: &Path) -> Result<Opened, Failure> {
    let file = kit::component(path)?;
    let trial = Trial::open(engine, &bytes(&file)?)?;
    Ok(Opened { file, trial })
}

fn bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file)
        .map_err(|error| Failure::of("usage", format!("cannot read {}: {error}", file.display())))
}

pub(super) use call::run;
pub(super) use sign::{key, pack};

pub(super) fn new(shell: &Shell, args: &New) -> Outcome {
    let dir = args
        .dir
        .clone()
        .unwrap_or_else(|| PathBuf::from(&args.name));
    let new = kit::New {
        name: &args.name,
        kind: match args.kind {
            KindWord::Transform => Kind::Transform,
            KindWord::Provider => Kind::Provider,
        },
        language: match args.lang {
            LanguageWord::Rust => Language::Rust,
            LanguageWord::Js => Language::JavaScript,
            LanguageWord::Python => Language::Python,
        },
    };
    let written = kit::create(&dir, new)?;
    let out = &shell.out;
    if out.json {
        out.json(&json!({ "plugin": args.name, "dir": dir, "files": written }));
        return Ok(Exit::Good);
    }
    let place = dir.display();
    out.data(format!(
        "{} {place}: {} files",
        paint(GOOD, "made"),
        written.len()
    ));
    out.data(format!("next: attune plugin build {place}"));
    out.data(format!("      attune plugin test {place}"));
    Ok(Exit::Good)
}

pub(super) fn build(shell: &Shell, args: &Build) -> Outcome {
    let project = Project::find(&args.dir)?;
    let built = kit::build(&project, args.out.as_deref(), &engine(shell)?)?;
    let out = &shell.out;
    if out.json {
        out.json(&json!({
            "plugin": built.id, "file": built.path, "bytes": built.bytes,
            "seconds": built.took.as_secs_f64(),
        }));
        return Ok(Exit::Good);
    }
    out.data(format!(
        "{} {} ({} KiB, {:.1} s)",
        paint(GOOD, "built"),
        built.path.display(),
        built.bytes.div_ceil(1024),
        built.took.as_secs_f64()
    ));
    Ok(Exit::Good)
}

pub(super) fn check(shell: &Shell, path: &Path) -> Outcome {
    let bytes = bytes(&kit::component(path)?)?;
    let most = app::plugin_limits(&shell.settings).file_bytes;
    let findings = kit::check(&engine(shell)?, &bytes, most);
    if shell.out.json {
        shell.out.json(&findings);
    } else {
        for finding in &findings {
            tell(shell, finding);
        }
    }
    Ok(partly(
        findings.iter().all(|one| one.verdict != Verdict::Wrong),
    ))
}

fn tell(shell: &Shell, finding: &Finding) {
    let word = match finding.verdict {
        Verdict::Ok => paint(GOOD, "ok   "),
        Verdict::Note => paint(WARN, "note "),
        Verdict::Wrong => paint(BAD, "wrong"),
    };
    let mut line = format!(
        "{word} {}: {}",
        visible(&finding.name),
        visible(&finding.message)
    );
    if !finding.fix.is_empty() {
        line.push_str(&paint(FAINT, format!(" ({})", visible(&finding.fix))));
    }
    shell.out.data(line);
}

fn partly(is_good: bool) -> Exit {
    if is_good { Exit::Good } else { Exit::Partly }
}

pub(super) fn test(shell: &Shell, args: &Test) -> Outcome {
    let engine = engine(shell)?;
    let Opened { file, trial } = if args.no_build {
        open(&engine, &args.dir)?
    } else {
        let built = kit::build(&Project::find(&args.dir)?, None, &engine)?;
        Opened {
            file: built.path,
            trial: built.trial,
        }
    };
    if trial.plugin().kind() == Kind::Provider {
        return native::test(shell, trial.plugin().id(), args);
    }
    let (checked, changed) = tested(&trial, &file, &args.dir, args.update)?;
    let out = &shell.out;
    if out.json {
        out.json(&checked);
    } else {
        for one in &checked {
            tell_case(shell, one, args.update);
        }
        let good = checked.iter().filter(|one| one.ok).count();
        out.data(format!(
            "{good} of {} cases came out as written",
            checked.len()
        ));
        if changed > 0 {
            out.data(format!(
                "{} {changed} outputs were written",
                paint(WARN, "updated")
            ));
        }
    }
    let is_settled = |one: &Checked| one.ok || (args.update && is_updated(one));
    Ok(partly(checked.iter().all(is_settled)))
}

/// The manifest's examples and the project's cases, of a transform; how many outputs were written.
fn tested(
    trial: &Trial,
    file: &Path,
    dir: &Path,
    update: bool,
) -> Result<(Vec<Checked>, usize), Failure> {
    let mut all = kit::example_cases(trial, file)?;
    let mut changed = 0;
    for cases in kit::in_folder(dir)? {
        let checked = cases.run(trial, file)?;
        if update {
            changed += cases.update(&checked)?;
        }
        all.extend(checked);
    }
    Ok((all, changed))
}

/// Whether an update wrote its output: an example of the manifest stands in the sources.
fn is_updated(one: &Checked) -> bool {
    one.actual.is_some() && one.file != kit::MANIFEST
}

fn tell_case(shell: &Shell, one: &Checked, update: bool) {
    if one.ok {
        return;
    }
    let out = &shell.out;
    let word = if update && is_updated(one) {
        paint(WARN, "updated")
    } else {
        paint(BAD, "differs")
    };
    out.data(format!(
        "{word} {}: {}",
        visible(&one.file),
        visible(&one.name)
    ));
    if let Some(actual) = &one.actual {
        let expected = one.expected.as_deref().unwrap_or("nothing is written yet");
        out.data(format!("  - {}", visible(expected)));
        out.data(format!("  + {}", visible(actual)));
    }
    if let Some(report) = &one.report {
        tell_report(shell, report);
    }
}

fn tell_report(shell: &Shell, report: &Report) {
    let out = &shell.out;
    out.data(format!(
        "  {} {}",
        paint(BAD, &report.code),
        visible(&report.message)
    ));
    if let Some(place) = &report.place {
        out.data(format!("  at      {}", visible(place)));
    }
    if let Some(said) = &report.said {
        out.data(format!("  said    {}", visible(said)));
    }
    if !report.hint.is_empty() {
        out.data(format!("  try     {}", visible(&report.hint)));
    }
    if !report.replay.is_empty() {
        out.data(format!("  again   {}", visible_json(&report.replay)));
    }
}

pub(super) fn docs(shell: &Shell, name: Option<&str>) -> Outcome {
    let is_build = |path: &Path| path.is_dir() || path.extension().is_some_and(|end| end == "wasm");
    let is_file = name.is_some_and(|name| is_build(Path::new(name)));
    let mut pages = Vec::new();
    if let (Some(name), true) = (name, is_file) {
        let opened = open(&engine(shell)?, Path::new(name))?;
        pages.push(kit::markdown(opened.trial.plugin())?);
    } else {
        let plugins = app::plugins(&shell.settings)?.snapshot();
        let ids: Vec<String> = match name {
            Some(name) => vec![name.to_owned()],
            None => plugins
                .entries()
                .map(|entry| entry.id().to_owned())
                .collect(),
        };
        for id in ids {
            pages.push(kit::markdown(&plugins.plugin(&id)?)?);
        }
    }
    if shell.out.json {
        shell.out.json(&pages);
    } else {
        shell.out.data(pages.join("\n").trim_end());
    }
    Ok(Exit::Good)
}

pub(super) fn torture(shell: &Shell, args: &Torture) -> Outcome {
    let Opened { file, trial } = open(&engine(shell)?, &args.path)?;
    let kind = trial.plugin().kind();
    if kind == Kind::Provider {
        let message = format!(
            "`{}` is a provider; only transforms are tried",
            trial.plugin().id()
        );
        return Err(Failure::of("plugin-kind", message));
    }
    let seed = args.seed.unwrap_or_else(|| rand::random::<u32>().into());
    let out = &shell.out;
    out.say(format!("seed {seed}"));
    let tortured = kit::torture(&trial, &file, seed, Duration::from_secs(args.seconds));
    if out.json {
        out.json(&tortured);
    } else {
        tortured
            .reports
            .iter()
            .for_each(|one| tell_report(shell, one));
        let word = if tortured.reports.is_empty() {
            paint(GOOD, "ok")
        } else {
            paint(BAD, format!("{} reports", tortured.reports.len()))
        };
        out.data(format!(
            "{word}: {} functions with options, {} rows, each alone and in company",
            tortured.steps, tortured.values
        ));
        if !tortured.reports.is_empty() {
            let path = args.path.display();
            out.data(format!("again: attune plugin torture {path} --seed {seed}"));
        }
    }
    Ok(partly(tortured.reports.is_empty()))
}

pub(super) fn bench(shell: &Shell, path: &Path) -> Outcome {
    let opened = open(&engine(shell)?, path)?;
    let measured = kit::bench(&opened.trial, MEASURE_FOR)?;
    if shell.out.json {
        shell.out.json(&measured);
        return Ok(Exit::Good);
    }
    let mut table = report::plain();
    table.set_header(["function", "a value", "a native copy", "options"]);
    for one in measured {
        table.add_row([
            one.function,
            format!("{:.0} ns", one.nanoseconds),
            format!("{:.0} ns", one.copy_nanoseconds),
            visible(&one.options.to_string()).into_owned(),
        ]);
    }
    shell.out.data(table.to_string());
    Ok(Exit::Good)
}

pub(super) async fn watch(shell: &Shell, args: &Watch) -> Outcome {
    let project = Project::find(&args.dir)?;
    if let Some(into) = args.into.as_deref().filter(|into| !into.is_dir()) {
        let message = format!("{} is no folder", into.display());
        return Err(Failure::of("usage", message));
    }
    let signer = sign::signer(shell, args.key.as_deref(), &args.password)?;
    let engine = engine(shell)?;
    let mut changes = Changes::of(project.clone());
    loop {
        if let Some(path) = changes.look() {
            shell.out.data(paint(TITLE, path.display()));
            let round =
                crate::compute::here(|| round(shell, &engine, &project, args, signer.as_ref()));
            let is_good = match round {
                Ok(is_good) => is_good,
                Err(failure) if args.once => return Err(failure),
                Err(failure) => {
                    super::print_failure(&shell.out, &failure);
                    false
                }
            };
            if args.once {
                return Ok(partly(is_good));
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Build, check, test, hand over; each stage with its time, and none after one that failed.
fn round(
    shell: &Shell,
    engine: &Engine,
    project: &Project,
    args: &Watch,
    signer: Option<&Signer>,
) -> Result<bool, Failure> {
    let stage = |name: &str, begun: Instant, is_good: bool, what: &str| {
        let word = if is_good {
            paint(GOOD, name)
        } else {
            paint(BAD, name)
        };
        let ms = begun.elapsed().as_millis();
        shell.out.data(format!(
            "{word} {what} {}",
            paint(FAINT, format!("{ms} ms"))
        ));
    };
    let begun = Instant::now();
    let built = kit::build(project, None, engine)?;
    stage("built", begun, true, &built.path.display().to_string());
    let begun = Instant::now();
    let most = app::plugin_limits(&shell.settings).file_bytes;
    let findings = kit::check_opened(&built.trial, built.bytes, most);
    let wrong = findings.iter().filter(|one| one.verdict == Verdict::Wrong);
    let wrong: Vec<&Finding> = wrong.collect();
    stage(
        "checked",
        begun,
        wrong.is_empty(),
        &format!("{} findings", wrong.len()),
    );
    if !wrong.is_empty() {
        for one in &wrong {
            tell(shell, one);
        }
        return Ok(false);
    }
    let begun = Instant::now();
    let (is_good, what, checked) = judged(shell, &built, &project.dir)?;
    stage("tested", begun, is_good, &what);
    for one in &checked {
        tell_case(shell, one, false);
    }
    if let (Some(into), true) = (&args.into, is_good) {
        let begun = Instant::now();
        let path = kit::hand_over(&built.path, &built.id, into, sign::now(signer))?;
        let done = match signer {
            Some(_) => "signed and handed over",
            None => "handed over",
        };
        stage(done, begun, true, &path.display().to_string());
    }
    Ok(is_good)
}

/// Whether the tests of a build pass, what was run in a few words, and the cases among it.
fn judged(
    shell: &Shell,
    built: &Built,
    dir: &Path,
) -> Result<(bool, String, Vec<Checked>), Failure> {
    if built.trial.plugin().kind() == Kind::Provider {
        let is_good = native::passes(shell, &built.id, dir)?;
        return Ok((is_good, "by cargo test".to_owned(), Vec::new()));
    }
    let (checked, _) = tested(&built.trial, &built.path, dir, false)?;
    let good = checked.iter().filter(|one| one.ok).count();
    let what = format!("{good} of {} cases", checked.len());
    Ok((good == checked.len(), what, checked))
}
