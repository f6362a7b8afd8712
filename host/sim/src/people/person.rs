//! One invented person, as small as it can be held: numbers that point into the pools.
//!
//! Everything else (telephone numbers, dates, gaps) follows from the seed and the serial number
//! and is worked out when a document is written, so that 100,000 people cost a few megabytes.

use std::fmt::Write as _;

use super::Who;
use super::names::{self, CULTURES, Culture};
use super::places::{self, DEPARTMENTS, Department, PARTNERS, PLACES, Place};
use crate::dice::Dice;

/// The domain of everybody's user principal name.
pub const DOMAIN: &str = "contoso.example";

/// Who leads a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manager {
    /// Nobody: the directory has no such relation.
    Nobody,
    /// Somebody in the directory (who may have been removed since).
    Person(Who),
    /// An id that resolves to nobody.
    Dangling,
}

/// What a fact is drawn for; each has a sequence of its own.
#[derive(Clone, Copy)]
pub(super) enum Fact {
    Id = 1,
    Shape,
    Name,
    Display,
    Landline,
    Mobile,
    Mail,
    Work,
    Office,
    Extension,
    Dates,
    Synced,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Person {
    pub(super) serial: u32,
    pub(super) manager: Manager,
    /// How many before this one have the same user name.
    pub(super) twin: u16,
    culture: u8,
    given: u8,
    surname: u8,
    /// Of a double name.
    second: Option<u8>,
    place: u8,
    department: u8,
    pub(super) rank: u8,
    pub(super) is_guest: bool,
    pub(super) is_enabled: bool,
    pub(super) is_gone: bool,
}

/// How many people report to the head of the company: one for each department.
pub(super) fn heads() -> u32 {
    DEPARTMENTS.len() as u32
}

/// The place of the boss in the tree: the head, one deputy a department, then teams of seven.
pub(super) fn boss_of(serial: u32) -> Option<u32> {
    match serial {
        0 => None,
        _ if serial <= heads() => Some(0),
        _ => Some((serial - heads() - 1) / 7 + 1),
    }
}

impl Person {
    /// Draws a person; `boss` leads them and decides where they probably sit and what they do.
    pub(super) fn draw(seed: u64, serial: u32, boss: Option<&Person>) -> Self {
        let mut dice = Dice::of(seed, serial, Fact::Shape as u64);
        let is_head = serial <= heads();
        let is_guest = dice.chance(60) && !is_head;
        let place = match boss {
            None => 0,
            Some(boss) if dice.chance(400) => boss.place,
            Some(_) => places::place_at(dice.below(100)),
        };
        let department = match boss {
            Some(boss) if !is_head && !dice.chance(40) => boss.department,
            _ if is_head && serial > 0 => (serial - 1) as u8,
            _ => dice.below(DEPARTMENTS.len()) as u8,
        };
        let culture = match PLACES.get(usize::from(place)) {
            Some(place) if dice.chance(720) => place.culture,
            _ => dice.below(CULTURES.len()) as u8,
        };
        let manager = match boss {
            None => Manager::Nobody,
            Some(_) if is_guest && dice.chance(500) => Manager::Nobody,
            Some(_) if !is_head && dice.chance(3) => Manager::Dangling,
            Some(_) if !is_head && dice.chance(10) => Manager::Nobody,
            Some(boss) => Manager::Person(Who(boss.serial)),
        };
        let mut person = Self {
            serial,
            manager,
            twin: 0,
            culture,
            given: 0,
            surname: 0,
            second: None,
            place,
            department,
            rank: boss.map_or(0, |boss| boss.rank.saturating_add(1)),
            is_guest,
            is_enabled: is_head || !dice.chance(30),
            is_gone: false,
        };
        person.draw_name(seed);
        person
    }

    fn draw_name(&mut self, seed: u64) {
        let mut dice = Dice::of(seed, self.serial, Fact::Name as u64);
        let Some(culture) = CULTURES.get(usize::from(self.culture)) else {
            return;
        };
        self.given = dice.below(culture.given.len()) as u8;
        self.surname = dice.below(culture.surnames.len()) as u8;
        self.second = dice
            .chance(30)
            .then(|| dice.below(culture.surnames.len()) as u8)
            .filter(|second| *second != self.surname);
    }

