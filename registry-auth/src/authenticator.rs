//! Who is asking?

use std::fmt::Debug;

use async_trait::async_trait;

use crate::{Access, Principal, Result};

/// Turns the credentials of a request into a [`Principal`].
///
/// # Contract
/// - **A-1** Without credentials the answer is [`Principal::anonymous`] or a challenge.
/// - **A-2** With wrong, expired or malformed credentials the answer is a challenge, never an anonymous principal.
/// - **A-3** The challenge names what was wanted, where the scheme can say so, and holds no control characters.
///
/// # Cancel safety
/// Dropping the future changes nothing.
#[async_trait]
pub trait Authenticator: Debug + Send + Sync + 'static {
    /// Who is asking. `wanted` is only there to be named in a challenge.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`](crate::Error::Unauthenticated) with the challenge to send, or
    /// [`Error::Unavailable`](crate::Error::Unavailable).
    async fn authenticate(&self, credentials: &Credentials<'_>, wanted: &[Access]) -> Result<Principal>;

    /// The challenge to send when a principal without credentials may not do what it wants; none when credentials
    /// would never help.
    fn challenge(&self, wanted: &[Access]) -> Option<String>;
}

/// What a request shows of its sender. `Debug` does not print secrets.
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub struct Credentials<'a> {
    /// The value of the `Authorization` header.
    pub authorization: Option<&'a str>,
}

impl<'a> Credentials<'a> {
    /// The credentials of a request with this `Authorization` header.
    #[must_use]
    pub const fn new(authorization: Option<&'a str>) -> Self {
        Self { authorization }
    }
}

impl Debug for Credentials<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let authorization = self.authorization.map(|_| "(hidden)");
        f.debug_struct("Credentials").field("authorization", &authorization).finish()
    }
}

/// Asks nobody for credentials and does not look at any: everybody is [`Principal::anonymous`].
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::exhaustive_structs)]
pub struct Anonymous;

#[async_trait]
impl Authenticator for Anonymous {
    async fn authenticate(&self, _: &Credentials<'_>, _: &[Access]) -> Result<Principal> {
        Ok(Principal::anonymous())
    }

    fn challenge(&self, _: &[Access]) -> Option<String> {
        None
    }
}
