//! Looking at single people without keeping them: for trials, which leave no trace.

use tokio::sync::mpsc;

use super::{Error, PAGES_WAITING, Reader};
use crate::source::{Goal, Page, Presence};
use crate::store::people::Kept;

impl Reader<'_> {
    /// Asks for a person by key or name, in scope or not; everybody who is called so, as they would be
    /// kept, by their keys.
    pub(in crate::sync) async fn look(&self, name: &str) -> Result<Vec<Kept>, Error> {
        let (sender, pages) = mpsc::channel::<Page>(PAGES_WAITING);
        let look = async {
            let mut pages = pages;
            let mut projector = self.projector()?;
            let mut found: Vec<Kept> = Vec::new();
            while let Some(page) = pages.recv().await {
                let here = page.people.iter();
                for person in here.filter(|person| person.presence != Presence::Gone) {
                    match self.project(&mut projector, person) {
                        Ok(kept) => {
                            // The same person again is the newer one.
                            found.retain(|known| known.key != kept.key);
                            found.push(kept);
                        }
                        Err(error) => self.trouble(&person.key, &error),
                    }
                }
            }
            found.sort_unstable_by(|a, b| a.key.cmp(&b.key));
            Ok::<_, Error>(found)
        };
        let conversation = self.converse(Goal::People(vec![name.to_owned()]), &[], sender);
        let (completion, found) = tokio::join!(conversation, look);
        let found = found?;
        completion.map_err(Error::Source)?;
        Ok(found)
    }
}
