//! A connector file that is still being written: its ends are checked, its people found, its rows proposed
//! and tried, before there is a file.
//!
//! A text may lack what comes later: a target, or the rows of one. Invariant: nothing is written and
//! nothing kept. Deliberately not here: whose text it is, and who may have it asked (`act`, `access`).

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::file::place;
use super::suggest::{self, Suggested, Suggestion};
use super::{Edit, Error, edited};
use crate::connector::{self, Product, SourceFile, load_as, said, source_of};
use crate::settings::SecretRef;
use crate::sync::{self, CheckLine, FoundPerson, Host, Sought, Subject, Trial};

/// A text that nobody has saved.
#[derive(Debug, Clone)]
pub struct Unsaved {
    path: PathBuf,
    text: String,
}

impl Unsaved {
    /// The text of the connector file that would have this name.
    pub fn new(folder: &Path, name: &str, text: &str) -> Result<Self, Error> {
        let (_, path) = place(folder, name)?;
        Ok(Self {
            path,
            text: text.to_owned(),
        })
    }

    /// The ends, line by line; of a text without target, the source alone.
    pub async fn check(&self, host: &Host) -> Result<Vec<CheckLine>, Error> {
        let said = said(&self.label(), &self.text).map_err(Error::Mistakes)?;
        let has_target = said.get("target").is_some();
        if !has_target {
            return Ok(sync::check_source(host, &self.source()?).await);
        }
        let (text, is_whole) = mapped(&said, &self.text)?;
        let loaded = load_as(&self.path, &text).result.map_err(Error::Mistakes)?;
        let mut lines = sync::check(host, &loaded).await?;
        // Rows that nobody wrote are nobody's business.
        lines.retain(|line| is_whole || line.name != "mapping");
        Ok(lines)
    }

    /// People of the source.
    pub async fn people(&self, host: &Host, sought: Sought<'_>) -> Result<Vec<FoundPerson>, Error> {
        Ok(sync::find_people(host, &self.source()?, sought).await?)
    }

    /// Rows that it could have, by what so many of its people have.
    pub async fn suggestions(&self, host: &Host, people: u32) -> Result<Suggested, Error> {
        let source = self.source()?;
        suggest::of_text(host, (&source, &self.path, &self.text), people).await
    }

    /// Rows that people of its provider usually can have; nobody is asked.
    pub fn usual(&self) -> Result<Vec<Suggestion>, Error> {
        let source = self.source()?;
        suggest::unseen(&self.path, &self.text, &source.source.provider)
    }

    /// What its rows make of a person.
    pub async fn trial(&self, host: &Host, person: &str) -> Result<Trial, Error> {
        let entry = load_as(&self.path, &self.text);
        let mut loaded = *entry.result.map_err(Error::Mistakes)?;
        // Whoever is chosen is shown, in scope or not; pictures are no values.
        loaded.connector.scope = connector::Scope::default();
        for target in &mut loaded.connector.targets {
            target.photo = None;
        }
        let subject = Subject {
            user: Some(person),
            input: None,
        };
        Ok(sync::trial(host, &loaded, subject).await?)
    }

    /// Where it would send what: addresses, and the places of secrets.
    pub fn ends(&self) -> String {
        let Ok(file) = self.source() else {
            return String::new();
        };
        let urls = file.source.endpoints.values().map(|one| one.url.clone());
        let secrets = file.source.credentials.values();
        let mut ends: Vec<String> = urls.collect();
        ends.extend(secrets.flat_map(connector::CredentialSpec::places));
        let said = said(&self.label(), &self.text).unwrap_or_default();
        let targets = said.get("target").and_then(Json::as_object);
        for target in targets.into_iter().flat_map(serde_json::Map::values) {
            ends.extend(target.get("url").and_then(Json::as_str).map(str::to_owned));
            ends.extend(target.get("credential").map_or_else(Vec::new, places));
        }
        ends.join(", ")
    }

    fn source(&self) -> Result<SourceFile, Error> {
        source_of(&self.path, &self.text).map_err(Error::Mistakes)
    }

    fn label(&self) -> String {
        self.path.display().to_string()
    }
}

/// Where the secrets of a target's credential lie, which may be half written.
fn places(credential: &Json) -> Vec<String> {
    let place = |secret: &Json| {
        let said = |kind: &str| secret.get(kind).and_then(Json::as_str);
        let env = said("env").map(|name| SecretRef::Env(name.to_owned()));
        env.or_else(|| Some(SecretRef::File(said("file")?.into())))
    };
    let secrets = credential.as_object().into_iter().flatten();
    let with_next = secrets.flat_map(|(_, secret)| [Some(secret), secret.get("next")]);
    let found = with_next.flatten().filter_map(place);
    found.map(|place| place.to_string()).collect()
}

/// The text with a row for each target that has none yet, as a target without rows is none; and whether
/// it had them all.
fn mapped(said: &Json, text: &str) -> Result<(String, bool), Error> {
    let targets = said.get("target").and_then(Json::as_object);
    let bare = targets.into_iter().flatten().filter(|(_, target)| {
        let tables = ["map", "account", "photo"];
        tables.iter().all(|table| target.get(table).is_none())
    });
    let edits: Vec<Edit> = bare
        .map(|(name, target)| {
            let is_wiki = target.get("product").and_then(Json::as_str)
                == Some(Product::ConfluenceDataCenter.as_str());
            let field = if is_wiki { "department" } else { "Department" };
            Edit {
                path: ["target", name, "map", field].map(str::to_owned).to_vec(),
                value: Some(json!({ "value": "-" })),
            }
        })
        .collect();
    Ok((edited(text, &edits)?, edits.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_without_rows_can_be_read_for_a_check() {
        let folder = tempfile::tempdir().unwrap();
        let text = "[source]\nprovider = \"entra\"\noptions = { tenant = \"t\" }\n\n\
            [target.wiki]\nproduct = \"confluence-data-center\"\nurl = \"https://wiki.example.com\"\n\
            credential = { kind = \"bearer\", token = { env = \"T\" } }\n\
            match = [{ source = \"userPrincipalName\", target = \"username\" }]\n";
        let said = said("x", text).unwrap();
        let (whole, was_whole) = mapped(&said, text).unwrap();
        let entry = load_as(&folder.path().join("x.toml"), &whole);
        assert!(!was_whole && entry.result.is_ok(), "{:?}", entry.result);
        let unsaved = Unsaved::new(folder.path(), "x", text).unwrap();
        assert_eq!(
            unsaved.ends(),
            "https://wiki.example.com, the environment variable T"
        );
        let fields: Vec<String> = unsaved
            .usual()
            .unwrap()
            .into_iter()
            .map(|one| one.field)
            .collect();
        assert_eq!(fields, ["position", "department", "phone", "location"]);
    }
}
