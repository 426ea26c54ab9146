//! Manifests that refer to others.

use registry_core::{Descriptor, Digest, MediaType, Page, RepositoryName};
use rusqlite::types::ToSql;
use rusqlite::{Connection, params};

use super::failure::Sql;
use super::statements::statements;
use super::value::{Json, Key, column, json, lookahead};
use crate::metadata::ReferrerEdge;

statements! {
    LIST = "SELECT f.descriptor FROM repositories r JOIN referrers f ON f.repository_id = r.id
            WHERE r.name = ?1 AND f.subject = ?2 AND f.digest > ?3 ORDER BY f.digest LIMIT ?4";
    LIST_OF_TYPE = "SELECT f.descriptor FROM repositories r JOIN referrers f ON f.repository_id = r.id
                    WHERE r.name = ?1 AND f.subject = ?2 AND f.artifact_type = ?5 AND f.digest > ?3
                    ORDER BY f.digest LIMIT ?4";
    ADD = "INSERT INTO referrers (repository_id, subject, digest, artifact_type, descriptor)
           VALUES (?1, ?2, ?3, ?4, ?5)";
    REMOVE = "DELETE FROM referrers WHERE repository_id = ?1 AND subject = ?2 AND digest = ?3";
}

/// At most `limit` manifests that refer to the subject, behind the digest `after`.
pub(super) fn list(
    connection: &Connection,
    repository: &RepositoryName,
    subject: &Digest,
    artifact_type: Option<&MediaType>,
    after: Option<&Digest>,
    limit: usize,
) -> Sql<Page<Descriptor>> {
    let (name, rows) = (repository.as_str(), lookahead(limit));
    let (subject, after) = (Key::from(subject), after.map_or(Key::LOWEST, Key::from));
    let descriptors = match artifact_type {
        None => read(connection, LIST, params![name, subject, after, rows])?,
        Some(kind) => read(connection, LIST_OF_TYPE, params![name, subject, after, rows, kind.as_str()])?,
    };
    Ok(Page::from_lookahead(descriptors, limit))
}

fn read(connection: &Connection, sql: &str, wanted: &[&dyn ToSql]) -> rusqlite::Result<Vec<Descriptor>> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(wanted, |row| column::<Json<Descriptor>>(row, 0).map(|json| json.0))?;
    rows.collect()
}

pub(super) fn add(connection: &Connection, repository: i64, digest: &Digest, edge: &ReferrerEdge) -> Sql<()> {
    connection.prepare_cached(ADD)?.execute(params![
        repository,
        Key::from(&edge.subject),
        Key::from(digest),
        edge.descriptor.artifact_type.as_ref().map(MediaType::as_str),
        json(&edge.descriptor)?,
    ])?;
    Ok(())
}

pub(super) fn remove(connection: &Connection, repository: i64, subject: &Digest, digest: &Digest) -> Sql<()> {
    let row = params![repository, Key::from(subject), Key::from(digest)];
    connection.prepare_cached(REMOVE)?.execute(row)?;
    Ok(())
}
