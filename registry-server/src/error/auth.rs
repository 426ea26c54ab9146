//! What a request that is not let through is answered.

use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use registry_auth::Error;
use registry_core::ErrorCode;

use super::{Refusal, chain};

impl Refusal {
    /// Nobody may do this without credentials: 401 with the challenge.
    pub(crate) fn unauthenticated(challenge: &str) -> Self {
        let Ok(challenge) = HeaderValue::from_str(challenge) else {
            tracing::error!("the authenticator's challenge is no header value");
            return Self::internal();
        };
        Self::new(StatusCode::UNAUTHORIZED, ErrorCode::Unauthorized, "authentication required")
            .with(WWW_AUTHENTICATE, challenge)
    }

    /// Whoever asks may not do this: 403.
    pub(crate) fn denied() -> Self {
        Self::new(StatusCode::FORBIDDEN, ErrorCode::Denied, "access denied")
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Unauthenticated { challenge } => Self::unauthenticated(&challenge),
            Error::Denied => Self::denied(),
            Error::Unavailable { retry_after, .. } => {
                tracing::warn!(error = %chain(&error), "cannot decide who may do what");
                let seconds = retry_after.map_or(1, |wait| wait.as_secs().max(1));
                let message = "authorization is unavailable";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, message)
                    .with(RETRY_AFTER, seconds.into())
            }
            error => {
                tracing::error!(error = %chain(&error), "authorization failed");
                Self::internal()
            }
        }
    }
}
