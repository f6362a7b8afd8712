//! Pages that edit a connector: its mapping table, its settings, its file.
//!
//! Every edit makes a new text of the file and ends with the difference to the old one ([`change`]);
//! only its own form writes. Invariants: comments and whatever no form shows stay; what was typed stays until
//! it is saved: the difference leads back to its form, and a mistake is told there.

mod begin;
pub(super) mod change;
mod conditions;
mod errors;
mod file;
mod mappings;
mod new;
mod options;
mod pictures;
mod preview;
mod row;
mod samples;
mod schedule;
mod scope;
mod sent;
mod source;
mod typed;
mod wanted;
mod wizard;

use super::Console;
use crate::access::{Needs, Routes};
pub(super) use samples::Samples;

/// Their routes.
pub(super) fn routes(routes: Routes<Console>) -> Routes<Console> {
    let look = Needs::LOOK.of_connector();
    let edit = Needs::EDIT.of_connector();
    let order = Needs::OPERATE.of_connector();
    let at = |rest: &str| format!("/connectors/{{name}}/{rest}");
    wizard::routes(routes)
        .get("/connectors/new/file", Needs::EDIT, begin::show)
        .post("/connectors/new/file", Needs::EDIT, begin::review)
        .get(&at("mappings"), look, mappings::show)
        .get(&at("mappings/new"), edit, new::show)
        .get(&at("mappings/{target}/{field}"), edit, row::show)
        .post(&at("mappings/edit"), edit, row::act)
        .post(&at("mappings/preview"), edit, row::preview)
        .post(&at("mappings/move"), edit, mappings::moved)
        .get(&at("pictures"), look, pictures::show)
        .post(&at("edit/pictures"), edit, pictures::edit)
        .get(&at("scope"), look, scope::show)
        .post(&at("edit/scope"), edit, scope::edit)
        .get(&at("schedule"), look, schedule::show)
        .post(&at("edit/schedule"), edit, schedule::edit)
        .get(&at("source"), look, source::show)
        .post(&at("edit/source"), edit, source::edit)
        .post(&at("discover"), order, source::discover)
        .get(&at("file"), look, file::show)
        .get(&at("file/download"), look, file::download)
        .get(&at("file/{revision}"), look, file::revision)
        .post(&at("edit/file"), edit, change::of_text)
        .post(&at("file"), edit, change::save)
        .post(&at("accept"), edit, file::accept)
}
