//! The witness that a request was let through.

use std::sync::Arc;

use registry_auth::{Access, Action, Authorizer, Principal};
use registry_core::{Actor, RepositoryName};

use crate::error::Refusal;

/// Somebody who may do what the route means. Only [`authorize`](super::authorize) makes one, and every handler
/// takes one.
#[derive(Debug)]
pub(crate) struct Authorized {
    principal: Principal,
    authorizer: Arc<dyn Authorizer>,
}

impl Authorized {
    pub(super) fn new(principal: Principal, authorizer: Arc<dyn Authorizer>) -> Self {
        Self { principal, authorizer }
    }

    /// Who does it.
    pub(crate) const fn actor(&self) -> &Actor {
        &self.principal.actor
    }

    /// Whether they may also pull from another repository; no when nobody can decide.
    pub(crate) async fn may_pull(&self, name: RepositoryName) -> bool {
        let wanted = [Access::repository(name, Action::Pull)];
        match self.authorizer.authorize(&self.principal, &wanted).await {
            Ok(grant) => grant.allows(&wanted[0]),
            Err(_) => false,
        }
    }

    /// Those of the repositories from which they may pull.
    ///
    /// # Errors
    /// When nobody can decide.
    pub(crate) async fn pullable(&self, names: Vec<RepositoryName>) -> Result<Vec<RepositoryName>, Refusal> {
        let wanted: Vec<Access> =
            names.iter().map(|name| Access::repository(name.clone(), Action::Pull)).collect();
        let grant = self.authorizer.authorize(&self.principal, &wanted).await?;
        let allowed = names.into_iter().zip(&wanted).filter(|(_, access)| grant.allows(access));
        Ok(allowed.map(|(name, _)| name).collect())
    }
}
