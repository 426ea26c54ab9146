//! A body on its way into parts.

use std::collections::{BTreeMap, HashSet};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::budget::Grant;
use super::gather::Gather;
use super::inner::Inner;
use super::layout::Beside;
use super::state::{Before, Multipart, Pieces, Segment, State, length};
use crate::blob::object_id::ObjectId;
use crate::blob::{BodyStream, Durability};
use crate::{BoxError, Error, Result};

/// The most bytes of a tail that are kept in the token when it is going to be kept.
const INLINE: usize = 64 << 10;
/// The least size of a part that every service takes.
pub(super) const LEAST_PART: usize = 5 << 20;
/// The most parts that services take, and the highest number of one.
pub(super) const PARTS: u32 = 10_000;

/// What became of a body.
pub(super) struct Kept {
    pub(super) state: State,
    pub(super) written: u64,
    pub(super) interrupted: Option<BoxError>,
}

/// A request that goes on while the body is read.
type Flying<'a> = Pin<Box<dyn Future<Output = Result<Landed>> + Send + 'a>>;

/// What such a request has done.
enum Landed {
    Part(u32, String),
    Beside,
}

struct Append<'a> {
    inner: &'a Inner,
    state: State,
    /// Objects that the part to be begins with.
    base: Vec<Segment>,
    gather: Gather,
    grant: Grant,
    flying: FuturesUnordered<Flying<'a>>,
    sent: BTreeMap<u32, String>,
}

/// Adds the body behind what the state has.
///
/// # Errors
/// When the service fails, or there is no memory. The state that was given is then still true.
pub(super) async fn append(
    inner: &Inner,
    state: State,
    mut body: BodyStream<'_>,
    durability: Durability,
) -> Result<Kept> {
    let former = state.clone();
    let mut append = Append::new(inner, state);
    append.clean(&former.gone);
    let (mut written, mut interrupted) = (0, None);
    while let Some(frame) = append.beside(body.next()).await? {
        match frame {
            Ok(bytes) => {
                written += bytes.len() as u64;
                append.push(bytes).await?;
            }
            Err(cause) => {
                interrupted = Some(cause);
                break;
            }
        }
    }
    if interrupted.is_none() && durability == Durability::OnReturn && former.len() == 0 {
        append.follow().await?;
    }
    let state = append.finish(&former, durability).await?;
    Ok(Kept { state, written, interrupted })
}

impl<'a> Append<'a> {
    fn new(inner: &'a Inner, mut state: State) -> Self {
        let mut gather = Gather::default();
        let mut base = Vec::new();
        for segment in std::mem::take(&mut state.tail) {
            match segment {
                Segment::Inline(pieces) => pieces.pieces.into_iter().for_each(|piece| gather.push(piece)),
                object @ Segment::Object(..) => base.push(object),
            }
        }
        let (grant, flying, sent) = (Grant::default(), FuturesUnordered::new(), BTreeMap::new());
        Self { inner, state, base, gather, grant, flying, sent }
    }

    /// Removes objects that no kept token names any more; what remains is found as stale later.
    fn clean(&self, gone: &[ObjectId]) {
        for id in gone {
            let key = self.inner.layout.beside(self.state.id, Beside::Tail(*id));
            let service = &self.inner.service;
            self.flying.push(Box::pin(async move {
                let _ = service.delete(&key).await;
                Ok(Landed::Beside)
            }));
        }
    }

    /// Waits for something while requests go on.
    async fn beside<T>(&mut self, wanted: impl Future<Output = T>) -> Result<T> {
        let mut wanted = pin!(wanted);
        loop {
            tokio::select! {
                biased;
                Some(landed) = self.flying.next() => land(&mut self.sent, landed?),
                out = &mut wanted => return Ok(out),
            }
        }
    }

    async fn push(&mut self, mut bytes: Bytes) -> Result<()> {
        let part_size = self.part_size();
        while !bytes.is_empty() {
            let base = usize::try_from(length(&self.base)).unwrap_or(usize::MAX);
            // A tail may be longer than a part where a later state has another size of parts.
            let room = part_size.saturating_sub(base + self.gather.len());
            let taken = bytes.split_to(room.min(bytes.len()));
            self.grow(self.gather.len() + taken.len()).await?;
            self.gather.push(taken);
            if base + self.gather.len() >= part_size {
                self.cut(part_size).await?;
            }
        }
        Ok(())
    }

    /// Takes memory, while parts that hold some are on their way.
    async fn grow(&mut self, bytes: usize) -> Result<()> {
        let mut grant = std::mem::take(&mut self.grant);
        let inner = self.inner;
        let grown = self.beside(async { (inner.budget.grow(&mut grant, bytes).await, ()) }).await?;
        self.grant = grant;
        grown.0
    }

    /// Lets parts be as large as the first chunk, where that is large enough for one: chunks are of one size as a rule, and
    /// each is a part of its own then, in place of something that is written beside the upload and read again. Never less
    /// than half of what was chosen, which would bound the size of blobs.
    async fn follow(&mut self) -> Result<()> {
        let chunk = self.gather.len();
        if self.state.multipart.is_some() || chunk < LEAST_PART.max(self.part_size() / 2) {
            return Ok(());
        }
        self.state.part_size = chunk as u64;
        self.cut(chunk).await
    }

    /// How many bytes a part has.
    fn part_size(&self) -> usize {
        usize::try_from(self.state.part_size).unwrap_or(usize::MAX)
    }

