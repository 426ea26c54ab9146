//! The webhooks of a configuration.

use std::collections::BTreeSet;
use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use registry_engine::Registry;
use registry_engine::delivery::{Deliveries, Endpoint};
use registry_engine::lease::Lease;
use registry_server::webhook::{Format, Webhook};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::config::{Config, Envelope, Hook};
use super::exit::Exit;

/// How long it may take at the end to drop what is under way, after two seconds, and to give the lease back.
const FAREWELL: Duration = Duration::from_secs(4);

/// What delivers events to them. It comes before anything is acknowledged, so that whatever happens from then on reaches
/// a new webhook.
pub(super) async fn prepare(config: &Config, registry: &Registry) -> Result<Deliveries, Box<dyn Error>> {
    let deliveries = deliveries(config, registry).map_err(|error| Exit::Usage.because(error))?;
    deliveries.prepare().await?;
    Ok(deliveries)
}

/// What would deliver events to them; nothing is changed by that.
pub(super) fn deliveries(config: &Config, registry: &Registry) -> Result<Deliveries, Box<dyn Error>> {
    super::tls::choose();
    let mut names = BTreeSet::new();
    let mut endpoints = Vec::new();
    for hook in &config.webhooks {
        if !names.insert(&hook.name) {
            return Err(format!("two webhooks are called {:?}", hook.name).into());
        }
        endpoints.push(endpoint(hook, config, registry)?);
    }
    Ok(Deliveries::new(registry.clone(), endpoints))
}

/// From the webhooks that there are to those that there are to be. Those that are the same are left alone.
pub(super) struct Changes {
    gone: Vec<String>,
    put: Vec<Endpoint>,
}

impl Changes {
    /// What differs; nothing is changed by that.
    ///
    /// # Errors
    /// When one of the webhooks cannot be used.
    pub(super) fn between(
        former: &Config,
        latter: &Config,
        registry: &Registry,
    ) -> Result<Self, Box<dyn Error>> {
        super::tls::choose();
        let is_left = |hook: &Hook| latter.webhooks.iter().any(|other| other.name == hook.name);
        let gone = former.webhooks.iter().filter(|hook| !is_left(hook));
        let is_same = |hook: &Hook| {
            // What is in a file may be something else by now.
            former.http.public_url == latter.http.public_url
                && hook.ca_file.is_none()
                && former.webhooks.contains(hook)
        };
        let put = latter.webhooks.iter().filter(|hook| !is_same(hook));
        let put = put.map(|hook| endpoint(hook, latter, registry)).collect::<Result<_, _>>()?;
        Ok(Self { gone: gone.map(|hook| hook.name.clone()).collect(), put })
    }

    /// Makes the changes. How far each endpoint is stays noted under its name.
    pub(super) fn make(self, deliveries: &Deliveries) {
        for name in &self.gone {
            deliveries.remove(name);
        }
        for endpoint in self.put {
            deliveries.put(endpoint);
        }
    }
}

/// Deliveries beside the server.
pub(super) struct Delivering {
    end: oneshot::Sender<()>,
    task: JoinSet<()>,
}

impl Delivering {
    /// Begins to deliver, whenever the lease is held.
    pub(super) fn start(deliveries: Deliveries, lease: Lease) -> Self {
        let (end, ended) = oneshot::channel::<()>();
        let mut task = JoinSet::new();
        task.spawn(async move { deliveries.run_under(&lease, async { drop(ended.await) }).await });
        Self { end, task }
    }

    /// Lets what is being delivered come to its end. What cannot is delivered again after the next start.
    pub(super) async fn end(mut self) {
        drop(self.end);
        let _ = tokio::time::timeout(FAREWELL, self.task.join_next()).await;
    }
}

fn endpoint(hook: &Hook, config: &Config, registry: &Registry) -> Result<Endpoint, Box<dyn Error>> {
    let mut webhook = webhook(hook)?;
    if let Some(url) = &config.http.public_url {
        webhook = webhook.public_url(url.as_str());
    }
    Ok(webhook.endpoint(registry)?)
}

fn webhook(hook: &Hook) -> Result<Webhook, AuthoritiesError> {
    let format = match hook.format {
        Envelope::Distribution => Format::Distribution,
        Envelope::CloudEvents => Format::CloudEvents,
    };
    let first = Duration::from_millis(500);
    let batch = usize::try_from(hook.batch.get()).unwrap_or(usize::MAX);
    let mut webhook = Webhook::new(&hook.name, hook.url.as_str())
        .format(format)
        .kinds(&hook.kinds)
        .repositories(&hook.repositories)
        .timeout(hook.timeout)
        .batch(batch)
        .backoff(first, hook.backoff_max);
    for (name, value) in &hook.headers {
        webhook = webhook.header(name.as_str(), value.reveal());
    }
    if let Some(secret) = &hook.secret {
        webhook = webhook.secret(secret.reveal());
    }
    if let Some(value) = &hook.authorization {
        webhook = webhook.authorization(value.reveal());
    }
    if let Some(path) = &hook.ca_file {
        let pem = std::fs::read(path).map_err(|source| AuthoritiesError {
            name: hook.name.clone(),
            path: path.clone(),
            source,
        })?;
        webhook = webhook.authorities(pem);
    }
    Ok(webhook)
}

#[derive(Debug, thiserror::Error)]
#[error("webhook {name}: cannot read {}", path.display())]
struct AuthoritiesError {
    name: String,
    path: PathBuf,
    source: io::Error,
}
