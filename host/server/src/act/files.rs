//! Connector files: a text saved, a row set.

use super::Actor;
use crate::fault::Failure;
use crate::mapping::{self, Before, Changed, SetOrder, Text};

impl Actor {
    /// Makes a text the file of a connector; what the service does with it, it says where connectors
    /// are listed.
    pub async fn save_file(
        &self,
        name: &str,
        text: &str,
        before: Before<'_>,
    ) -> Result<Text, Failure> {
        let plugins = std::sync::Arc::clone(&self.service.pin().1.plugins);
        let folder = &self.service.options().connectors_dir;
        let saved = tokio::task::block_in_place(|| {
            mapping::save(folder, name, (text, before), &plugins).map_err(Failure::from)
        });
        let detail = match before {
            Before::Nothing => "new",
            Before::Tag(_) => "",
        };
        self.noted(("edit", name, detail), saved).await
    }

    /// Sets a row of a connector file, or takes it away; a dry order only shows what would differ.
    pub async fn set_row(&self, name: &str, order: SetOrder<'_>) -> Result<Changed, Failure> {
        let plugins = std::sync::Arc::clone(&self.service.pin().1.plugins);
        let folder = &self.service.options().connectors_dir;
        let set = tokio::task::block_in_place(|| {
            mapping::set(folder, name, &plugins, order).map_err(Failure::from)
        });
        if order.is_dry {
            return set;
        }
        let what = match order.row {
            Some(_) => "map",
            None => "unmap",
        };
        let place = format!("{}.{}", order.target, order.field);
        self.noted((what, name, &place), set).await
    }
}
