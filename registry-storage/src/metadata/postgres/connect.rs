//! How a connection is made.

use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use super::PostgresOptions;
use super::tls::{self, Mode, Tls};
use crate::{Error, Result};

/// Where a database is, and how it is spoken to.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) config: Config,
    pub(super) tls: Tls,
}

impl Target {
    /// Whether any of several servers may answer, one that lags behind among them.
    pub(super) fn names_several(&self) -> bool {
        let places = self.config.get_hosts().len().max(self.config.get_hostaddrs().len());
        places > 1 && self.config.get_target_session_attrs() != TargetSessionAttrs::ReadWrite
    }
}

/// What the address and the options say.
///
/// # Errors
/// [`Error::Invalid`] when the address is none, and when certificates are none.
pub(super) fn target(address: &str, options: &PostgresOptions, direct: bool) -> Result<Target> {
    let (address, mode) = Mode::take(address)?;
    let mut config = config(&address, options, direct)?;
    config.ssl_mode(match mode {
        Mode::Disable => SslMode::Disable,
        Mode::Prefer => SslMode::Prefer,
        Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
    });
    // A socket of the same machine is never encrypted.
    let is_remote = config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(_)));
    let mode = if is_remote || mode.must_encrypt() { mode } else { Mode::Disable };
    Ok(Target { config, tls: tls::new(options, mode)? })
}

fn config(address: &str, options: &PostgresOptions, direct: bool) -> Result<Config> {
    // Why it is none is not told: it may hold a password.
    let invalid = |_| Error::Invalid { reason: "the address of the database is not understood" };
    let mut config: Config = address.parse().map_err(invalid)?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(Error::Invalid { reason: "the address of the database names no host" });
    }
    if let Some(password) = &options.password {
        config.password(password);
    }
    if config.get_application_name().is_none() {
        config.application_name("registry");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(options.connect_timeout);
    }
    if config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(_))) {
        config.keepalives_idle(Duration::from_secs(60));
        config.tcp_user_timeout(options.statement_timeout.saturating_add(Duration::from_secs(10)));
    }
    if direct {
        let asked = config.get_options().unwrap_or_default().to_owned();
        config.options(format!("{asked} {}", session(options)));
    }
    Ok(config)
}

/// What is asked of each session. A statement whose client is gone ends; a transaction that is left open does too, though
/// none is ever left open on purpose.
fn session(options: &PostgresOptions) -> String {
    format!(
        "-c statement_timeout={} -c idle_in_transaction_session_timeout=60000 -c client_connection_check_interval=10000 \
         -c default_transaction_isolation=read\\ committed -c jit=off",
        milliseconds(options.statement_timeout)
    )
}

/// As a setting of PostgreSQL: 0 would mean for ever.
pub(super) fn milliseconds(duration: Duration) -> u128 {
    duration.as_millis().clamp(1, i32::MAX as u128)
}

#[cfg(test)]
mod tests {
    use super::config;
    use crate::Error;
    use crate::metadata::PostgresOptions;

    #[test]
    fn an_address_is_a_url_or_words() {
        for address in ["postgres://me@db/registry", "host=/run/postgresql user=me dbname=registry"] {
            let mut options = PostgresOptions::new(address);
            options.password = Some("secret".into());
            let config = config(address, &options, true).unwrap();
            assert_eq!((config.get_user(), config.get_dbname()), (Some("me"), Some("registry")));
            assert_eq!(config.get_password(), Some(&b"secret"[..]));
            assert!(config.get_options().unwrap().contains("statement_timeout=30000"));
        }
    }

    #[test]
    fn nothing_is_asked_of_the_session_behind_a_pooler() {
        let address = "postgres://me@db/registry";
        let config = config(address, &PostgresOptions::new(address), false).unwrap();
        assert_eq!(config.get_options(), None);
    }

    #[test]
    fn an_address_that_is_none_is_not_shown() {
        for address in ["", "postgres://", "http://db", "user=me", "postgres://me:secret@db:port/x"] {
            let error = config(address, &PostgresOptions::new(address), true).unwrap_err();
            assert!(matches!(error, Error::Invalid { .. }), "{address}: {error:?}");
            assert!(!format!("{error:?}").contains("secret"));
        }
    }
}
