//! A store that is as simple as can be, with faults that can be switched on one at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use registry_core::{Page, PageRequest};
use registry_storage::blob::{Appended, BodyStream, Durability};
use registry_storage::foreign::Foreign;
use registry_storage::{BlobRead, BlobStore, Error, Location, Result, UploadToken};

/// What the store does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    FlipsAByte,
    ReadsFromTheStart,
    KeepsTheTail,
    TakesAllForStale,
    NamesBlobsStale,
    NamesAllStale,
    FillsGaps,
    DropsWhatWasInterrupted,
    HidesInterruptions,
    KeepsUploadsInTheInstance,
    KeepsBlobsInTheInstance,
    CommitsEverything,
    CommitsTooLittle,
    NamesBlobsByContent,
    CountsFromOneInEachInstance,
    KeepsCommittedUploads,
    KeepsAbortedUploads,
    RefusesUnknownAborts,
    AbortTakesTheBlob,
    IgnoresTheSize,
    CallsMissingCorrupt,
    ClampsRanges,
    RefusesEmptyRanges,
    DeletesNothing,
    RefusesSecondDeletes,
    ZeroesUnderAReader,
    ListsUploads,
    ListsBackwards,
    NeverSaysMore,
    RepeatsTheLast,
    KnowsOnlyItsOwnUploads,
    SharesABuffer,
    TakesAnyToken,
    TrimsNames,
    WritesLater,
    TakesWhatIsForeign,
    IgnoresForeignSizes,
    ForgetsTheAdopted,
}

/// One instance. Instances of one backend share it.
#[derive(Debug)]
pub(super) struct NaiveStore {
    fault: Fault,
    backend: Arc<Mutex<Backend>>,
    instance: Arc<Mutex<Backend>>,
    begun: Mutex<BTreeSet<String>>,
    counted: AtomicU64,
    scratch: Mutex<Bytes>,
    /// The first frame of an append, by upload, until one has ended: what a write that outlives a dropped append holds.
    late: Mutex<BTreeMap<String, Bytes>>,
}

#[derive(Debug, Default)]
pub(super) struct Backend {
    counted: u64,
    uploads: BTreeMap<String, Vec<u8>>,
    blobs: BTreeMap<String, Vec<u8>>,
    /// What somebody else keeps, by key.
    pub(super) foreign: BTreeMap<String, Vec<u8>>,
}

impl NaiveStore {
    pub(super) fn new(fault: Fault, backend: Arc<Mutex<Backend>>) -> Self {
        let (instance, begun) = (Arc::default(), Mutex::default());
        let (scratch, late) = (Mutex::default(), Mutex::default());
        Self { fault, backend, instance, begun, counted: AtomicU64::new(0), scratch, late }
    }

    fn uploads(&self) -> &Arc<Mutex<Backend>> {
        if self.fault == Fault::KeepsUploadsInTheInstance { &self.instance } else { &self.backend }
    }

    fn blobs(&self) -> MutexGuard<'_, Backend> {
        let lost = self.fault == Fault::KeepsBlobsInTheInstance;
        if lost { self.instance.lock().unwrap() } else { self.backend.lock().unwrap() }
    }

    fn name<'a>(&self, text: &'a str) -> &'a str {
        if self.fault == Fault::TrimsNames { text.trim_matches(['/', ' ', '\0']) } else { text }
    }

    fn with_upload<T>(&self, token: &UploadToken, then: impl FnOnce(&mut Vec<u8>) -> Result<T>) -> Result<T> {
        let name = self.name(token.as_str());
        if self.fault == Fault::KnowsOnlyItsOwnUploads && !self.begun.lock().unwrap().contains(name) {
            return Err(Error::NotFound { what: "upload" });
        }
        let mut uploads = self.uploads().lock().unwrap();
        if self.fault == Fault::TakesAnyToken {
            return then(uploads.uploads.entry(name.to_owned()).or_default());
        }
        then(uploads.uploads.get_mut(name).ok_or(Error::NotFound { what: "upload" })?)
    }

    fn set_back(&self, token: &UploadToken, offset: u64) -> Result<()> {
        let offset = usize::try_from(offset).unwrap();
        self.with_upload(token, |bytes| {
            if offset > bytes.len() && self.fault != Fault::FillsGaps {
                return Err(Error::Invalid { reason: "the offset is beyond what was kept" });
            }
            if self.fault != Fault::KeepsTheTail {
                bytes.resize(offset, 0);
            }
            Ok(())
        })
    }

    /// Writes one frame, in the way of the fault.
    async fn write(&self, token: &UploadToken, position: u64, mut frame: Bytes) -> Result<()> {
        if self.fault == Fault::SharesABuffer {
            *self.scratch.lock().unwrap() = frame.clone();
            tokio::task::yield_now().await;
            frame = self.scratch.lock().unwrap().clone();
        }
        if self.fault == Fault::WritesLater && position == 0 {
            self.late.lock().unwrap().entry(token.as_str().to_owned()).or_insert_with(|| frame.clone());
        }
        self.with_upload(token, |bytes| {
            overlay(bytes, position, &frame);
            Ok(())
        })
    }

    fn blob(&self, location: &Location, size: u64) -> Result<Vec<u8>> {
        let store = self.blobs();
        let missing = || match self.fault {
            Fault::CallsMissingCorrupt => Error::Corrupt { reason: "missing".to_owned() },
            _ => Error::NotFound { what: "location" },
        };
        let bytes = store.blobs.get(self.name(location.as_str())).ok_or_else(missing)?;
        if bytes.len() as u64 != size && self.fault != Fault::IgnoresTheSize {
            return Err(Error::Corrupt { reason: "another size".to_owned() });
        }
        Ok(bytes.clone())
    }

    fn location(&self, token: &UploadToken, bytes: &[u8]) -> String {
        match self.fault {
            Fault::NamesBlobsByContent => format!("{}-{:?}", bytes.len(), bytes.first()),
            Fault::CountsFromOneInEachInstance => format!("n{}", self.counted.fetch_add(1, Ordering::SeqCst)),
            _ => format!("blob-{token}"),
        }
    }
}

