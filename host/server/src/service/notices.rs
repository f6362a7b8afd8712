//! The loop that sends notices, as long as the service runs.

use std::time::Duration;

use super::Service;
use crate::fault::Failure;
use crate::notify::{self, Office};

/// How often it is looked whether something has to go out.
const TICK: Duration = Duration::from_secs(15);

impl Service {
    /// Sends what is due until the service ends; what could not be sent stays in the store.
    pub(super) async fn tell(self) {
        loop {
            let host = &self.inner.host;
            let office = Office {
                store: &host.store,
                net: &host.net,
                vault: &host.vault,
                settings: &self.inner.options.notify,
            };
            let now_ms = host.clock.now().as_millisecond();
            tokio::select! {
                sent = notify::send_due(office, now_ms) => {
                    if let Err(error) = sent {
                        let failure = Failure::from(error);
                        tracing::error!(code = failure.code, "notices were not sent: {}", failure.message);
                    }
                }
                () = self.stop().cancelled() => return,
            }
            tokio::select! {
                () = host.clock.sleep(TICK) => {}
                () = self.stop().cancelled() => return,
            }
        }
    }
}
