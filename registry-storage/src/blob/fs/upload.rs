//! The file of an upload, held by one call at a time.

use std::fs::{File, TryLockError};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::fs::{self, AtFlags, OFlags};

use super::batch::Batch;
use super::lane::Lane;
use super::layout::{self, Layout};
use super::place;
use crate::blob::object_id::ObjectId;
use crate::blob::{BEYOND_END, Location, UNKNOWN_UPLOAD, too_short};
use crate::{Error, Result};

/// How long a blocking thread sleeps for a lock before it gives itself back.
const NAP: Duration = Duration::from_millis(5);

/// How many bytes are written before the disk is asked to begin with them. Measured: from 4 to 16 MiB all the same,
/// and 1.6 times as fast as leaving everything to the last sync.
const WINDOW: u64 = 8 << 20;

/// An upload's file, locked. Whoever holds this is the only one that writes the upload, in any process; it moves
/// through the blocking writes, so that a write whose future was dropped is over before anybody else begins.
#[derive(Debug)]
pub(super) struct UploadFile {
    file: File,
    id: ObjectId,
    layout: Arc<Layout>,
}

/// The uploads of a store, and the threads to write them on.
#[derive(Debug, Clone)]
pub(super) struct Uploads {
    pub(super) layout: Arc<Layout>,
    pub(super) lane: Lane,
    pub(super) lock_wait: Duration,
}

impl Uploads {
    /// Runs `then` with `input` and the locked upload on a blocking thread, unless the future is dropped before the
    /// lock is there: then nothing is done, however late the thread comes to it (B-16).
    ///
    /// When somebody else has the lock, the thread sleeps only for a moment and goes back to the others, since the
    /// holder may need it to finish.
    pub(super) async fn with_locked<I, T>(
        &self,
        id: ObjectId,
        mut input: I,
        then: impl FnOnce(UploadFile, I) -> Result<T> + Copy + Send + 'static,
    ) -> Result<T>
    where
        I: Send + 'static,
        T: Send + 'static,
    {
        let started = Instant::now();
        let dropped = SetOnDrop::default();
        loop {
            let (layout, dropped) = (Arc::clone(&self.layout), Arc::clone(&dropped.0));
            let attempt = self.lane.run(move || match UploadFile::lock(layout, id)? {
                Some(_) if dropped.load(Ordering::SeqCst) => Err(busy()),
                Some(file) => then(file, input).map(Ok),
                None => {
                    std::thread::sleep(NAP);
                    Ok(Err(input))
                }
            });
            match attempt.await? {
                Ok(done) => return Ok(done),
                Err(_) if started.elapsed() >= self.lock_wait => return Err(busy()),
                Err(unused) => input = unused,
            }
        }
    }
}

