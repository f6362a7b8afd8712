//! `backup create`, `backup verify`, `backup restore`.

use std::path::Path;

use serde_json::json;

use super::args::BackupCommand;
use super::out::{GOOD, paint};
use super::{Exit, Outcome, Shell, report};
use crate::backup::{self, Manifest};
use crate::clock::{Clock as _, SystemClock};
use crate::fault::Failure;

pub(super) async fn run(shell: &Shell, command: BackupCommand) -> Outcome {
    match command {
        BackupCommand::Create { file } => create(shell, &shell.path(&file)).await,
        BackupCommand::Verify { file } => {
            let manifest = tokio::task::block_in_place(|| backup::verify(&shell.path(&file)))?;
            tell(shell, ("whole", &manifest), &[]);
            Ok(Exit::Good)
        }
        BackupCommand::Restore { file, replace } => {
            restore(shell, &shell.path(&file), replace).await
        }
    }
}

async fn create(shell: &Shell, path: &Path) -> Outcome {
    let app = shell.app().await?;
    let from = backup::Kept {
        store: &app.host.store,
        connectors_dir: &shell.settings.connectors_dir,
        now: app.host.clock.now(),
    };
    let created = backup::create(from, path).await?;
    app.close().await;
    for note in &created.notes {
        shell.out.warn(note);
    }
    tell(shell, ("created", &created.manifest), &[]);
    shell
        .out
        .say("It holds people's attributes, and no secrets: those stay where the connector files name them.");
    Ok(Exit::Good)
}

async fn restore(shell: &Shell, path: &Path, replaces: bool) -> Outcome {
    let settings = &shell.settings;
    if settings.database != settings.data_dir.join("attune.db") {
        let message = "a backup is restored where the database is in the data directory";
        return Err(Failure::of("usage", message).hint("leave database-url out"));
    }
    let to = backup::To {
        data_dir: &settings.data_dir,
        connectors_dir: &settings.connectors_dir,
        replaces,
        now: SystemClock::new().now(),
    };
    let restored = backup::restore(path, to).await?;
    let connectors = restored.connectors.display().to_string();
    let mut places = vec![("connectors", connectors)];
    if let Some(aside) = &restored.aside {
        places.push(("before", aside.display().to_string()));
    }
    tell(shell, ("restored", &restored.manifest), &places);
    shell
        .out
        .say("The next run of each connector reads every account again: attune sync NAME");
    Ok(Exit::Good)
}

fn tell(shell: &Shell, (word, manifest): (&str, &Manifest), places: &[(&str, String)]) {
    let out = &shell.out;
    let bytes: u64 = manifest.parts.iter().map(|part| part.bytes).sum();
    if out.json {
        let mut document = json!({
            "state": word,
            "attune": manifest.attune,
            "schema": manifest.schema,
            "created": manifest.created,
            "parts": manifest.parts.len(),
            "bytes": bytes,
        });
        if let Some(members) = document.as_object_mut() {
            members.extend(
                places
                    .iter()
                    .map(|(name, place)| ((*name).to_owned(), json!(place))),
            );
        }
        out.json(&document);
        return;
    }
    out.data(format!(
        "{}: {} parts, {} bytes, made by attune {} at {}",
        paint(GOOD, word),
        manifest.parts.len(),
        report::grouped(bytes),
        manifest.attune,
        manifest.created
    ));
    for (name, place) in places {
        out.data(format!("{name}: {place}"));
    }
}
