//! `connector pin`: whose values stand beside the rows of a connector's previews.

use attune_core::plain::visible;

use super::args::Pin;
use super::{Exit, Outcome, Shell};
use crate::act::{Pinned, no_place};
use crate::fault::Failure;
use crate::view;

pub(super) async fn run(shell: &Shell, args: Pin) -> Outcome {
    let loaded = shell.connector(&args.connector)?;
    let (id, name) = (&loaded.connector.id, &loaded.connector.name);
    let app = shell.app().await?;
    let store = &app.host.store;
    if let Some(user) = &args.user {
        let before = store.pinned(id).await?;
        // Who is pinned may be gone from everywhere else.
        let key = if args.off && before.contains(user) {
            user.clone()
        } else {
            view::history::person(store, id, user).await?
        };
        if args.off {
            if !store.unpin(id, &key).await? {
                let message = format!("`{}` is not pinned in `{name}`", visible(user));
                return Err(Failure::of("nothing-waits", message));
            }
        } else if !store
            .pin(id, &key, app.host.clock.now().as_millisecond())
            .await?
        {
            return Err(no_place(name));
        }
    }
    let pinned = Pinned {
        people: store.pinned(id).await?,
        connector: id.clone(),
    };
    app.close().await;
    if shell.out.json {
        shell.out.json(&pinned);
    } else if pinned.people.is_empty() {
        shell
            .out
            .data("nobody is pinned: previews show the first people");
    } else {
        for key in &pinned.people {
            shell.out.data(visible(key));
        }
    }
    Ok(Exit::Good)
}
