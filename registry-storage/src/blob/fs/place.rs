//! From an upload to a committed blob: one rename.

use rustix::io::Errno;

use super::layout::{self, Layout};
use crate::blob::object_id::ObjectId;
use crate::blob::{Location, UNKNOWN_UPLOAD};
use crate::{Error, Result};

/// Moves the file of an upload, whose bytes are on the disk, to its location, and waits until the new name is on the
/// disk as well.
pub(super) fn publish(layout: &Layout, id: ObjectId) -> Result<Location> {
    let path = layout::blob_path(id);
    match move_there(layout, id, &path) {
        Err(Errno::NOENT) => {
            // Somebody removed an empty directory of the store, or aborted the upload a moment ago.
            let made = layout::make_directory(&layout.blobs, &layout::fan_out(id))
                .and_then(|()| layout.disk.sync_directory(&layout.blobs));
            made.map_err(|error| Error::io("make a directory of blobs", error))?;
            match move_there(layout, id, &path) {
                Err(Errno::NOENT) => return Err(UNKNOWN_UPLOAD),
                outcome => outcome,
            }
        }
        outcome => outcome,
    }
    .map_err(|error| Error::io("move an upload to its place", error.into()))?;

    let synced = layout::open_directory(&layout.blobs, &layout::fan_out(id))
        .and_then(|directory| layout.disk.sync_directory(&directory));
    synced.map_err(|error| {
        // Whether the name will outlive a crash is not known. The caller hears of a failure and keeps no location,
        // so that the file would only take up space.
        let _ = layout::remove_file(&layout.blobs, &path);
        Error::io("sync a directory of blobs", error)
    })?;
    Ok(Location::from(path))
}

fn move_there(layout: &Layout, id: ObjectId, path: &str) -> Result<(), Errno> {
    layout.disk.rename((&layout.uploads, &id.to_string()), (&layout.blobs, path))
}
