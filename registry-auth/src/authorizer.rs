//! What may they do?

use std::fmt::Debug;

use async_trait::async_trait;

use crate::{Access, Principal, Result};

/// Answers which of the wanted accesses a principal has.
///
/// # Contract
/// - **A-10** The grant holds no access that was not wanted.
/// - **A-11** What is not allowed is left out; a smaller or empty grant is no error.
/// - **A-12** A resource that the principal may not see is left out exactly as one that does not exist.
///
/// # Cancel safety
/// Dropping the future changes nothing.
#[async_trait]
pub trait Authorizer: Debug + Send + Sync + 'static {
    /// Which of `wanted` the principal has.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) when nobody can decide now.
    async fn authorize(&self, principal: &Principal, wanted: &[Access]) -> Result<Grant>;
}

/// The accesses that were allowed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Grant {
    allowed: Vec<Access>,
}

impl Grant {
    /// A grant of these accesses.
    #[must_use]
    pub const fn new(allowed: Vec<Access>) -> Self {
        Self { allowed }
    }

    /// Whether the access was allowed.
    #[must_use]
    pub fn allows(&self, access: &Access) -> bool {
        self.allowed.contains(access)
    }
}

/// Allows nothing to anybody: what a registry does until it is told otherwise.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::exhaustive_structs)]
pub struct Deny;

#[async_trait]
impl Authorizer for Deny {
    async fn authorize(&self, _: &Principal, _: &[Access]) -> Result<Grant> {
        Ok(Grant::default())
    }
}

/// Allows everything to everybody. Only for a registry that nobody else can reach.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::exhaustive_structs)]
pub struct EveryoneMay;

#[async_trait]
impl Authorizer for EveryoneMay {
    async fn authorize(&self, _: &Principal, wanted: &[Access]) -> Result<Grant> {
        Ok(Grant::new(wanted.to_vec()))
    }
}
