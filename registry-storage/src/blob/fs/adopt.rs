//! One more name for a file that somebody else made.

use std::path::Path;

use rustix::fs::OFlags;
use rustix::io::Errno;

use super::layout::{self, Layout};
use crate::blob::object_id::ObjectId;
use crate::blob::{Location, NOTHING_FOREIGN, wrong_size};
use crate::{Error, Result};

/// Gives a file of `size` bytes a name among the blobs, and waits until its bytes and the name are on the disk. Nothing,
/// where the file lies in another file system, or the system allows no further name.
///
/// All that is said of the file is said of what is found under the new name, which nobody else knows.
pub(super) fn adopt(layout: &Layout, file: &Path, size: u64) -> Result<Option<Location>> {
    let id = ObjectId::random()?;
    let path = layout::blob_path(id);
    match link_there(layout, file, id, &path) {
        Ok(()) => {}
        Err(Errno::NOENT | Errno::NOTDIR) => return Err(NOTHING_FOREIGN),
        Err(Errno::XDEV | Errno::PERM | Errno::ACCESS | Errno::MLINK) => return Ok(None),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => return Ok(None),
        Err(error) => return Err(Error::io("link a file", error.into())),
    }
    let settled = settle(layout, id, &path, size);
    if !matches!(settled, Ok(true)) {
        // Nobody knows the name. What cannot be removed now is found by `list`.
        let _ = layout::remove_file(&layout.blobs, &path);
    }
    Ok(settled?.then(|| Location::from(path)))
}

fn link_there(layout: &Layout, file: &Path, id: ObjectId, path: &str) -> Result<(), Errno> {
    match layout.disk.link(file, (&layout.blobs, path)) {
        // Somebody may have removed an empty directory of the store.
        Err(Errno::NOENT) if file.exists() => {
            let made = layout::make_directory(&layout.blobs, &layout::fan_out(id))
                .and_then(|()| layout.disk.sync_directory(&layout.blobs));
            made.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
            layout.disk.link(file, (&layout.blobs, path))
        }
        outcome => outcome,
    }
}

/// Whether what was linked is a file that can be read; it is on the disk then.
fn settle(layout: &Layout, id: ObjectId, path: &str, size: u64) -> Result<bool> {
    let failed = |error| Error::io("look at a linked file", error);
    let file = match layout::open_file(&layout.blobs, path, OFlags::RDONLY) {
        Ok(file) => file,
        // A symbolic link, or a file that others may read and this process may not.
        Err(error)
            if [Errno::LOOP, Errno::ACCESS]
                .map(Errno::raw_os_error)
                .map(Some)
                .contains(&error.raw_os_error()) =>
        {
            return Ok(false);
        }
        Err(error) => return Err(failed(error)),
    };
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Ok(false);
    }
    if metadata.len() != size {
        return Err(wrong_size(metadata.len(), size));
    }
    layout.disk.sync_data(&file).map_err(|error| Error::io("sync a linked file", error))?;
    let synced = layout::open_directory(&layout.blobs, &layout::fan_out(id))
        .and_then(|directory| layout.disk.sync_directory(&directory));
    synced.map_err(|error| Error::io("sync a directory of blobs", error))?;
    Ok(true)
}