fn overlay(bytes: &mut Vec<u8>, position: u64, frame: &[u8]) {
    let position = usize::try_from(position).unwrap();
    let end = position + frame.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[position..end].copy_from_slice(frame);
}

#[async_trait]
impl BlobStore for NaiveStore {
    async fn begin(&self, _size_hint: Option<u64>) -> Result<UploadToken> {
        let number = {
            let mut backend = self.backend.lock().unwrap();
            backend.counted += 1;
            backend.counted
        };
        let name = format!("upload-{number:08}");
        self.uploads().lock().unwrap().uploads.insert(name.clone(), Vec::new());
        self.begun.lock().unwrap().insert(name.clone());
        Ok(name.into())
    }

    async fn append(
        &self,
        token: &UploadToken,
        offset: u64,
        mut body: BodyStream<'_>,
        _durability: Durability,
    ) -> Result<Appended> {
        self.set_back(token, offset)?;
        let mut written = 0;
        while let Some(frame) = body.next().await {
            match frame {
                Ok(frame) => {
                    let len = frame.len() as u64;
                    self.write(token, offset + written, frame).await?;
                    written += len;
                }
                Err(_) if self.fault == Fault::HidesInterruptions => break,
                Err(cause) if self.fault == Fault::DropsWhatWasInterrupted => {
                    self.set_back(token, offset)?;
                    return Ok(Appended::interrupted(token.clone(), 0, cause));
                }
                Err(cause) => return Ok(Appended::interrupted(token.clone(), written, cause)),
            }
        }
        let late = self.late.lock().unwrap().remove(token.as_str());
        if let Some(frame) = late {
            self.with_upload(token, |bytes| {
                overlay(bytes, 0, &frame);
                Ok(())
            })?;
        }
        Ok(Appended::whole(token.clone(), written))
    }

    async fn commit(&self, token: &UploadToken, size: u64) -> Result<Location> {
        let size = usize::try_from(size).unwrap();
        let mut bytes = self.with_upload(token, |bytes| Ok(bytes.clone()))?;
        match self.fault {
            Fault::CommitsEverything => {}
            Fault::CommitsTooLittle => bytes.resize(size, 0),
            _ if bytes.len() < size => return Err(Error::Corrupt { reason: "too few bytes".to_owned() }),
            _ => bytes.truncate(size),
        }
        if self.fault != Fault::KeepsCommittedUploads {
            self.uploads().lock().unwrap().uploads.remove(self.name(token.as_str()));
        }
        let location = self.location(token, &bytes);
        self.blobs().blobs.insert(location.clone(), bytes);
        Ok(location.into())
    }

    async fn abort(&self, token: &UploadToken) -> Result<()> {
        match self.fault {
            Fault::KeepsAbortedUploads => return Ok(()),
            Fault::AbortTakesTheBlob => drop(self.blobs().blobs.remove(&format!("blob-{token}"))),
            _ => {}
        }
        let removed = self.uploads().lock().unwrap().uploads.remove(self.name(token.as_str()));
        match (self.fault, removed) {
            (Fault::RefusesUnknownAborts, None) => Err(Error::NotFound { what: "upload" }),
            _ => Ok(()),
        }
    }