    pub(super) fn dice(&self, seed: u64, fact: Fact) -> Dice {
        Dice::of(seed, self.serial, fact as u64)
    }

    fn culture(&self) -> Option<&'static Culture> {
        CULTURES.get(usize::from(self.culture))
    }

    fn given_entry(&self) -> &'static str {
        let given = self.culture().map_or(&[][..], |culture| culture.given);
        given.get(usize::from(self.given)).copied().unwrap_or("Kim")
    }

    fn surname_entry(&self, at: u8) -> &'static str {
        let surnames = self.culture().map_or(&[][..], |culture| culture.surnames);
        surnames.get(usize::from(at)).copied().unwrap_or("Doe")
    }

    pub(super) fn place(&self) -> Option<&'static Place> {
        PLACES.get(usize::from(self.place))
    }

    pub(super) fn department(&self) -> Option<&'static Department> {
        DEPARTMENTS.get(usize::from(self.department))
    }

    pub(super) fn given(&self) -> &'static str {
        names::latin(self.given_entry())
    }

    pub(super) fn surname(&self) -> String {
        let mut name = names::latin(self.surname_entry(self.surname)).to_owned();
        if let Some(second) = self.second {
            name.push('-');
            name.push_str(names::latin(self.surname_entry(second)));
        }
        name
    }

    /// `Dr. Jürgen Weiß`, `王伟 (Wei Wang)`, `Emily Jones (Fabrikam)`.
    pub(super) fn display(&self, seed: u64) -> String {
        let mut dice = self.dice(seed, Fact::Display);
        let plain = format!("{} {}", self.given(), self.surname());
        if self.is_guest {
            let partner = self.partner().split('.').next().unwrap_or_default();
            let mut letters = partner.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            return format!(
                "{plain} ({}{})",
                first.unwrap_or_default(),
                letters.as_str()
            );
        }
        let natives = (
            names::native(self.given_entry()),
            names::native(self.surname_entry(self.surname)),
        );
        match natives {
            (Some(given), Some(surname)) if self.second.is_none() && dice.chance(330) => {
                let is_han = given.chars().all(|letter| letter >= '\u{2e80}');
                if is_han {
                    format!("{surname}{given} ({plain})")
                } else {
                    format!("{given} {surname} ({plain})")
                }
            }
            _ if dice.chance(20) => format!("Dr. {plain}"),
            _ => plain,
        }
    }

    pub(super) fn partner(&self) -> &'static str {
        let at = self.serial as usize % PARTNERS.len();
        PARTNERS.get(at).copied().unwrap_or("fabrikam.example")
    }

    /// `juergen.weiss` without the number that keeps twins apart.
    pub(super) fn local_part(&self) -> String {
        let spelled = self
            .culture()
            .is_some_and(|culture| culture.umlauts_spelled);
        let mut local = String::with_capacity(24);
        names::push_ascii(self.given(), spelled, &mut local);
        local.push('.');
        names::push_ascii(&self.surname(), spelled, &mut local);
        local
    }

    /// The part before the `@`, different for everybody.
    pub(super) fn user_name(&self) -> String {
        let mut local = self.local_part();
        if self.twin > 0 {
            let _ = write!(local, "{}", self.twin + 1);
        }
        local
    }

    pub(super) fn user_principal_name(&self) -> String {
        let local = self.user_name();
        if self.is_guest {
            format!("{local}_{}#EXT#@{DOMAIN}", self.partner())
        } else {
            format!("{local}@{DOMAIN}")
        }
    }

    pub(super) fn job_title(&self, seed: u64) -> String {
        let department = self.department();
        let area = department.map_or("", |department| department.name);
        match self.rank {
            0 => "Chief Executive Officer".to_owned(),
            1 => format!("Head of {area}"),
            2 if self.serial.is_multiple_of(5) => format!("Director, {area}"),
            2 | 3 if self.serial.is_multiple_of(3) => format!("Team Lead {area}"),
            _ => {
                let titles = department.map_or(&[][..], |department| department.titles);
                self.dice(seed, Fact::Work).pick(titles).to_owned()
            }
        }
    }
}
