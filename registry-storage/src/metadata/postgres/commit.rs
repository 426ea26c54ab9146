//! Carrying out a commit.

use registry_core::{Event, EventKind, RepositoryName};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::connect::milliseconds;
use super::encode::encode;
use super::value::{column, corrupt, digest, number, optional_digest, optional_word, text, unsigned, word};
use super::{PostgresMetadataStore, locks};
use crate::metadata::{Commit, Committed};
use crate::{Error, Result};

const COMMIT: &str = "SELECT conflict, commit_id, first, position, kind, repository, digest, previous, size, media_type, \
                      subject, tag, cause, document_kind, document_key \
                      FROM registry.commit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

/// Carries out a commit, and waits until its events have numbers.
///
/// # Errors
/// Those of [`MetadataStore::commit`](crate::MetadataStore::commit).
pub(super) async fn carry_out(store: &PostgresMetadataStore, commit: &Commit) -> Result<Committed> {
    let rows = send(store, commit).await?;
    let Some(head) = rows.first() else { return Ok(Committed::default()) };
    if let Some(index) = column::<Option<i32>>(head, "conflict")? {
        let index = usize::try_from(index).map_err(|error| corrupt("conflict", error))?;
        return Err(Error::Conflict { index });
    }
    let first = match column::<Option<i64>>(head, "first")? {
        Some(first) => first,
        None => store.numbering.number(column(head, "commit_id")?).await?,
    };
    let first = u64::try_from(first).map_err(|error| corrupt("first", error))?;
    let events = rows.iter().map(|row| {
        let (seq, repository, kind) = parts(row, first)?;
        Ok(Event::new(seq, commit.at, commit.actor.clone(), repository, kind))
    });
    Ok(Committed::new(events.collect::<Result<_>>()?))
}

async fn send(store: &PostgresMetadataStore, commit: &Commit) -> Result<Vec<Row>> {
    let encoded = encode(commit)?;
    let (keys, alone) = locks::of(commit);
    let wait = format!("{}ms", milliseconds(store.lock_timeout));
    let digests: Vec<&[u8]> = encoded.digests.iter().map(super::value::Key::as_slice).collect();
    let (actor, at) = (commit.actor.as_str(), number(commit.at.as_micros()));
    store
        .pool
        .write(
            "commit metadata",
            COMMIT,
            &[
                (&keys, Type::INT8_ARRAY),
                (&alone, Type::BOOL_ARRAY),
                (&wait, Type::TEXT),
                (&actor, Type::TEXT),
                (&at, Type::INT8),
                (&encoded.requires, Type::TEXT),
                (&encoded.changes, Type::TEXT),
                (&encoded.payloads, Type::BYTEA_ARRAY),
                (&encoded.repositories, Type::TEXT_ARRAY),
                (&digests, Type::BYTEA_ARRAY),
            ],
        )
        .await
}

/// The number, the repository and the kind of an event whose commit begins with this number.
///
/// # Errors
/// [`Error::Corrupt`] when a column is not what it should be.
pub(super) fn parts(row: &Row, first: u64) -> Result<(u64, Option<RepositoryName>, EventKind)> {
    let position: i32 = column(row, "position")?;
    let position = u64::try_from(position).map_err(|error| corrupt("position", error))?;
    let seq = first.saturating_add(position);
    Ok((seq, optional_word(row, "repository")?, kind(row, seq)?))
}

fn kind(row: &Row, seq: u64) -> Result<EventKind> {
    let document = |name| text(row, name);
    Ok(match column::<i16>(row, "kind")? {
        1 => EventKind::BlobLinked { digest: digest(row, "digest")?, size: unsigned(row, "size")? },
        2 => EventKind::BlobUnlinked { digest: digest(row, "digest")? },
        3 => EventKind::ManifestPut {
            digest: digest(row, "digest")?,
            media_type: word(row, "media_type")?,
            size: unsigned(row, "size")?,
            subject: optional_digest(row, "subject")?,
        },
        4 => EventKind::ManifestDeleted { digest: digest(row, "digest")? },
        5 => EventKind::TagSet {
            tag: word(row, "tag")?,
            digest: digest(row, "digest")?,
            previous: optional_digest(row, "previous")?,
            cause: cause(row)?,
        },
        6 => EventKind::TagDeleted {
            tag: word(row, "tag")?,
            previous: digest(row, "previous")?,
            cause: cause(row)?,
        },
        7 => EventKind::DocumentPut {
            kind: document("document_kind")?,
            key: document("document_key")?,
            version: seq,
        },
        8 => EventKind::DocumentDeleted { kind: document("document_kind")?, key: document("document_key")? },
        other => {
            return Err(Error::Unsupported { reason: format!("the log holds an event of kind {other}") });
        }
    })
}

/// By which kind of act a tag was changed.
///
/// # Errors
/// [`Error::Corrupt`] when it is none.
pub(super) fn cause(row: &Row) -> Result<registry_core::TagCause> {
    registry_core::TagCause::from_name(column(row, "cause")?).ok_or_else(|| corrupt("cause", "it is unknown"))
}
