//! What may happen to a request, by chance: each seed has weather of its own.
//!
//! The fate of a request is drawn from the seed, the request, and how often it was sent before, and
//! not from one row of dice: requests that are under way at once meet the same whatever their order.

use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};

/// How often what happens, as probabilities.
#[derive(Debug, Clone, Default)]
pub(crate) struct Weather {
    pub(crate) cut: f64,
    pub(crate) lost: f64,
    pub(crate) silent: f64,
    pub(crate) throttled: f64,
    pub(crate) truncated: f64,
    pub(crate) login_page: f64,
    pub(crate) broken: f64,
}

impl Weather {
    /// Some of it, none of it, or a lot of it.
    pub(crate) fn of(dice: &mut SmallRng) -> Self {
        let is_fair = dice.random_bool(0.3);
        let mut chance = |most: f64| {
            if is_fair || dice.random_bool(0.5) {
                0.0
            } else {
                dice.random_range(0.0..most)
            }
        };
        Self {
            cut: chance(0.1),
            lost: chance(0.15),
            silent: chance(0.03),
            throttled: chance(0.15),
            truncated: chance(0.05),
            login_page: chance(0.01),
            broken: chance(0.03),
        }
    }
}

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Fine,
    /// The connection breaks before it arrives.
    Cut,
    /// It is done, and the connection breaks before the answer.
    Lost,
    /// It is done, and nobody answers.
    Silent,
    /// Refused with a time to come back, or without one.
    Throttled(u16, Comeback),
    /// It is done, and the answer breaks off.
    Truncated,
    /// Somebody in between answers 200 with HTML.
    LoginPage,
    /// The other side has a bad moment: 500, 502, 504.
    Broken(u16),
}

/// How a refusal says when to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comeback {
    Seconds(u64),
    Date(u64),
    Unsaid,
}

/// The fate of a request and how long it is under way, there and back.
pub(crate) struct Course {
    pub(crate) fate: Fate,
    pub(crate) there: Duration,
    pub(crate) back: Duration,
    /// Whether it still arrives where the process ends while it is under way.
    pub(crate) outlives: bool,
}

impl Course {
    pub(crate) fn draw(weather: &Weather, seed: u64, request: &str) -> Self {
        let mut dice = SmallRng::seed_from_u64(seed ^ hash(request));
        let table = [
            (weather.cut, Fate::Cut),
            (weather.lost, Fate::Lost),
            (weather.silent, Fate::Silent),
            (weather.throttled, refusal(&mut dice)),
            (weather.truncated, Fate::Truncated),
            (weather.login_page, Fate::LoginPage),
            (
                weather.broken,
                Fate::Broken([500, 502, 504][dice.random_range(0..3)]),
            ),
        ];
        let mut drawn: f64 = dice.random_range(0.0..1.0);
        let mut fate = Fate::Fine;
        for (chance, what) in table {
            if drawn < chance {
                fate = what;
                break;
            }
            drawn -= chance;
        }
        let mut latency = || Duration::from_micros(dice.random_range(200..40_000));
        Self {
            fate,
            there: latency(),
            back: latency(),
            outlives: dice.random_bool(0.5),
        }
    }
}

fn refusal(dice: &mut SmallRng) -> Fate {
    let status = if dice.random_bool(0.6) { 429 } else { 503 };
    let seconds = dice.random_range(1..90);
    let comeback = match dice.random_range(0..3) {
        0 => Comeback::Seconds(seconds),
        1 => Comeback::Date(seconds),
        _ => Comeback::Unsaid,
    };
    Fate::Throttled(status, comeback)
}

/// FNV-1a: the same in every process.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
