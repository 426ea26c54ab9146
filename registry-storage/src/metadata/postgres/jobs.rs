//! Who does the jobs.

use async_trait::async_trait;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::PostgresMetadataStore;
use super::value::{column, corrupt, unsigned};
use crate::Result;
use crate::metadata::{JobIndex, JobRecord};

const FIND: &str = "SELECT holder, term, beat FROM registry.jobs WHERE name = $1";

#[async_trait]
impl JobIndex for PostgresMetadataStore {
    async fn job(&self, name: &str) -> Result<JobRecord> {
        let rows = self.pool.read("find a job", FIND, &[(&name.as_bytes() as _, Type::BYTEA)]).await?;
        rows.first().map_or(Ok(JobRecord::default()), record)
    }
}

fn record(row: &Row) -> Result<JobRecord> {
    let holder = column::<Option<&[u8]>>(row, "holder")?.map(|holder| String::from_utf8(holder.to_owned()));
    let holder = holder.transpose().map_err(|error| corrupt("holder", error))?;
    Ok(JobRecord::new(holder, unsigned(row, "term")?, unsigned(row, "beat")?))
}
