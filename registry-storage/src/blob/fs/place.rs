//! From an upload to a committed blob: one rename.

use std::io;

use rustix::io::Errno;

use super::layout::{self, Layout};
use super::sink;
use crate::blob::object_id::ObjectId;
use crate::blob::{Location, UNKNOWN_UPLOAD};
use crate::{Error, Result};

/// Moves the file of an upload, whose bytes are on the disk, to its location, and waits until the new name is on the
/// disk as well.
pub(super) fn publish(layout: &Layout, id: ObjectId) -> Result<Location> {
    let path = blob_path_ready(layout, id)?;
    let directory = layout::open_directory(&layout.blobs, &layout::fan_out(id))
        .map_err(|error| Error::io("open a directory of blobs", error))?;
    sink::sync_directory(&directory).map_err(|error| Error::io("sync a directory of blobs", error))?;
    Ok(Location::from(path))
}

/// Renames, and makes the directory of the location again should somebody have removed it.
fn blob_path_ready(layout: &Layout, id: ObjectId) -> Result<String> {
    let (from, to) = (id.to_string(), layout::blob_path(id));
    match rename(layout, &from, &to) {
        Ok(()) => return Ok(to),
        Err(Errno::NOENT) => {}
        Err(error) => return Err(Error::io("move an upload to its place", error.into())),
    }
    let made = layout::make_directory(&layout.blobs, &layout::fan_out(id))
        .and_then(|()| sink::sync_directory(&layout.blobs));
    made.map_err(|error| Error::io("make a directory of blobs", error))?;
    match rename(layout, &from, &to) {
        Ok(()) => Ok(to),
        // Both directories are there, so the upload is not: it was aborted a moment ago.
        Err(Errno::NOENT) => Err(UNKNOWN_UPLOAD),
        Err(error) => Err(Error::io("move an upload to its place", io::Error::from(error))),
    }
}

/// Renames without replacing, where the system and the file system can. Elsewhere it renames: names are random and
/// never given twice, so that there is nothing to replace.
fn rename(layout: &Layout, from: &str, to: &str) -> Result<(), Errno> {
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    {
        let flags = rustix::fs::RenameFlags::NOREPLACE;
        match rustix::fs::renameat_with(&layout.uploads, from, &layout.blobs, to, flags) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
            outcome => return outcome,
        }
    }
    rustix::fs::renameat(&layout.uploads, from, &layout.blobs, to)
}
