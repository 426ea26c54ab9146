//! Opening a committed file for reading, and looking at it.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use rustix::fs::{AtFlags, FileType, OFlags, statat};
use rustix::io::Errno;

use super::body::{self, FileBody};
use super::budget::Budget;
use super::lane::Lane;
use super::layout::{self, Layout};
use crate::blob::object_id::ObjectId;
use crate::blob::{BlobRead, UNKNOWN_LOCATION, wrong_size};
use crate::{Error, Result};

/// Reads up to this are taken whole at once and do not count against the budget.
const SMALL: u64 = 64 * 1024;

/// Opens, checks the size (B-9) and reads the first piece, all in one go on one thread: most blobs are small.
pub(super) fn read(
    layout: &Layout,
    id: ObjectId,
    size: u64,
    range: Range<u64>,
    budget: &Arc<Budget>,
    lane: Lane,
) -> Result<BlobRead> {
    let file = match layout::open_file(&layout.blobs, &layout::blob_path(id), OFlags::RDONLY) {
        Ok(file) => file,
        Err(error) => return Err(not_opened(error)),
    };
    let metadata = file.metadata().map_err(|error| Error::io("look at a blob", error))?;
    check(metadata.is_file(), metadata.len(), size)?;
    let len = range.end - range.start;
    if len <= SMALL {
        return Ok(BlobRead::from_bytes(body::read_small(&file, &range)?));
    }
    let share = budget.join();
    let mut rest = range;
    let first = body::read(&file, body::take(&mut rest, share.piece()), &share)?;
    Ok(BlobRead::from_file(len, FileBody::new(file, first, rest, share, lane)))
}

/// Looks without opening.
pub(super) fn probe(layout: &Layout, id: ObjectId, size: u64) -> Result<()> {
    match statat(&layout.blobs, layout::blob_path(id), AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => {
            let regular = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
            check(regular, u64::try_from(stat.st_size).unwrap_or(0), size)
        }
        Err(Errno::NOENT) => Err(UNKNOWN_LOCATION),
        Err(error) => Err(Error::io("look at a blob", error.into())),
    }
}

fn check(regular: bool, found: u64, size: u64) -> Result<()> {
    if !regular {
        return Err(foreign());
    }
    if found == size { Ok(()) } else { Err(wrong_size(found, size)) }
}

fn not_opened(error: io::Error) -> Error {
    if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) {
        return foreign();
    }
    match error.kind() {
        io::ErrorKind::NotFound => UNKNOWN_LOCATION,
        _ => Error::io("open a blob", error),
    }
}

/// Something was put in the place of a blob that this store never makes: a link, a directory, a pipe.
fn foreign() -> Error {
    Error::Corrupt { reason: "what lies at the location is no file".to_owned() }
}
