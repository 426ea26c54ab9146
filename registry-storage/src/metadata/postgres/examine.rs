//! Looking at a database before it is used.

use std::future::poll_fn;
use std::time::Duration;

use tokio_postgres::types::Type;
use tokio_postgres::{AsyncMessage, Row};

use super::connect::{self, Target};
use super::failure::Fault;
use super::pool::Pool;
use super::reach::Unreached;
use super::value::column;
use super::{PostgresMetadataStore, PostgresOptions, schema};
use crate::metadata::UploadId;
use crate::{Error, Result};

/// How long a notification may take that says that listening works.
const TOLD: Duration = Duration::from_secs(2);

const STATE: &str = "SELECT current_setting('server_version') AS server,
    pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS read_only,
    current_setting('fsync')::boolean AND current_setting('synchronous_commit') <> 'off' AS durable,
    current_setting('statement_timeout') <> '0' AS has_timeout,
    current_setting('max_connections')::integer - (
        SELECT count(*)::integer FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend'
    ) AS free,
    (SELECT version FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl) AS tls,
    coalesce(
        (SELECT pg_has_role(nspowner, 'USAGE') FROM pg_catalog.pg_namespace WHERE nspname = 'registry'),
        has_database_privilege(current_database(), 'CREATE')
    ) AS may_migrate";
const TELL: &str = "SELECT pg_notify($1, '')";

/// What a database was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PostgresState {
    /// Its version, as it says it: `15.14 (Debian 15.14-0+deb12u1)`.
    pub server: String,
    /// The version of TLS that the connection was made with, as `TLSv1.3`. Behind a pooler it is that of the pooler's own
    /// connection.
    pub encryption: Option<String>,
    /// How many steps of the schema it has behind it; 0 for an empty database.
    pub schema: usize,
    /// How many steps this program knows. What is missing is made when the store is opened.
    pub newest: usize,
    /// Whether the role may make what is missing.
    pub may_migrate: bool,
    /// Whether nothing can be written, as on a standby.
    pub read_only: bool,
    /// Whether what it answers survives a crash of it: neither `fsync` nor `synchronous_commit` is off.
    pub durable: bool,
    /// Whether a statement ends by itself after some time.
    pub has_timeout: bool,
    /// How many more connections it takes.
    pub free_connections: i32,
    /// Whether the store would be told of what others write: nothing where it would not ask, which is behind a pooler
    /// without [`listen_url`](PostgresOptions::listen_url), and of a database that only reads.
    pub listens: Option<bool>,
    /// Why the connection that listens cannot be made, where [`listens`](Self::listens) is no for that.
    pub unheard: Option<String>,
}

impl PostgresMetadataStore {
    /// Looks at a database and changes nothing there: the schema is not made.
    ///
    /// # Errors
    /// Those of [`connect`](Self::connect).
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn examine(options: &PostgresOptions) -> Result<PostgresState> {
        let listened = Self::listened(options)?;
        let pool = Pool::new(connect::target(&options.url, options, !options.pooler)?, 1, options)?;
        let schema = schema::found(&pool).await?;
        let rows = pool.read("look at the database", STATE, &[]).await?;
        let row =
            rows.first().ok_or_else(|| Error::internal("look at the database", "it answers nothing"))?;
        let mut state = state(row, schema)?;
        if let (Some(target), false) = (listened, state.read_only) {
            let channel = format!("registry_trial_{}", UploadId::random()?);
            match listens(&target, &pool, &channel).await? {
                Ok(told) => state.listens = Some(told),
                Err(error) => (state.listens, state.unheard) = (Some(false), Some(error.to_string())),
            }
        }
        Ok(state)
    }

    /// Where the store listens.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the address is none.
    pub(super) fn listened(options: &PostgresOptions) -> Result<Option<Target>> {
        let listened = options.listen_url.as_ref().or((!options.pooler).then_some(&options.url));
        listened.map(|url| connect::target(url, options, true)).transpose()
    }
}

fn state(row: &Row, schema: usize) -> Result<PostgresState> {
    Ok(PostgresState {
        server: column(row, "server")?,
        encryption: column(row, "tls")?,
        schema,
        newest: schema::NEWEST,
        may_migrate: column(row, "may_migrate")?,
        read_only: column(row, "read_only")?,
        durable: column(row, "durable")?,
        has_timeout: column(row, "has_timeout")?,
        free_connections: column(row, "free")?,
        listens: None,
        unheard: None,
    })
}

/// Whether a connection that listens is told of what is said on another one.
async fn listens(target: &Target, pool: &Pool, channel: &str) -> Result<Result<bool, Unreached>> {
    const CONTEXT: &str = "listen to the database";
    let sent = |error| Fault::Sent(error).into_error(CONTEXT);
    let (client, mut connection) = match target.connect().await {
        Ok(made) => made,
        Err(error) => return Ok(Err(error)),
    };
    let hear = async {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(told) = message.map_err(sent)?
                && told.channel() == channel
            {
                return Ok(true);
            }
        }
        Ok(false)
    };
    let tell = async {
        client.batch_execute(&format!("LISTEN {channel}")).await.map_err(sent)?;
        pool.read(CONTEXT, TELL, &[(&channel, Type::TEXT)]).await?;
        tokio::time::sleep(TOLD).await;
        Ok(false)
    };
    tokio::select! {
        heard = hear => heard.map(Ok),
        silence = tell => silence.map(Ok),
    }
}
