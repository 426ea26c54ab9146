//! Tokens, for registries that want them (the token specification of distribution; RFC 6750).
//!
//! A registry says with 401 who gives a token and for what. It is asked for once for each scope, kept, and asked for
//! anew when the registry does not take it any more. The password goes to the one who gives tokens, the token goes to
//! the registry, and neither goes anywhere else.

mod ask;
mod challenge;
mod purpose;

use std::collections::HashMap;
use std::fmt;
use std::sync::Mutex;

use challenge::Challenge;
pub(super) use purpose::Purpose;

use super::{Credentials, Dialer, Response, Url};
use crate::check::Stop;

/// Who asks, and the tokens that were given.
#[derive(Debug)]
pub(super) struct Access {
    credentials: Option<Credentials>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// What was asked for when somebody wanted to do this.
    challenges: HashMap<Purpose, Challenge>,
    tokens: HashMap<Challenge, Token>,
}

/// The value of `Authorization` with a token. It never shows itself.
#[derive(Clone, PartialEq, Eq)]
struct Token(String);

impl Access {
    pub(super) fn new(credentials: Option<Credentials>) -> Self {
        Self { credentials, kept: Mutex::default() }
    }

    /// What goes into `Authorization`: a token where the registry asked for one, otherwise name and password.
    pub(super) fn header(&self, purpose: &Purpose) -> Option<String> {
        let kept = self.kept.lock().ok()?;
        let token = kept.challenges.get(purpose).and_then(|challenge| kept.tokens.get(challenge));
        match token {
            Some(token) => Some(token.0.clone()),
            None if kept.tokens.is_empty() => self.credentials.as_ref().map(|own| own.header().to_owned()),
            None => None,
        }
    }

    /// Gets a token when this answer to a request with `sent` in `Authorization` asks for one, and tells whether the
    /// request should be sent again.
    ///
    /// # Errors
    /// A failure when there is no token to be had.
    pub(super) async fn renew(
        &self,
        purpose: &Purpose,
        sent: Option<&str>,
        response: &Response,
        registry: &Url,
        dialer: &Dialer,
    ) -> Result<bool, Stop> {
        let challenge = Challenge::find(response.all("www-authenticate"));
        let Some(challenge) = challenge.filter(|_| response.status == 401) else { return Ok(false) };
        if !self.holds_another(purpose, &challenge, sent) {
            let token = ask::token(&challenge, self.credentials.as_ref(), registry, dialer).await?;
            if let Ok(mut kept) = self.kept.lock() {
                kept.tokens.insert(challenge.clone(), token);
                kept.challenges.insert(purpose.clone(), challenge);
            }
        }
        Ok(true)
    }

    /// Whether there is a token for this that was not sent; it is the one for this purpose from now on.
    fn holds_another(&self, purpose: &Purpose, challenge: &Challenge, sent: Option<&str>) -> bool {
        let Ok(mut kept) = self.kept.lock() else { return false };
        let another = kept.tokens.get(challenge).is_some_and(|token| Some(&*token.0) != sent);
        if another {
            kept.challenges.insert(purpose.clone(), challenge.clone());
        }
        another
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}
