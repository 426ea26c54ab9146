//! Webhooks, against a receiver that speaks HTTP.

mod answers;
mod receiver;
mod shapes;
mod tls;
mod told;

use std::sync::{Arc, Once};
use std::time::Duration;

use registry_auth::EveryoneMay;
use registry_engine::delivery::{Deliveries, EndpointStatus};
use registry_engine::{Registry, Settings};
use registry_server::Server;
use registry_server::webhook::Webhook;
use tokio::sync::oneshot;

use crate::support::{House, registry};
use receiver::Receiver;

/// A registry that delivers to webhooks.
struct Post {
    house: House,
    registry: Registry,
    deliveries: Deliveries,
    stop: Option<oneshot::Sender<()>>,
}

/// A webhook that soon tries again.
fn hook(name: &str, url: impl Into<String>) -> Webhook {
    provide();
    Webhook::new(name, url).backoff(Duration::from_millis(1), Duration::from_millis(20))
}

/// Chooses the cryptography of this process.
fn provide() {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| rustls::crypto::aws_lc_rs::default_provider().install_default().unwrap());
}

impl Post {
    fn new(hooks: impl IntoIterator<Item = Webhook>) -> Self {
        let registry = registry(Settings::default());
        let endpoints: Vec<_> = hooks.into_iter().map(|hook| hook.endpoint(&registry).unwrap()).collect();
        let deliveries = Deliveries::new(registry.clone(), endpoints);
        let server = Server::builder(registry.clone())
            .authorizer(Arc::new(EveryoneMay))
            .deliveries(deliveries.clone())
            .build();
        let house = House::of(server);
        house.runtime().block_on(deliveries.prepare()).unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = deliveries.clone();
        house.runtime().spawn(async move { running.run(async { drop(stopped.await) }).await });
        Self { house, registry, deliveries, stop: Some(stop) }
    }

    fn status(&self) -> Vec<EndpointStatus> {
        self.house.runtime().block_on(self.deliveries.status()).unwrap()
    }

    /// Waits for a status of the first webhook.
    fn until(&self, wanted: impl Fn(&EndpointStatus) -> bool) -> EndpointStatus {
        for _ in 0..20_000 {
            let status = self.status().swap_remove(0);
            if wanted(&status) {
                return status;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        panic!("it never came to that: {:?}", self.status());
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        drop(self.stop.take());
    }
}