    async fn read(&self, location: &Location, size: u64, mut range: Range<u64>) -> Result<BlobRead> {
        if self.fault == Fault::ClampsRanges {
            range.end = range.end.min(size);
            range.start = range.start.min(range.end);
        }
        if range.start > range.end || range.end > size {
            return Err(Error::Invalid { reason: "the range is not within the blob" });
        }
        if self.fault == Fault::RefusesEmptyRanges && range.is_empty() && size > 0 {
            return Err(Error::Invalid { reason: "the range is empty" });
        }
        let mut bytes = self.blob(location, size)?;
        if self.fault == Fault::IgnoresTheSize {
            bytes.resize(usize::try_from(range.end).unwrap(), 0);
        }
        if self.fault == Fault::ReadsFromTheStart {
            range = 0..range.end - range.start;
        }
        if let (Fault::FlipsAByte, Some(last)) = (self.fault, bytes.last_mut()) {
            *last ^= 1;
        }
        let part = Bytes::from(bytes)
            .slice(usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap());
        if self.fault == Fault::ZeroesUnderAReader {
            let (head, tail) = (part.slice(..part.len() / 2), part.slice(part.len() / 2..));
            let (backend, name) = (Arc::clone(&self.backend), location.as_str().to_owned());
            let tail = stream::once(async move {
                let there = backend.lock().unwrap().blobs.contains_key(&name);
                Ok(if there { tail } else { Bytes::from(vec![0; tail.len()]) })
            });
            return Ok(BlobRead::new(part.len() as u64, stream::iter([Ok(head)]).chain(tail)));
        }
        Ok(BlobRead::from_bytes(part))
    }

    async fn probe(&self, location: &Location, size: u64) -> Result<()> {
        self.blob(location, size).map(drop)
    }

    async fn delete(&self, location: &Location) -> Result<()> {
        if self.fault == Fault::DeletesNothing {
            return Ok(());
        }
        match (self.fault, self.blobs().blobs.remove(self.name(location.as_str()))) {
            (Fault::RefusesSecondDeletes, None) => Err(Error::NotFound { what: "location" }),
            _ => Ok(()),
        }
    }

    async fn adopt(&self, foreign: &Foreign, size: u64) -> Result<Option<Location>> {
        let Some((_, key)) = foreign.as_object() else { return Ok(None) };
        let mut store = self.blobs();
        let Some(bytes) = store.foreign.get(key).cloned() else {
            return Err(Error::NotFound { what: "foreign bytes" });
        };
        if bytes.len() as u64 != size && self.fault != Fault::IgnoresForeignSizes {
            return Err(Error::Corrupt { reason: "another size".to_owned() });
        }
        if self.fault == Fault::TakesWhatIsForeign {
            store.foreign.remove(key);
        }
        store.counted += 1;
        let location =
            format!("adopted-{}", if self.fault == Fault::ForgetsTheAdopted { 0 } else { store.counted });
        store.blobs.insert(location.clone(), bytes);
        Ok(Some(location.into()))
    }

    /// It keeps no times, so nothing is stale but by an age of nothing.
    async fn stale_uploads(&self, age: Duration, limit: usize) -> Result<Vec<UploadToken>> {
        let store = self.uploads().lock().unwrap();
        let mut names: Vec<_> = store.uploads.keys().map(|name| UploadToken::from(name.as_str())).collect();
        match self.fault {
            Fault::TakesAllForStale => {}
            _ if age > Duration::ZERO => names.clear(),
            _ => {}
        }
        if self.fault == Fault::NamesBlobsStale {
            names.extend(store.blobs.keys().map(|name| UploadToken::from(name.as_str())));
        }
        if self.fault != Fault::NamesAllStale {
            names.truncate(limit);
        }
        Ok(names)
    }

    async fn list(&self, page: &PageRequest) -> Result<Page<Location>> {
        let store = self.blobs();
        let mut names: Vec<&String> = store.blobs.keys().collect();
        if self.fault == Fault::ListsUploads {
            names.extend(store.uploads.keys());
        }
        names.sort();
        let last = page.last.clone().unwrap_or_default();
        names.retain(|name| match self.fault {
            Fault::RepeatsTheLast => **name >= last,
            _ => **name > last,
        });
        if self.fault == Fault::ListsBackwards {
            names.reverse();
        }
        let ahead = names.into_iter().take(page.limit.saturating_add(1));
        let mut page =
            Page::from_lookahead(ahead.map(|name| Location::from(name.as_str())).collect(), page.limit);
        page.more &= self.fault != Fault::NeverSaysMore;
        Ok(page)
    }
}
