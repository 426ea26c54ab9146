//! Making a connection, which no silence holds up.

use std::fmt;
use std::future::Future;
use std::io;
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use deadpool_postgres::ClientWrapper;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Connection, Socket};

use super::address::{Place, addresses, only, places};
use super::connect::Target;
use super::tls::Tls;

/// A connection before somebody drives it.
pub(super) type Made = (Client, Connection<Socket, <Tls as MakeTlsConnect<Socket>>::Stream>);

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum Unreached {
    /// The database said so, or the network did.
    Said(tokio_postgres::Error),
    /// The name of a host leads nowhere.
    Unknown(io::Error),
    /// Nobody answered for so long, or not to the end.
    Silent(Duration),
}

impl From<tokio_postgres::Error> for Unreached {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Said(error)
    }
}

impl fmt::Display for Unreached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(error) => f.write_str(&super::failure::text(error)),
            Self::Unknown(error) => write!(f, "error connecting to server: {error}"),
            Self::Silent(time) => write!(f, "the database does not answer: no connection within {time:?}"),
        }
    }
}

impl std::error::Error for Unreached {}

impl Target {
    /// A connection to the first address that gives one. Each has the whole time to connect, to agree on encryption and to
    /// let us in; one that says nothing takes none from the next.
    ///
    /// # Errors
    /// What the last address has said.
    pub(super) async fn connect(&self) -> Result<Made, Unreached> {
        let Some(places) = places(&self.config) else {
            // It says what does not fit together.
            return Ok(self.config.connect(self.tls.clone()).await?);
        };
        let mut last = Unreached::Silent(self.patience());
        for place in places {
            match self.within(async { Ok(addresses(&self.config, place).await) }).await {
                Ok(Ok(found)) => match self.first(found).await {
                    Ok(made) => return Ok(made),
                    Err(Some(error)) => last = error,
                    Err(None) => {}
                },
                Ok(Err(error)) => last = Unreached::Unknown(error),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// A connection to the first of these, or what the last one has said.
    async fn first(&self, found: Vec<Place>) -> Result<Made, Option<Unreached>> {
        let mut last = None;
        for place in found {
            let config = only(&self.config, &place);
            let making = async { config.connect(self.tls.clone()).await.map_err(Unreached::Said) };
            match self.within(making).await {
                Ok(made) => return Ok(made),
                Err(error) => last = Some(error),
            }
        }
        Err(last)
    }

    async fn within<T>(&self, making: impl Future<Output = Result<T, Unreached>>) -> Result<T, Unreached> {
        let patience = self.patience();
        tokio::time::timeout(patience, making).await.unwrap_or(Err(Unreached::Silent(patience)))
    }

    /// How long one address has.
    fn patience(&self) -> Duration {
        self.config.get_connect_timeout().copied().unwrap_or(Duration::from_secs(5))
    }
}

impl Manager for Target {
    type Type = ClientWrapper;
    type Error = Unreached;

    async fn create(&self) -> Result<ClientWrapper, Unreached> {
        let (client, connection) = self.connect().await?;
        // It ends with its client. What ends it is told to whoever sends something.
        let driving = tokio::spawn(async move { drop(connection.await) });
        Ok(ClientWrapper::new(client, driving))
    }

    async fn recycle(&self, client: &mut ClientWrapper, _: &Metrics) -> RecycleResult<Unreached> {
        if client.is_closed() {
            return Err(RecycleError::message("the connection is closed"));
        }
        Ok(())
    }
}
