//! Asking both ends of a connector file that is still being written.
//!
//! Such a text names a secret and an address, and the one is sent to the other, although no file says so
//! later: that is why looking is an act here.

use super::Actor;
use crate::fault::Failure;
use crate::mapping::{Suggested, Unsaved};
use crate::sync::{CheckLine, FoundPerson, Sought, Trial};

/// Who is looked for at the source of a text.
#[derive(Debug, Clone)]
pub enum Whom {
    /// The first so many.
    First(u32),
    /// Whoever has this source key, user name or e-mail.
    Called(String),
}

impl Actor {
    /// Checks both ends, line by line.
    pub async fn check_unsaved(&self, name: &str, text: &str) -> Result<Vec<CheckLine>, Failure> {
        let unsaved = self.unsaved(name, text)?;
        let ends = unsaved.ends();
        let lines = self.service.apart(async move |service| {
            let host = service.pin().0;
            let mut lines = unsaved.check(&host).await?;
            // A server may say back what it was sent.
            for line in &mut lines {
                line.message = host.vault.redact(&line.message).into_owned();
            }
            Ok(lines)
        });
        let lines = lines.await;
        self.noted(("try-file", name, &ends), lines).await
    }

    /// Finds people.
    pub async fn people_unsaved(
        &self,
        name: &str,
        text: &str,
        whom: Whom,
    ) -> Result<Vec<FoundPerson>, Failure> {
        let unsaved = self.unsaved(name, text)?;
        let ends = unsaved.ends();
        let people = self.service.apart(async move |service| {
            let sought = match &whom {
                Whom::First(most) => Sought::First(*most),
                Whom::Called(name) => Sought::Called(name),
            };
            Ok(unsaved.people(&service.pin().0, sought).await?)
        });
        let people = people.await;
        self.noted(("try-file", name, &ends), people).await
    }

    /// Proposes rows by what so many people have.
    pub async fn suggest_unsaved(
        &self,
        name: &str,
        text: &str,
        people: u32,
    ) -> Result<Suggested, Failure> {
        let unsaved = self.unsaved(name, text)?;
        let ends = unsaved.ends();
        let suggested = self
            .service
            .apart(async move |service| Ok(unsaved.suggestions(&service.pin().0, people).await?));
        let suggested = suggested.await;
        self.noted(("try-file", name, &ends), suggested).await
    }

    /// What the rows make of somebody.
    pub async fn trial_unsaved(
        &self,
        name: &str,
        text: &str,
        person: &str,
    ) -> Result<Trial, Failure> {
        let unsaved = self.unsaved(name, text)?;
        let (ends, person) = (unsaved.ends(), person.to_owned());
        let trial = self
            .service
            .apart(async move |service| Ok(unsaved.trial(&service.pin().0, &person).await?));
        let trial = trial.await;
        self.noted(("try-file", name, &ends), trial).await
    }

    fn unsaved(&self, name: &str, text: &str) -> Result<Unsaved, Failure> {
        let folder = &self.service.options().connectors_dir;
        Ok(Unsaved::new(folder, name, text)?)
    }
}
