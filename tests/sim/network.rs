//! The simulated network: carries requests to the stand-ins without a socket, through the weather.
//!
//! Whatever a stand-in changed is kept with the rows of the journal that were durable at that moment,
//! read through connections of the network's own. A request that is under way when its process ends
//! arrives or does not, by its course.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use attune_server::clock::Clock as _;
use attune_server::net::{Error, Origin, Outgoing, Response, Send, Sent};
use attune_server::store::Store;
use attune_server::store::journal::Open;
use attune_sim::Answered;
use jiff::fmt::rfc2822::DateTimePrinter;
use secrecy::ExposeSecret as _;

use super::clock::SimClock;
use super::weather::{Comeback, Course, Fate, Weather, hash};
use super::world::{Place, World, Write};

/// How long somebody is waited for who does not answer.
const SILENCE: Duration = Duration::from_secs(30);

/// A change of a stand-in.
#[derive(Debug)]
pub(crate) struct Applied {
    pub(crate) write: Write,
    /// The open operations that the journal held then; nothing where the process was dead by then.
    pub(crate) rows: Option<Arc<Vec<Open>>>,
}

/// A stand-in that is away for a while.
#[derive(Debug, Clone)]
struct Outage {
    place: Place,
    from: Duration,
    until: Duration,
    is_noticed: bool,
}

#[derive(Default)]
struct State {
    weather: Weather,
    sent: HashMap<String, u64>,
    /// Until when nobody may ask whom.
    closed: BTreeMap<Place, Duration>,
    outages: Vec<Outage>,
    log: Vec<String>,
    applied: Vec<Applied>,
    breaches: Vec<String>,
}

struct Inner {
    clock: Arc<SimClock>,
    world: Arc<World>,
    seed: u64,
    state: Mutex<State>,
    journal: Store,
}

/// The way out; cheap to clone.
#[derive(Clone)]
pub(crate) struct Network {
    inner: Arc<Inner>,
}

impl fmt::Debug for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Network")
    }
}

