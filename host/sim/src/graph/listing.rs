//! Pages: the listing of everybody or of a group's members, with next links and traps.
//!
//! A next link names a position in the order of the listing, not a number of people, so that
//! people who come or go between two pages neither repeat nor hide others.

use std::fmt::Write as _;

use super::query::{Mark, Query, next_link};
use super::refusal::Refusal;
use super::users::write_user;
use super::{Directory, Traps};
use crate::people::{self, People, Who};
use crate::wire::{Received, Reply};

/// The page of a listing that asks for sign-ins.
const SIGN_IN_PAGE_MAX: usize = 120;
const DEFAULT_PAGE: usize = 100;

/// Whom a listing is about.
#[derive(Clone, Copy)]
pub(super) enum Listed<'a> {
    Everybody,
    Members(&'a [Who]),
}

impl Listed<'_> {
    /// The position and person of everybody from a position on.
    fn from<'a>(
        &'a self,
        people: &'a People,
        position: usize,
    ) -> Box<dyn Iterator<Item = (usize, Who)> + 'a> {
        match self {
            Listed::Everybody => Box::new(people.from(position).map(|who| (who.position(), who))),
            Listed::Members(members) => {
                let rest = members.iter().copied().enumerate().skip(position);
                Box::new(rest.filter(|(_, who)| people.is_here(*who)))
            }
        }
    }
}

/// One page before it is written.
struct Page {
    whos: Vec<Who>,
    next: Option<Mark>,
}

impl Directory {
    pub(super) fn list_users(&self, received: &Received) -> Result<Reply, Refusal> {
        self.list(received, "users.list", Listed::Everybody)
    }

    pub(super) fn list(
        &self,
        received: &Received,
        class: &'static str,
        listed: Listed,
    ) -> Result<Reply, Refusal> {
        let Some(query) = Query::read(received)? else {
            return Ok(Reply::unknown_route(received));
        };
        check_listable(&query)?;
        let traps = self.settings().traps.clone();
        let people = self.people();
        let named = named(&people, &query, listed);
        let listed = named.as_deref().map_or(listed, Listed::Members);
        let page = self.page(&people, &query, listed, &traps);
        let mut body = format!("{{\"@odata.context\":\"{}", self.origin);
        body.push_str("/v1.0/$metadata#users");
        if let Some(select) = &query.select {
            body.push('(');
            body.push_str(&select.join(","));
            body.push(')');
        }
        body.push('"');
        if query.is_counted && query.mark == Mark::default() {
            let number = listed
                .from(&people, 0)
                .filter(|(_, who)| meets(&people, &query, *who))
                .count();
            let _ = write!(body, ",\"@odata.count\":{number}");
        }
        if let Some(mark) = page.next {
            let origin = traps.foreign_next_links.as_deref().unwrap_or(&self.origin);
            let link = next_link(origin, received, mark);
            body.push_str(",\"@odata.nextLink\":");
            people::push_text(&link, &mut body);
        }
        body.push_str(",\"value\":[");
        let members = query.members();
        for (at, who) in page.whos.iter().enumerate() {
            if at > 0 {
                body.push(',');
            }
            write_user(&people, *who, &members, query.expand.as_ref(), &mut body);
        }
        body.push_str("]}");
        Ok(Reply::json(class, 200, body).with("content-type", CONTENT_TYPE))
    }

    fn page(&self, people: &People, query: &Query, listed: Listed, traps: &Traps) -> Page {
        let number = query.mark.pages + 1;
        if traps.empty_page == Some(number) {
            let next = Mark {
                pages: number,
                ..query.mark
            };
            return Page {
                whos: Vec::new(),
                next: Some(next),
            };
        }
        let size = self.page_size(query);
        let mut found = listed
            .from(people, query.mark.position)
            .filter(|(_, who)| meets(people, query, *who));
        let mut whos: Vec<Who> = Vec::with_capacity(size);
        if traps.repeats_across_pages && query.mark.position > 0 {
            let before = listed.from(people, 0);
            let before = before.take_while(|(at, _)| *at < query.mark.position);
            let repeated = before.filter(|(_, who)| meets(people, query, *who)).last();
            whos.extend(repeated.map(|(_, who)| who));
        }
        whos.extend(found.by_ref().take(size).map(|(_, who)| who));
        let next = found.next().map(|(position, _)| Mark {
            position,
            pages: number,
        });
        let is_looping = traps.loops_at_page.is_some_and(|page| number >= page);
        Page {
            whos,
            next: if is_looping { Some(query.mark) } else { next },
        }
    }

    fn page_size(&self, query: &Query) -> usize {
        let page_max = self.settings().page_max.clamp(1, 999);
        let most = if query.selects("signInActivity") {
            SIGN_IN_PAGE_MAX.min(page_max)
        } else {
            page_max
        };
        query.top.unwrap_or(DEFAULT_PAGE).min(most)
    }

    pub(super) fn count_users(&self, received: &Received) -> Result<Reply, Refusal> {
        let is_eventual = received.header("consistencylevel").is_some();
        if !is_eventual {
            return Err(Refusal::bad_request("$count is not currently supported."));
        }
        let number = self.people().len();
        Ok(Reply::text("users.count", 200, number.to_string()).with("content-type", "text/plain"))
    }
}

pub(super) const CONTENT_TYPE: &str = "application/json;odata.metadata=minimal;\
    odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

/// Whom a filter names by their ids: a directory of many need not be searched for them.
fn named(people: &People, query: &Query, listed: Listed<'_>) -> Option<Vec<Who>> {
    let ids = match listed {
        Listed::Everybody => query.filter.as_ref()?.ids()?,
        Listed::Members(_) => return None,
    };
    let mut whos: Vec<Who> = ids.into_iter().filter_map(|id| people.find(id)).collect();
    whos.sort_unstable();
    whos.dedup();
    Some(whos)
}

fn meets(people: &People, query: &Query, who: Who) -> bool {
    let filter = query.filter.as_ref();
    filter.is_none_or(|filter| filter.holds(&|member| people.member(who, member)))
}

fn check_listable(query: &Query) -> Result<(), Refusal> {
    let select = query.select.as_deref().unwrap_or_default();
    if let Some(name) = select.iter().find(|name| people::is_single_only(name)) {
        let message = format!("The property '{name}' cannot be retrieved for a collection.");
        return Err(Refusal::new(501, "NotImplemented", message));
    }
    let levels = query.expand.as_ref().and_then(|expand| expand.levels);
    if levels.is_some() {
        let message = "$levels is not supported on a collection of users.";
        return Err(Refusal::bad_request(message));
    }
    Ok(())
}
