//! Connections, and how one statement is sent on them.

use std::time::Duration;

use deadpool::managed::Timeouts;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::PostgresOptions;
use super::connect::Target;
use super::failure::Fault;
use super::pause::Pause;
use crate::{Error, Result};

/// How much longer than the server is waited here for an answer.
const SLACK: Duration = Duration::from_secs(2);

/// A connection of the pool, given back when it is dropped.
pub(super) type Object = deadpool::managed::Object<Target>;

/// A value of a statement with its type.
pub(super) type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// Connections to one database. Every statement is a transaction of its own, sent as a whole: nothing is ever locked
/// while the database waits for this process.
pub(super) struct Pool {
    connections: deadpool::managed::Pool<Target>,
    named: bool,
    timeout: Duration,
    patience: Duration,
}

impl Pool {
    /// Connections that are made when they are needed, so many at most.
    ///
    /// # Errors
    /// When the pool cannot be built.
    pub(super) fn new(target: Target, size: usize, options: &PostgresOptions) -> Result<Self> {
        // Each address of the database has its own time, see `reach`; and nothing is asked before one is used again.
        let timeouts = Timeouts { wait: Some(options.statement_timeout), create: None, recycle: None };
        let pool = deadpool::managed::Pool::builder(target).max_size(size.max(1)).timeouts(timeouts);
        let built = pool.runtime(deadpool::Runtime::Tokio1).build();
        let connections =
            built.map_err(|error| Error::internal("build a pool of connections", error.to_string()))?;
        let (timeout, patience) = (options.statement_timeout.saturating_add(SLACK), options.patience);
        Ok(Self { connections, named: !options.pooler, timeout, patience })
    }

    /// A connection.
    ///
    /// # Errors
    /// When none can be had.
    pub(super) async fn connection(&self) -> Result<Object, Fault> {
        self.connections.get().await.map_err(Fault::Unsent)
    }

    /// How long is tried again.
    pub(super) const fn patience(&self) -> Duration {
        self.patience
    }

    /// The rows of a statement that may be carried out twice. It is tried again as long as there is patience.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn read(
        &self,
        context: &'static str,
        sql: &'static str,
        values: &[Parameter<'_>],
    ) -> Result<Vec<Row>> {
        let mut pause = Pause::within(self.patience);
        loop {
            match self.once(sql, values).await {
                Ok(rows) => return Ok(rows),
                Err(fault) if fault.is_lost() && pause.wait().await => {}
                Err(fault) => return Err(fault.into_error(context)),
            }
        }
    }

    /// The rows of a statement that must not be carried out twice. It is tried again only if it certainly was not
    /// carried out.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn write(
        &self,
        context: &'static str,
        sql: &'static str,
        values: &[Parameter<'_>],
    ) -> Result<Vec<Row>> {
        let mut pause = Pause::within(self.patience);
        loop {
            match self.once(sql, values).await {
                Ok(rows) => return Ok(rows),
                Err(fault) if fault.is_undone() && pause.wait().await => {}
                Err(fault) => return Err(fault.into_error(context)),
            }
        }
    }

    async fn once(&self, sql: &'static str, values: &[Parameter<'_>]) -> Result<Vec<Row>, Fault> {
        let connection = self.connection().await?;
        let answer = tokio::time::timeout(self.timeout, self.send(&connection, sql, values)).await;
        let result = answer.map_err(|_| Fault::Late).and_then(|answer| answer.map_err(Fault::Sent));
        if result.as_ref().is_err_and(Fault::spoils_the_connection) {
            // Closed, and not put back.
            drop(Object::take(connection));
        }
        result
    }

    async fn send(
        &self,
        connection: &Object,
        sql: &'static str,
        values: &[Parameter<'_>],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        if !self.named {
            return connection.query_typed(sql, values).await;
        }
        let types: Vec<Type> = values.iter().map(|(_, kind)| kind.clone()).collect();
        let statement = connection.prepare_typed_cached(sql, &types).await?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|(value, _)| *value).collect();
        connection.query(&statement, &values).await
    }
}
