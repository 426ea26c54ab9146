//! A disk that records what is asked of it and fails when it is told to.

use std::fs::File;
use std::io::{self, IoSlice};
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rustix::io::Errno;

use super::super::disk::{Disk, SystemDisk};

/// A call of the store, with the inode of the directory where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Call {
    Write(u64),
    WriteBack(Range<u64>),
    SyncData,
    SyncDirectory(u64),
    Rename,
    Link,
}

/// What was called, and what is to fail.
#[derive(Debug, Default)]
pub(super) struct Script {
    calls: Mutex<Vec<Call>>,
    failing: Mutex<Option<(Step, Errno)>>,
    /// How many bytes still fit.
    room: Mutex<Option<usize>>,
}

/// What can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    SyncData,
    SyncDirectory,
    Rename,
    Link,
}

impl Script {
    pub(super) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    pub(super) fn forget(&self) {
        self.calls.lock().unwrap().clear();
    }

    pub(super) fn fail(&self, failing: impl Into<Option<(Step, Errno)>>) {
        *self.failing.lock().unwrap() = failing.into();
    }

    pub(super) fn leave_room(&self, room: impl Into<Option<usize>>) {
        *self.room.lock().unwrap() = room.into();
    }

    fn call(&self, call: Call) {
        self.calls.lock().unwrap().push(call);
    }

    fn check(&self, step: Step) -> Result<(), Errno> {
        match *self.failing.lock().unwrap() {
            Some((failing, errno)) if failing == step => Err(errno),
            _ => Ok(()),
        }
    }
}

/// The disk of the system, on a script.
#[derive(Debug)]
pub(super) struct ScriptedDisk(pub(super) Arc<Script>);

impl Disk for ScriptedDisk {
    fn write_at(&self, file: &File, slices: &[IoSlice<'_>], position: u64) -> io::Result<usize> {
        let mut room = self.0.room.lock().unwrap();
        let first = &slices[0];
        let written = match *room {
            // Most of a slice, so that the rest must be asked for again.
            None => SystemDisk.write_at(
                file,
                &[IoSlice::new(&first[..first.len() - first.len() / 3])],
                position,
            )?,
            Some(0) => return Err(Errno::NOSPC.into()),
            Some(left) => {
                SystemDisk.write_at(file, &[IoSlice::new(&first[..first.len().min(left)])], position)?
            }
        };
        *room = room.map(|left| left - written);
        self.0.call(Call::Write(position));
        Ok(written)
    }

    fn begin_write_back(&self, file: &File, range: Range<u64>) {
        self.0.call(Call::WriteBack(range.clone()));
        SystemDisk.begin_write_back(file, range);
    }

    fn sync_data(&self, file: &File) -> io::Result<()> {
        self.0.check(Step::SyncData)?;
        self.0.call(Call::SyncData);
        SystemDisk.sync_data(file)
    }

    fn sync_directory(&self, directory: &OwnedFd) -> io::Result<()> {
        self.0.check(Step::SyncDirectory)?;
        self.0.call(Call::SyncDirectory(rustix::fs::fstat(directory)?.st_ino));
        SystemDisk.sync_directory(directory)
    }

    fn rename(&self, from: (&OwnedFd, &str), to: (&OwnedFd, &str)) -> Result<(), Errno> {
        self.0.check(Step::Rename)?;
        self.0.call(Call::Rename);
        SystemDisk.rename(from, to)
    }

    fn link(&self, from: &Path, to: (&OwnedFd, &str)) -> Result<(), Errno> {
        self.0.check(Step::Link)?;
        self.0.call(Call::Link);
        SystemDisk.link(from, to)
    }
}
