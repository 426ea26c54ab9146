//! Reading the configuration again while the registry runs.

use std::time::Duration;

use registry_engine::Registry;
use registry_engine::delivery::Deliveries;
use registry_server::Server;
use registry_server::observe::ConfigurationFacts;
use tokio::sync::watch;

use super::config::{Change, Config, Effective, Loaded, Sources, Stamp};
use super::exit::with_causes;
use super::log::Level;
use super::{assemble, descriptors, serve, webhooks};

/// How often the file is looked at.
pub(super) const LOOK: Duration = Duration::from_secs(2);

/// The configuration that holds, and all that can be set anew.
#[derive(Debug)]
pub(super) struct Live {
    sources: Sources,
    values: Vec<Effective>,
    pub(super) config: Config,
    stamp: Option<Stamp>,
    facts: ConfigurationFacts,
    level: Level,
    served: Served,
    renewed: watch::Sender<()>,
}

/// What is served, by handles that all others share.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) registry: Registry,
    pub(super) server: Server,
    pub(super) deliveries: Deliveries,
}

/// A configuration that is in order.
struct Next {
    loaded: Loaded,
    webhooks: webhooks::Changes,
}

impl Live {
    pub(super) fn new(sources: Sources, loaded: Loaded, level: Level, served: Served) -> Self {
        let Loaded { config, values, stamp, .. } = loaded;
        let facts = ConfigurationFacts::read(Vec::new());
        served.server.note_configuration(facts.clone());
        let renewed = watch::Sender::new(());
        Self { sources, values, config, stamp, facts, level, served, renewed }
    }

    /// Tells whenever something is set anew.
    pub(super) fn renewed(&self) -> watch::Receiver<()> {
        self.renewed.subscribe()
    }

    /// Reads everything again if the file is another than before.
    pub(super) fn look(&mut self) {
        let stamp = self.sources.stamp();
        // A file that is gone for a moment is being replaced.
        if stamp.is_some() && stamp != self.stamp {
            tracing::info!("the configuration file has changed");
            self.reload();
        }
    }

    /// Reads everything again. What is wrong is told and changes nothing; what needs a restart is told as well.
    pub(super) fn reload(&mut self) {
        self.stamp = self.sources.stamp();
        self.facts = match self.read() {
            Ok(next) => ConfigurationFacts::read(self.apply(next)),
            Err(problems) => {
                for problem in problems {
                    tracing::error!("the configuration is wrong and changes nothing: {problem}");
                }
                self.facts.clone().refused()
            }
        };
        self.served.server.note_configuration(self.facts.clone());
    }

    /// What a start would read, refused for what a start would refuse.
    fn read(&self) -> Result<Next, Vec<String>> {
        let loaded = self.sources.load();
        let loaded = loaded.map_err(|error| error.0.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        serve::refuse_strangers(&loaded.config).map_err(|error| vec![error.to_string()])?;
        let webhooks = webhooks::Changes::between(&self.config, &loaded.config, &self.served.registry);
        let webhooks = webhooks.map_err(|error| vec![with_causes(&*error)])?;
        Ok(Next { loaded, webhooks })
    }

    /// Sets everything anew that can be; answers what needs a restart.
    fn apply(&mut self, next: Next) -> Vec<String> {
        let Loaded { config, values, notes, .. } = next.loaded;
        for note in notes {
            tracing::warn!("{note}");
        }
        let (now, later) = changed(&self.values, &values);
        // What needs a restart stays as it is, so that it is told until then, and no longer when it is taken back.
        self.values.retain(|value| value.setting.change == Change::Restart);
        self.values.extend(values.into_iter().filter(|value| value.setting.change == Change::Reload));
        if let Some(note) = descriptors::shortage(&config) {
            tracing::warn!("{note}");
        }
        let Served { registry, server, deliveries } = &self.served;
        self.level.set(&config.log);
        registry.set_settings(assemble::settings(&config));
        server.set_limits(config.limits.wire());
        server.set_writes(config.http.writes());
        server.set_redirects(config.redirects.wire());
        next.webhooks.make(deliveries);
        self.renewed.send_replace(());
        self.config = config;
        for path in &now {
            tracing::info!("changed: {path}");
        }
        for path in &later {
            tracing::warn!("needs a restart: {path}");
        }
        tracing::info!(changed = now.len(), need_restart = later.len(), "the configuration was read again");
        later
    }
}

/// The paths of what is another than before: what takes effect now, and what does later.
fn changed(old: &[Effective], new: &[Effective]) -> (Vec<String>, Vec<String>) {
    let same = |one: &Effective, other: &Effective| {
        one.path == other.path && one.value == other.value && one.secrets == other.secrets
    };
    let other = |here: &[Effective], there: &[Effective]| -> Vec<(String, Change)> {
        let here = here.iter().filter(|one| !there.iter().any(|other| same(one, other)));
        here.map(|one| (one.path.clone(), one.setting.change)).collect()
    };
    let mut all = other(new, old);
    all.extend(other(old, new));
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all.dedup();
    let (now, later): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, change)| *change == Change::Reload);
    let paths = |of: Vec<(String, Change)>| of.into_iter().map(|(path, _)| path).collect();
    (paths(now), paths(later))
}
