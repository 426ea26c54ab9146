//! Who is asking.

use registry_core::Actor;

/// Somebody whose credentials were checked, or nobody in particular.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Principal {
    /// The name that is written into tag history and events.
    pub actor: Actor,
    /// The groups the authenticator found, in no order.
    pub groups: Vec<String>,
    /// Whether credentials were checked at all.
    pub authenticated: bool,
}

impl Principal {
    /// Whoever gives no credentials.
    #[must_use]
    pub fn anonymous() -> Self {
        Self { actor: Actor::anonymous(), groups: Vec::new(), authenticated: false }
    }

    /// Somebody whose credentials were checked, in no group.
    #[must_use]
    pub const fn authenticated(actor: Actor) -> Self {
        Self { actor, groups: Vec::new(), authenticated: true }
    }
}