/// Tells work on another thread that nobody waits for it any more.
#[derive(Default)]
struct SetOnDrop(Arc<AtomicBool>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl UploadFile {
    /// Opens and locks; nothing when somebody else has the lock.
    fn lock(layout: Arc<Layout>, id: ObjectId) -> Result<Option<Self>> {
        let file = match layout::open_file(&layout.uploads, &id.to_string(), OFlags::RDWR) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(UNKNOWN_UPLOAD),
            Err(error) => return Err(Error::io("open an upload", error)),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(Error::io("lock an upload", error)),
        }
        let upload = Self { file, id, layout };
        // It may have been committed or aborted between opening and locking.
        if upload.is_current().map_err(|error| Error::io("look at an upload", error))? {
            Ok(Some(upload))
        } else {
            Err(UNKNOWN_UPLOAD)
        }
    }

    /// Whether the name in `uploads` still means the file that is open.
    fn is_current(&self) -> io::Result<bool> {
        let opened = fs::fstat(&self.file)?;
        match fs::statat(&self.layout.uploads, self.id.to_string(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(named) => Ok(named.st_ino == opened.st_ino && named.st_dev == opened.st_dev),
            Err(rustix::io::Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Drops what lies behind `offset` (B-2).
    pub(super) fn set_back(&self, offset: u64) -> Result<()> {
        let len = self.len()?;
        if offset > len {
            return Err(BEYOND_END);
        }
        if offset < len {
            self.file.set_len(offset).map_err(|error| Error::io("set an upload back", error))?;
        }
        Ok(())
    }

    /// Writes a batch at `position`. On failure the upload is set back to `start`, where the append began.
    pub(super) fn write(&self, batch: &Batch, position: u64, start: u64) -> Result<()> {
        let disk = &self.layout.disk;
        let written = batch.write(position, |slices, position| disk.write_at(&self.file, slices, position));
        written.map_err(|error| {
            // A disk that cannot even shorten a file leaves bytes that the next append drops.
            let _ = self.file.set_len(start);
            Error::io("write an upload", error)
        })?;
        let end = position + batch.len() as u64;
        let full = position - position % WINDOW..end - end % WINDOW;
        if !full.is_empty() {
            disk.begin_write_back(&self.file, full);
        }
        Ok(())
    }

    /// Makes what was written survive a crash, with the name of the file (B-4).
    pub(super) fn sync(&self) -> Result<()> {
        self.sync_data()?;
        let synced = self.layout.disk.sync_directory(&self.layout.uploads);
        synced.map_err(|error| self.give_up("sync the uploads", error))
    }

    /// Makes the first `size` bytes permanent (B-5).
    pub(super) fn publish(self, size: u64) -> Result<Location> {
        let len = self.len()?;
        if len < size {
            return Err(too_short(len, size));
        }
        self.set_back(size)?;
        self.sync_data()?;
        place::publish(&self.layout, self.id)
    }

    fn sync_data(&self) -> Result<()> {
        self.layout.disk.sync_data(&self.file).map_err(|error| self.give_up("sync an upload", error))
    }

    fn len(&self) -> Result<u64> {
        let metadata = self.file.metadata().map_err(|error| Error::io("look at an upload", error))?;
        Ok(metadata.len())
    }

    /// After a failed sync the system may have forgotten bytes that it could not write, and a second sync would
    /// succeed without them. So the upload ends, and its sender begins again.
    fn give_up(&self, context: &'static str, error: io::Error) -> Error {
        let _ = layout::remove_file(&self.layout.uploads, &self.id.to_string());
        Error::io(context, error)
    }
}

/// What a call hears that waited too long for another one.
fn busy() -> Error {
    Error::Unavailable {
        retry_after: Some(Duration::from_secs(1)),
        source: "the upload is being written by another call".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::disk::SystemDisk;
    use super::super::open;
    use super::*;

    /// Between opening a file and locking it, another call may have committed or aborted the upload.
    #[test]
    fn a_file_that_lost_its_name_is_not_current() {
        let directory = tempfile::tempdir().unwrap();
        let layout = Arc::new(open::open(directory.path(), Box::new(SystemDisk)).unwrap());
        let begun = || {
            let id = ObjectId::random().unwrap();
            layout::create_file(&layout.uploads, &id.to_string()).unwrap();
            UploadFile::lock(Arc::clone(&layout), id).unwrap().unwrap()
        };
        let (committed, aborted, replaced) = (begun(), begun(), begun());
        for upload in [&committed, &aborted, &replaced] {
            assert!(upload.is_current().unwrap());
            assert!(UploadFile::lock(Arc::clone(&layout), upload.id).unwrap().is_none(), "one at a time");
        }
        place::publish(&layout, committed.id).unwrap();
        layout::remove_file(&layout.uploads, &aborted.id.to_string()).unwrap();
        layout::remove_file(&layout.uploads, &replaced.id.to_string()).unwrap();
        layout::create_file(&layout.uploads, &replaced.id.to_string()).unwrap();
        for upload in [&committed, &aborted, &replaced] {
            assert!(!upload.is_current().unwrap());
        }
    }
}
