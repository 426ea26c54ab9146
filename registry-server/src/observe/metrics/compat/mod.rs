//! The same under the names of other registries, so that dashboards and alerts made for them go on.

mod distribution;
mod openshift;

use std::fmt;
use std::str::FromStr;

use prometheus_client::registry::Registry;
use registry_storage::StoreCall;

use self::distribution::Distribution;
use self::openshift::OpenShift;
use crate::observe::{Facts, Finished};

/// Another registry whose names are used as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compat {
    /// CNCF distribution: `registry_storage_action_seconds` and the like.
    Distribution,
    /// The image registry of OpenShift: `imageregistry_…`.
    OpenShift,
}

impl Compat {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Distribution, Self::OpenShift];

    /// The name in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Distribution => "distribution",
            Self::OpenShift => "openshift",
        }
    }
}

impl fmt::Display for Compat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Compat {
    type Err = UnknownCompat;

    fn from_str(text: &str) -> Result<Self, UnknownCompat> {
        Self::ALL.into_iter().find(|compat| compat.as_str() == text).ok_or(UnknownCompat)
    }
}

/// No registry of that name is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is neither distribution nor openshift")]
#[non_exhaustive]
pub struct UnknownCompat;

/// All sets of names that are used.
#[derive(Debug)]
pub(super) struct Aliases {
    distribution: Option<Distribution>,
    openshift: Option<OpenShift>,
}

impl Aliases {
    pub(super) fn register(registry: &mut Registry, compat: &[Compat]) -> Self {
        let wanted = |which| compat.contains(&which);
        Self {
            distribution: wanted(Compat::Distribution).then(|| Distribution::register(registry)),
            openshift: wanted(Compat::OpenShift).then(|| OpenShift::register(registry)),
        }
    }

    pub(super) fn begun(&self) {
        if let Some(openshift) = &self.openshift {
            openshift.begun();
        }
    }

    pub(super) fn finished(&self, request: &Finished<'_>) {
        if let Some(distribution) = &self.distribution {
            distribution.finished(request);
        }
        if let Some(openshift) = &self.openshift {
            openshift.finished(request);
        }
    }

    pub(super) fn called(&self, call: &StoreCall<'_>) {
        if let Some(distribution) = &self.distribution {
            distribution.called(call);
        }
        if let Some(openshift) = &self.openshift {
            openshift.called(call);
        }
    }

    pub(super) fn set(&self, facts: &Facts) {
        if let Some(distribution) = &self.distribution {
            distribution.set(facts);
        }
    }
}
