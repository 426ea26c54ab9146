//! Reading the configuration again while the registry runs.

use std::time::Duration;

use registry_server::Server;

use super::config::{Change, Config, Effective, Loaded, Sources, Stamp};
use super::log::Level;

/// How often the file is looked at.
pub(super) const LOOK: Duration = Duration::from_secs(2);

/// The configuration that holds, and all that can be set anew.
#[derive(Debug)]
pub(super) struct Live {
    sources: Sources,
    values: Vec<Effective>,
    pub(super) config: Config,
    level: Level,
    server: Server,
    stamp: Option<Stamp>,
}

impl Live {
    pub(super) fn new(sources: Sources, loaded: Loaded, level: Level, server: Server) -> Self {
        let Loaded { config, values, stamp, .. } = loaded;
        Self { sources, values, config, level, server, stamp }
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
        match self.sources.load() {
            Ok(loaded) => self.apply(loaded),
            Err(error) => {
                for problem in &error.0 {
                    tracing::error!("the configuration is wrong and changes nothing: {problem}");
                }
            }
        }
    }

    fn apply(&mut self, loaded: Loaded) {
        let Loaded { config, values, notes, .. } = loaded;
        for note in notes {
            tracing::warn!("{note}");
        }
        let (now, later) = changed(&self.values, &values);
        // What needs a restart stays as it is, so that it is told until then, and no longer when it is taken back.
        self.values.retain(|value| value.setting.change == Change::Restart);
        self.values.extend(values.into_iter().filter(|value| value.setting.change == Change::Reload));
        self.level.set(&config.log);
        self.server.set_writes(config.http.writes());
        self.config.log = config.log;
        self.config.http.drain = config.http.drain;
        for path in &now {
            tracing::info!("changed: {path}");
        }
        for path in &later {
            tracing::warn!("needs a restart: {path}");
        }
        tracing::info!(changed = now.len(), need_restart = later.len(), "the configuration was read again");
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
