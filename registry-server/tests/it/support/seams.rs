//! Authenticators and authorizers for tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use registry_auth::{
    Access, Action, Authenticator, Authorizer, Credentials, Error, Grant, Principal, Resource, Result,
};

/// Allows what a function allows.
pub(crate) struct Allow<F>(F);

impl<F> std::fmt::Debug for Allow<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Allow")
    }
}

impl<F> Allow<F>
where
    F: Fn(&Principal, &Access) -> bool + Send + Sync + 'static,
{
    pub(crate) fn by(rule: F) -> Arc<dyn Authorizer> {
        Arc::new(Self(rule))
    }
}

#[async_trait]
impl<F> Authorizer for Allow<F>
where
    F: Fn(&Principal, &Access) -> bool + Send + Sync + 'static,
{
    async fn authorize(&self, principal: &Principal, wanted: &[Access]) -> Result<Grant> {
        let allowed = wanted.iter().filter(|access| (self.0)(principal, access));
        Ok(Grant::new(allowed.cloned().collect()))
    }
}

/// Takes `Authorization: Test NAME` for the user of that name, and challenges whoever gives anything else.
#[derive(Debug)]
pub(crate) struct Challenge;

#[async_trait]
impl Authenticator for Challenge {
    async fn authenticate(&self, credentials: &Credentials<'_>, wanted: &[Access]) -> Result<Principal> {
        match credentials.authorization.map(|value| value.strip_prefix("Test ")) {
            None => Ok(Principal::anonymous()),
            Some(Some("away")) => {
                Err(Error::Unavailable { retry_after: None, source: "secret address 10.0.0.1".into() })
            }
            Some(Some(name)) => Ok(Principal::authenticated(name.parse().unwrap())),
            Some(None) => Err(Error::Unauthenticated { challenge: self.challenge(wanted).unwrap() }),
        }
    }

    fn challenge(&self, wanted: &[Access]) -> Option<String> {
        let scopes: Vec<String> = wanted.iter().map(scope).collect();
        Some(format!("Test realm=\"test\",scope=\"{}\"", scopes.join(" ")))
    }
}

fn scope(access: &Access) -> String {
    let action = match access.action {
        Action::Pull => "pull",
        Action::Push => "push",
        _ => "delete",
    };
    match &access.resource {
        Resource::Repository(name) => format!("repository:{name}:{action}"),
        Resource::Catalog => "catalog".to_owned(),
        Resource::Events => "events".to_owned(),
        Resource::Metrics => "metrics".to_owned(),
        _ => "registry".to_owned(),
    }
}

/// A switch that is off until it is turned on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Switch(Arc<AtomicBool>);

impl Switch {
    pub(crate) fn turn(&self, on: bool) {
        self.0.store(on, Ordering::SeqCst);
    }

    pub(crate) fn is_on(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