    /// Sends a whole part on its way.
    async fn cut(&mut self, part_size: usize) -> Result<()> {
        let mut pieces = Vec::new();
        if !self.base.is_empty() {
            self.grow(part_size).await?;
            let base = std::mem::take(&mut self.base);
            let (inner, id) = (self.inner, self.state.id);
            pieces = self.beside(async move { inner.load(id, &base).await }).await??;
        }
        pieces.extend(self.gather.take());
        let grant = std::mem::take(&mut self.grant);
        let upload = self.multipart().await?;
        while self.flying.len() >= self.inner.options.concurrency.max(1) {
            if let Some(landed) = self.flying.next().await {
                land(&mut self.sent, landed?);
            }
        }
        let number = self.inner.number(&mut self.state)?;
        let key = self.inner.layout.blob(self.state.blob());
        let service = &self.inner.service;
        self.flying.push(Box::pin(async move {
            let _grant = grant;
            service.part(&key, &upload, number, pieces).await.map(|etag| Landed::Part(number, etag))
        }));
        Ok(())
    }

    /// The multipart upload, begun if it is not.
    async fn multipart(&mut self) -> Result<String> {
        if let Some(multipart) = &self.state.multipart {
            return Ok(multipart.upload.clone());
        }
        let (inner, id) = (self.inner, self.state.id);
        let key = inner.layout.blob(self.state.blob());
        let upload = self.beside(inner.service.dialect.create(&key)).await??;
        inner.ledger.note(&upload, 1);
        let mut marker = Vec::new();
        let beside = match self.state.key {
            Some(blob) => Some(Beside::Key(blob)),
            None if inner.conditions.lists_uploads => None,
            None => {
                let name = ObjectId::random()?;
                marker.push(name);
                Some(Beside::Marker(name))
            }
        };
        if let Some(beside) = beside {
            let (key, text) = (inner.layout.beside(id, beside), Bytes::from(upload.clone()));
            self.flying.push(Box::pin(async move {
                inner.service.put(&key, vec![text]).await?;
                Ok(Landed::Beside)
            }));
        }
        let next = 1;
        self.state.multipart = Some(Multipart { upload: upload.clone(), next, parts: Vec::new(), marker });
        Ok(upload)
    }

    /// Waits for all that is on its way, and keeps what is less than a part.
    async fn finish(mut self, former: &State, durability: Durability) -> Result<State> {
        let mut tail = std::mem::take(&mut self.base);
        let left = self.gather.len();
        let pieces = self.gather.take();
        if durability == Durability::OnReturn && left > INLINE {
            let name = ObjectId::random()?;
            let key = self.inner.layout.beside(self.state.id, Beside::Tail(name));
            let (service, grant) = (&self.inner.service, std::mem::take(&mut self.grant));
            self.flying.push(Box::pin(async move {
                let _grant = grant;
                service.put(&key, pieces).await?;
                Ok(Landed::Beside)
            }));
            tail.push(Segment::Object(name, left as u64));
        } else if left > 0 {
            let grant = Some(Arc::new(std::mem::take(&mut self.grant)));
            tail.push(Segment::Inline(Pieces { pieces, grant }));
        }
        while let Some(landed) = self.flying.next().await {
            land(&mut self.sent, landed?);
        }
        let mut state = self.state;
        let grew = !self.sent.is_empty();
        if let Some(multipart) = &mut state.multipart {
            multipart.parts.extend(self.sent);
        }
        state.tail = tail;
        if grew {
            let parts = former.multipart.as_ref().map_or(0, |multipart| multipart.parts.len());
            state.before = Some(Before { parts, tail: former.tail.clone() });
        }
        let needed: HashSet<ObjectId> = state.tail_objects().collect();
        state.gone = former.tail_objects().filter(|id| !needed.contains(id)).collect();
        state.gone.sort();
        state.gone.dedup();
        Ok(state)
    }
}

fn land(sent: &mut BTreeMap<u32, String>, landed: Landed) {
    if let Landed::Part(number, etag) = landed {
        sent.insert(number, etag);
    }
}

impl Inner {
    /// A number for a part that none was sent with.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is none left.
    pub(super) fn number(&self, state: &mut State) -> Result<u32> {
        let Some(multipart) = &mut state.multipart else {
            return Err(Error::Invalid { reason: "the upload has no parts" });
        };
        let number = match self.ledger.next(&multipart.upload, multipart.next) {
            Some(next) => next,
            // Another process may have sent parts that the token does not tell of, and they may still arrive.
            None => multipart.next + super::random_below(8),
        };
        if number > PARTS {
            let reason = "the upload has too many parts: announce its size, or choose larger parts";
            return Err(Error::Invalid { reason });
        }
        multipart.next = number + 1;
        self.ledger.note(&multipart.upload, number + 1);
        Ok(number)
    }

    /// The bytes of segments.
    pub(super) async fn load(&self, id: ObjectId, tail: &[Segment]) -> Result<Vec<Bytes>> {
        let mut pieces = Vec::new();
        for segment in tail {
            match segment {
                Segment::Inline(inline) => pieces.extend(inline.pieces.iter().cloned()),
                Segment::Object(name, len) => {
                    let key = self.layout.beside(id, Beside::Tail(*name));
                    pieces.extend(self.service.get_small(&key, Some(*len)).await?);
                }
            }
        }
        Ok(pieces)
    }
}
