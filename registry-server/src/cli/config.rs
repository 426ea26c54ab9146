//! The configuration file.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use registry_core::RepositoryName;
use registry_engine::{Settings, SparseContent, SparsePolicy};
use serde::Deserialize;

use super::ServeArguments;

/// Everything that can be set, with the defaults filled in.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) listen: SocketAddr,
    pub(super) data: PathBuf,
    pub(super) allow_everyone: bool,
    pub(super) drain: Duration,
    pub(super) settings: Settings,
}

impl Config {
    /// What the flags say, else the file they name, else the defaults.
    pub(super) fn load(arguments: &ServeArguments) -> Result<Self, ConfigError> {
        let file = arguments.config.as_deref().map(File::read).transpose()?.unwrap_or_default();
        let default_address = SocketAddr::from((Ipv4Addr::LOCALHOST, 5000));
        Ok(Self {
            listen: arguments.listen.or(file.listen).unwrap_or(default_address),
            data: arguments.data.clone().or(file.data.clone()).unwrap_or_else(|| "./registry-data".into()),
            allow_everyone: arguments.allow_everyone || file.allow_everyone,
            drain: Duration::from_secs(file.drain_seconds.unwrap_or(30)),
            settings: file.settings(),
        })
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConfigError {
    #[error("cannot read the configuration file {path}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("the configuration file {path} is not understood")]
    Parse { path: PathBuf, source: Box<toml::de::Error> },
}

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The address to listen on.
    listen: Option<SocketAddr>,
    /// The folder that keeps everything.
    data: Option<PathBuf>,
    /// Lets everybody in on an address beyond loopback.
    #[serde(default)]
    allow_everyone: bool,
    /// How long running requests may go on after SIGTERM.
    drain_seconds: Option<u64>,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    content: Content,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    /// The largest manifest, in bytes.
    manifest_bytes: Option<u64>,
    /// How long content that nothing refers to yet is kept for whoever was told that it is there.
    lease_hours: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    /// What of a manifest's content may be absent, where the repository has no entry of its own.
    #[serde(default)]
    sparse: Sparse,
    /// The same for single repositories.
    #[serde(default)]
    sparse_repositories: BTreeMap<RepositoryName, Sparse>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sparse {
    #[default]
    Refuse,
    Children,
    Content,
}

impl File {
    fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        toml::from_str(&text)
            .map_err(|source| ConfigError::Parse { path: path.to_owned(), source: Box::new(source) })
    }

    fn settings(self) -> Settings {
        let mut settings = Settings::default();
        if let Some(bytes) = self.limits.manifest_bytes {
            settings.max_manifest_bytes = bytes;
        }
        if let Some(hours) = self.limits.lease_hours {
            settings.lease_window = Duration::from_secs(hours.saturating_mul(3600));
        }
        settings.sparse = self.content.policy();
        settings
    }
}

impl Content {
    fn policy(self) -> SparsePolicy {
        let policy = SparsePolicy::new(self.sparse.into());
        self.sparse_repositories
            .into_iter()
            .fold(policy, |policy, (repository, allow)| policy.with(repository, allow.into()))
    }
}

impl From<Sparse> for SparseContent {
    fn from(sparse: Sparse) -> Self {
        match sparse {
            Sparse::Refuse => Self::Refuse,
            Sparse::Children => Self::Children,
            Sparse::Content => Self::Content,
        }
    }
}