impl Network {
    /// A network in fine weather, which reads the journal of this data directory.
    pub(crate) async fn over(
        world: &Arc<World>,
        clock: &Arc<SimClock>,
        (seed, data): (u64, &Path),
    ) -> Self {
        let inner = Inner {
            clock: Arc::clone(clock),
            world: Arc::clone(world),
            seed,
            state: Mutex::default(),
            journal: Store::open(data).await.unwrap(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let state = self.inner.state.lock();
        state.unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_weather(&self, weather: Weather) {
        self.state().weather = weather;
    }

    /// Fine weather, and everybody is there.
    pub(crate) fn calm(&self) {
        let mut state = self.state();
        state.weather = Weather::default();
        state.outages.clear();
        state.closed.clear();
    }

    /// The stand-in restarts: it is away from then for so long, and knows no session any more.
    pub(crate) fn restart(&self, place: Place, after: Duration, length: Duration) {
        let from = self.inner.clock.uptime() + after;
        self.state().outages.push(Outage {
            place,
            from,
            until: from + length,
            is_noticed: false,
        });
    }

    /// Writes a line into the log of events.
    pub(crate) fn note(&self, what: &str) {
        let at = self.inner.clock.uptime().as_millis();
        self.state().log.push(format!("{at:>9} {what}"));
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.state().log.clone()
    }

    /// Whether anything was written since somebody took it.
    pub(crate) fn has_written(&self) -> bool {
        !self.state().applied.is_empty()
    }

    pub(crate) fn take_applied(&self) -> Vec<Applied> {
        std::mem::take(&mut self.state().applied)
    }

    pub(crate) fn take_breaches(&self) -> Vec<String> {
        std::mem::take(&mut self.state().breaches)
    }

    /// What the journal leaves open, as another process sees it.
    pub(crate) async fn open_operations(&self) -> Vec<Open> {
        self.inner.journal.open_operations("demo").await.unwrap()
    }

    pub(crate) async fn close(&self) {
        self.inner.journal.close().await;
    }

    async fn carry(self, request: Outgoing) -> Result<Response, Error> {
        let clock = &self.inner.clock;
        let place = Place::of(request.url.port());
        let name = self.name(place, &request);
        let course = self.begin(place, &name);
        let origin = Origin::of(&request.url).unwrap();
        let mut flight = Flight {
            network: &self,
            place,
            request: Some(request),
            outlives: course.outlives && course.fate != Fate::Cut,
        };
        clock.sleep(course.there).await;
        if self.is_away(place) {
            flight.request = None;
            let why = "nobody listens".to_owned();
            return Err(Error::Connect { origin, why });
        }
        let answer = match course.fate {
            Fate::Cut | Fate::Throttled(..) | Fate::LoginPage | Fate::Broken(_) => {
                flight.request = None;
                None
            }
            Fate::Fine | Fate::Lost | Fate::Silent | Fate::Truncated => {
                let (answer, writes) = flight.land();
                if !writes.is_empty() {
                    self.prove(writes).await;
                }
                answer
            }
        };
        clock.sleep(course.back).await;
        let broke = |why: &str| Error::Interrupted {
            origin: origin.clone(),
            why: why.to_owned(),
        };
        match course.fate {
            Fate::Cut | Fate::Lost => Err(broke("reset by peer")),
            Fate::Truncated => Err(broke("the body broke off")),
            Fate::Silent => {
                clock.sleep(SILENCE).await;
                Err(Error::Timeout { origin })
            }
            Fate::Throttled(status, comeback) => Ok(self.refuse(place, status, comeback)),
            Fate::LoginPage => Ok(page(200, "<html><body>Sign in</body></html>")),
            Fate::Broken(status) => Ok(page(status, "<html><body>Oops</body></html>")),
            Fate::Fine => Ok(answer.map_or_else(|| page(404, ""), response)),
        }
    }

    fn name(&self, place: Place, request: &Outgoing) -> String {
        let (method, path) = (request.method.as_str(), request.url.path());
        let query = request.url.query().unwrap_or_default();
        let body = hash(&String::from_utf8_lossy(&request.body));
        let name = format!("{place:?} {method} {path}?{query}");
        let mut state = self.state();
        let count = state.sent.entry(format!("{name} {body}")).or_default();
        *count += 1;
        format!("{name} #{count}")
    }

    /// The request leaves.
    fn begin(&self, place: Place, name: &str) -> Course {
        let now = self.inner.clock.uptime();
        let mut state = self.state();
        let course = Course::draw(&state.weather, self.inner.seed, name);
        let line = format!("{:>9} {name} {:?}", now.as_millis(), course.fate);
        if let Some(until) = state.closed.get(&place).filter(|until| now < **until) {
            let early = until.saturating_sub(now).as_millis();
            let breach = format!("promise 7: {early} ms before its time: {line}");
            state.breaches.push(breach);
        }
        state.log.push(line);
        course
    }

    fn refuse(&self, place: Place, status: u16, comeback: Comeback) -> Response {
        let clock = &self.inner.clock;
        let answer = page(status, "come back later");
        let (text, wait) = match comeback {
            Comeback::Unsaid => return answer,
            Comeback::Seconds(seconds) => (seconds.to_string(), Duration::from_secs(seconds)),
            Comeback::Date(seconds) => {
                let now = clock.now();
                let then = now.as_second() + seconds.cast_signed();
                let date = jiff::Timestamp::from_second(then).unwrap();
                let printer = DateTimePrinter::new();
                let text = printer.timestamp_to_rfc9110_string(&date).unwrap();
                let wait = Duration::try_from(date.duration_since(now)).unwrap_or_default();
                (text, wait)
            }
        };
        let until = clock.uptime() + wait;
        let mut state = self.state();
        let closed = state.closed.entry(place).or_default();
        *closed = until.max(*closed);
        answer.with_header("retry-after", text)
    }

    fn is_away(&self, place: Place) -> bool {
        let now = self.inner.clock.uptime();
        let mut forgets = false;
        let mut is_away = false;
        for outage in &mut self.state().outages {
            if outage.place == place && now >= outage.from {
                forgets |= !outage.is_noticed;
                outage.is_noticed = true;
                is_away |= now < outage.until;
            }
        }
        if forgets {
            self.inner.world.forget_sessions(place);
        }
        is_away
    }

    /// Holds what was changed against what the journal holds at this moment.
    async fn prove(&self, writes: Vec<Write>) {
        let rows = Arc::new(self.open_operations().await);
        self.state()
            .applied
            .extend(writes.into_iter().map(|write| Applied {
                write,
                rows: Some(Arc::clone(&rows)),
            }));
    }
}

impl Send for Network {
    fn send(&self, request: Outgoing) -> Sent<'_> {
        Box::pin(self.clone().carry(request))
    }

    fn trusting(&self, _ca_file: &Path) -> Result<Arc<dyn Send>, Error> {
        Ok(Arc::new(self.clone()))
    }
}

/// A request under way.
struct Flight<'a> {
    network: &'a Network,
    place: Place,
    request: Option<Outgoing>,
    outlives: bool,
}

impl Flight<'_> {
    /// It arrives: the answer, and what was changed.
    fn land(&mut self) -> (Option<Answered>, Vec<Write>) {
        let Some(request) = self.request.take() else {
            return (None, Vec::new());
        };
        let mut headers = request.headers.clone();
        if let Some((name, value)) = &request.credential {
            headers.push((name.clone(), value.expose_secret().to_owned()));
        }
        let path = request.url.path();
        let place = match request.url.query() {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        };
        let world = &self.network.inner.world;
        let asked = (request.method.as_str(), place.as_str());
        let answer = world.ask(self.place, asked, &headers, request.body.to_vec());
        (Some(answer), world.take_writes())
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if self.request.is_some() && self.outlives {
            let (_, writes) = self.land();
            let late = writes
                .into_iter()
                .map(|write| Applied { write, rows: None });
            self.network.state().applied.extend(late);
        }
    }
}

fn response(answer: Answered) -> Response {
    let response = Response::new(answer.status, answer.body);
    let headers = answer.headers.into_iter();
    headers.fold(response, |all, (name, value)| all.with_header(&name, value))
}

fn page(status: u16, text: &str) -> Response {
    Response::new(status, text.to_owned()).with_header("content-type", "text/html;charset=UTF-8")
}
