//! Taking a picture back: only where the account still shows the one that the run put there.
//!
//! The product's own picture can always be shown again. One of ours can where its bytes are still
//! kept, in a plan that nobody wrote; somebody else's never, because no product gives pictures back.

use std::collections::HashMap;
use std::path::PathBuf;

use attune_core::Problem;

use super::super::lanes::Lane;
use super::super::pin::PinnedTarget;
use super::super::{Error, Run};
use super::described;
use crate::store::journal::FieldChange;
use crate::store::stage::Stage;
use crate::store::stage::pictures::{Pictured, What};
use crate::target::{self, AccountRef};

/// What can be done about one picture.
pub(in crate::sync) enum Taken {
    /// It is put back by this.
    Back(Pictured),
    /// It is back already.
    There,
    /// It is left as it is.
    Left(Problem),
    /// The whole target cannot be asked.
    Down(Problem),
}

/// Pictures whose bytes are kept, by hash: the plan that has them.
#[derive(Default)]
pub(in crate::sync) struct Images {
    known: Option<HashMap<String, PathBuf>>,
}

impl Images {
    /// Copies a picture into a stage; false where nobody has its bytes any more.
    async fn copy(&mut self, run: &Run<'_>, hash: &str, stage: &Stage) -> Result<bool, Error> {
        let known = match self.known.take() {
            Some(known) => known,
            None => look(run).await?,
        };
        let path = known.get(hash).cloned();
        self.known = Some(known);
        let Some(path) = path else {
            return Ok(false);
        };
        let made_with = Stage::open(&path).await?;
        let bytes = made_with.image(hash).await?;
        made_with.finish().await;
        let Some(bytes) = bytes else {
            return Ok(false);
        };
        stage.keep_image(hash, &bytes).await?;
        Ok(true)
    }
}

async fn look(run: &Run<'_>) -> Result<HashMap<String, PathBuf>, Error> {
    let store = &run.host.store;
    let mut known = HashMap::new();
    for file in store.unwritten_plans(&run.pinned.connector.id).await? {
        let path = store.data_dir().join("plans").join(file);
        if !path.is_file() {
            continue;
        }
        let stage = Stage::open(&path).await?;
        for hash in stage.image_hashes().await? {
            known.entry(hash).or_insert_with(|| path.clone());
        }
        stage.finish().await;
    }
    Ok(known)
}

/// What can be done about the picture of an account; its bytes are in the stage afterwards.
pub(in crate::sync) async fn take_back(
    run: &Run<'_>,
    (lane, target, stage): (&Lane, &PinnedTarget, &Stage),
    images: &mut Images,
    mut row: Pictured,
    change: &FieldChange,
) -> Result<Taken, Error> {
    let accounts = [row.account.clone()];
    let portraits = run.host.store.portraits(&target.site, &accounts).await?;
    let account = AccountRef {
        key: row.account.clone(),
        username: row.username.clone(),
    };
    let shown = match lane.client.portrait(&account).await {
        Ok(shown) => described(&shown, portraits.get(&row.account)),
        Err(target::Error::Target { problem }) => return Ok(Taken::Down(problem)),
        Err(target::Error::Gone) => {
            let gone = Problem::new("account-gone", "the account does not exist any more");
            return Ok(Taken::Left(gone));
        }
        Err(error) => return Ok(Taken::Left(error.problem())),
    };
    if shown == change.before {
        return Ok(Taken::There);
    }
    if shown != change.after {
        let message = "the account shows another picture than the run put there; it is left";
        return Ok(Taken::Left(Problem::new("conflict", message)));
    }
    let is_kept = match &change.before {
        None => true,
        Some(hash) if hash.starts_with("sha256:") => images.copy(run, hash, stage).await?,
        Some(_) => false,
    };
    if !is_kept {
        let message = "the picture that was there before is not kept anywhere";
        return Ok(Taken::Left(Problem::new("not-undoable", message)));
    }
    row.what = What::Write;
    row.before = shown;
    row.after = change.before.clone();
    Ok(Taken::Back(row))
}
