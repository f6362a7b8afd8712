//! The options that the functions share: how a text is read and written.
//!
//! The schema's texts are macros because a manifest is one literal; each is used with `concat!`.

use attune_functions::time::{
    Error, Language, Names, Order, Pattern, Place, Stamp, TimeZone, read_any, zone,
};
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Outcome};
use serde::Deserialize;

/// `language`
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Letters {
    #[default]
    Dotnet,
    Joda,
    Strftime,
}

/// `unit`
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unit {
    Years,
    Quarters,
    Months,
    Weeks,
    Days,
    Hours,
    Minutes,
    Seconds,
}

macro_rules! reading {
    () => {
        r#"
        "read": { "title": "Read", "type": "string", "default": "auto",
            "description": "Pattern of the text, or auto: ISO 8601, 25.08.2021, August 25, 2021 and the like; 3/4/2021 is refused, because it could be either" },
        "language": { "title": "Pattern language", "enum": ["dotnet", "joda", "strftime"], "default": "dotnet",
            "description": "Language of the patterns: dotnet (dd.MM.yyyy HH:mm, as in Entra), joda (the same letters as in Okta and Java), strftime (%d.%m.%Y %H:%M)" },
        "zone-in": { "title": "Zone of the text", "type": "string",
            "description": "Where a text is that says no zone itself: Europe/Berlin, +01:00, UTC" }"#
    };
}

macro_rules! writing {
    () => {
        r#"
        "write": { "title": "Write", "type": "string", "default": "iso",
            "description": "Pattern of the result, or iso: ISO 8601 (the date alone where no time was said)" }"#
    };
}

macro_rules! zone_out {
    () => {
        r#"
        "zone-out": { "title": "Zone of the result", "type": "string",
            "description": "Zone to which the time is moved first: Europe/Berlin, +01:00, UTC. When left out, it stays where it is" }"#
    };
}

macro_rules! units {
    () => {
        r#""enum": ["years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds"]"#
    };
}

pub(crate) use {reading, units, writing, zone_out};

impl Letters {
    fn language(self) -> Language {
        match self {
            Self::Dotnet => Language::DotNet,
            Self::Joda => Language::Joda,
            Self::Strftime => Language::Strftime,
        }
    }

    /// A pattern of the option `name`; nothing for the word that means the default.
    fn pattern(
        self,
        name: &str,
        text: Option<&str>,
        word: &str,
    ) -> Result<Option<Pattern>, Problem> {
        let Some(text) = text.filter(|text| *text != word) else {
            return Ok(None);
        };
        let refused = |error: Error| Problem::option(name, error);
        let pattern = Pattern::new(self.language(), text).map_err(refused)?;
        if name == "read" {
            pattern.check_readable().map_err(refused)?;
        }
        Ok(Some(pattern))
    }
}

impl Unit {
    pub(crate) fn interval(self) -> attune_functions::time::Interval {
        use attune_functions::time::Interval;
        match self {
            Self::Years => Interval::Year,
            Self::Quarters => Interval::Quarter,
            Self::Months => Interval::Month,
            Self::Weeks => Interval::Week,
            Self::Days => Interval::Day,
            Self::Hours => Interval::Hour,
            Self::Minutes => Interval::Minute,
            Self::Seconds => Interval::Second,
        }
    }

    /// Whether a date without a time has to get one.
    pub(crate) fn is_time(self) -> bool {
        matches!(self, Self::Hours | Self::Minutes | Self::Seconds)
    }
}

/// A zone of the option `name`.
pub(crate) fn zone_of(name: &str, zone_name: Option<&str>) -> Result<Option<TimeZone>, Problem> {
    let zone = zone_name.map(zone).transpose();
    zone.map_err(|error| Problem::option(name, error))
}

/// How texts are read.
pub(crate) struct Reader {
    pattern: Option<Pattern>,
    zone_in: Option<TimeZone>,
    zone_out: Option<TimeZone>,
}

impl Reader {
    pub(crate) fn new(
        letters: Letters,
        read: Option<&str>,
        zone_in: Option<&str>,
        zone_out: Option<TimeZone>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            pattern: letters.pattern("read", read, "auto")?,
            zone_in: zone_of("zone-in", zone_in)?,
            zone_out,
        })
    }

    /// Reads a text and moves it to the zone that is wanted.
    pub(crate) fn read(&self, text: &str) -> Result<Stamp, Error> {
        let mut stamp = match &self.pattern {
            Some(pattern) => pattern.read(text)?,
            None => read_any(text, Order::Refuse)?,
        };
        if stamp.place == Place::Unsaid
            && stamp.has_time
            && let Some(zone) = &self.zone_in
        {
            stamp.place = Place::Zone(zone.clone(), None);
        }
        match &self.zone_out {
            Some(zone) if stamp.has_time || stamp.place != Place::Unsaid => {
                let zoned = stamp.zoned(&TimeZone::UTC)?.with_time_zone(zone.clone());
                Ok(Stamp {
                    has_time: stamp.has_time,
                    ..Stamp::from(&zoned)
                })
            }
            _ => Ok(stamp),
        }
    }

    /// The zone that a text without one is in.
    pub(crate) fn home(&self) -> TimeZone {
        self.zone_in.clone().unwrap_or(TimeZone::UTC)
    }
}

/// How results are written.
pub(crate) struct Writer(Option<Pattern>);

impl Writer {
    pub(crate) fn new(letters: Letters, write: Option<&str>) -> Result<Self, Problem> {
        Ok(Self(letters.pattern("write", write, "iso")?))
    }

    pub(crate) fn write(&self, stamp: &Stamp, locale: &str, out: Cell<'_>) -> Outcome {
        let Some(pattern) = &self.0 else {
            return out.text(&stamp.iso());
        };
        let mut out = out.write_text();
        // Writing into memory has no way to fail.
        let _never = pattern.write(stamp, Names::of_locale(locale), &mut out);
        out.done()
    }
}

/// The cell for what could not be computed.
#[cold]
pub(crate) fn failed(error: &Error, out: Cell<'_>) -> Outcome {
    out.failed(&Problem::new(error.code(), error))
}
