//! A body on its way to the file of its upload.

use bytes::Buf;
use futures_util::StreamExt;
use tokio::task::JoinHandle;

use super::batch::Batch;
use super::budget::Share;
use super::lane;
use super::upload::{UploadFile, Uploads};
use crate::blob::object_id::ObjectId;
use crate::blob::{BodyStream, Durability};
use crate::{BoxError, Result};

/// Where an append writes.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) uploads: Uploads,
    pub(super) id: ObjectId,
    pub(super) offset: u64,
}

/// Writes the body and answers how much of it was kept, and why it ended early if it did.
///
/// While one batch is being written the next one is received; no more than these two are in memory. Nothing is
/// opened or locked before the first batch is there.
pub(super) async fn append(
    target: Target,
    mut body: BodyStream<'_>,
    durability: Durability,
    share: &Share,
) -> Result<(u64, Option<BoxError>)> {
    let mut writer = Writer { position: target.offset, target, state: State::Closed };
    let mut batch = Batch::default();
    let mut interrupted = None;
    while let Some(frame) = body.next().await {
        let mut rest = match frame {
            Ok(bytes) => bytes,
            Err(cause) => {
                interrupted = Some(cause);
                break;
            }
        };
        while !rest.is_empty() {
            let piece = share.piece();
            rest.advance(batch.fill(&rest, piece));
            if batch.len() >= piece {
                batch = writer.write(batch).await?.emptied(piece);
            }
        }
    }
    let written = writer.finish(batch, durability).await?;
    Ok((written, interrupted))
}

/// Writes one batch at a time.
struct Writer {
    target: Target,
    /// Where the next batch goes.
    position: u64,
    state: State,
}

enum State {
    Closed,
    /// The batch comes back with the file, to be filled again.
    Writing(JoinHandle<Result<(UploadFile, Batch)>>),
}

impl Writer {
    /// Begins to write a batch once the one before is written, and answers that one: its buffer is free.
    async fn write(&mut self, batch: Batch) -> Result<Batch> {
        let (start, position) = (self.target.offset, self.position);
        self.position += batch.len() as u64;
        let Target { uploads, id, .. } = &self.target;
        let (file, before) = match std::mem::replace(&mut self.state, State::Closed) {
            State::Writing(before) => lane::join(before.await)?,
            State::Closed => {
                let set_back = move |file: UploadFile, ()| file.set_back(start).map(|()| file);
                (uploads.with_locked(*id, (), set_back).await?, Batch::default())
            }
        };
        let place = uploads.lane.place().await?;
        self.state = State::Writing(lane::start(place, move || {
            file.write(&batch, position, start)?;
            Ok((file, batch))
        }));
        Ok(before)
    }

    /// Writes the last batch and waits for everything; answers how many bytes were written in all.
    async fn finish(mut self, batch: Batch, durability: Durability) -> Result<u64> {
        let (start, position) = (self.target.offset, self.position);
        let written = position - start + batch.len() as u64;
        let last = move |file: UploadFile, batch: Batch| {
            file.write(&batch, position, start)?;
            if durability == Durability::OnReturn {
                file.sync()?;
            }
            Ok(batch)
        };
        let Target { uploads, id, .. } = &self.target;
        match std::mem::replace(&mut self.state, State::Closed) {
            State::Writing(before) => {
                let (file, _written) = lane::join(before.await)?;
                uploads.lane.run(move || last(file, batch)).await?;
            }
            State::Closed => {
                let first_and_last = move |file: UploadFile, batch: Batch| {
                    file.set_back(start)?;
                    last(file, batch)
                };
                uploads.with_locked(*id, batch, first_and_last).await?;
            }
        }
        Ok(written)
    }
}
