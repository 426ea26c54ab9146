//! Making a directory ready and finding out early whether it keeps its promises.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use super::disk::Disk;
use super::layout::{self, Layout};
use crate::blob::object_id::ObjectId;
use crate::{Error, Result};

const UPLOADS: &str = "uploads";
const BLOBS: &str = "blobs";

/// What the directory could not do.
#[derive(Debug, thiserror::Error)]
#[error("cannot {step} in {}", directory.display())]
struct Unfit {
    step: &'static str,
    directory: PathBuf,
    #[source]
    source: io::Error,
}

/// Makes the directories that are missing, and tries everything that the store relies on with a file of its own.
/// What is stored is not looked at: a store of any size opens at once.
pub(super) fn open(directory: &Path, disk: Box<dyn Disk>) -> Result<Layout> {
    let unfit = |step| move |source| unfit(step, directory, source);
    let root = open_root(directory, &*disk).map_err(unfit("make and open the directory"))?;
    for name in [UPLOADS, BLOBS] {
        layout::make_directory(&root, name).map_err(unfit("make a directory"))?;
    }
    disk.sync_directory(&root).map_err(unfit("sync a directory"))?;
    let uploads = layout::open_directory(&root, UPLOADS).map_err(unfit("open the directory `uploads`"))?;
    let blobs = layout::open_directory(&root, BLOBS).map_err(unfit("open the directory `blobs`"))?;
    // All of them now, so that no commit ever waits for one.
    for byte in 0..=u8::MAX {
        layout::make_directory(&blobs, &layout::fan_out_of(byte)).map_err(unfit("make a directory"))?;
    }
    disk.sync_directory(&blobs).map_err(unfit("sync a directory"))?;
    let layout = Layout { uploads, blobs, disk };
    try_out(&layout).map_err(|(step, source)| unfit(step)(source))?;
    Ok(layout)
}

fn unfit(step: &'static str, directory: &Path, source: io::Error) -> Error {
    let full = matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
    let unfit = Unfit { step, directory: directory.to_owned(), source };
    if full {
        Error::Full { source: unfit.into() }
    } else {
        Error::internal("open the directory of blobs", unfit)
    }
}

/// Makes the directory and those above it, each of which is on the disk before the next is used.
fn open_root(directory: &Path, disk: &dyn Disk) -> io::Result<OwnedFd> {
    make_with_parents(directory, disk)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(rustix::fs::open(directory, flags, Mode::empty())?)
}

fn make_with_parents(directory: &Path, disk: &dyn Disk) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let parent = parent_of(directory);
    make_with_parents(parent, disk)?;
    match rustix::fs::mkdir(directory, Mode::from_raw_mode(0o700)) {
        Ok(()) | Err(rustix::io::Errno::EXIST) => disk.sync_directory(&File::open(parent)?.into()),
        Err(error) => Err(error.into()),
    }
}

/// Where a directory lies; for one that is a mere name, where the process stands.
fn parent_of(directory: &Path) -> &Path {
    let parent = directory.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// Goes through the life of a blob with a file of one byte.
fn try_out(layout: &Layout) -> Result<(), (&'static str, io::Error)> {
    let name =
        ObjectId::random().map_err(|error| ("draw a random name", io::Error::other(error)))?.to_string();
    let outcome = steps(layout, &name);
    let removed = [&layout.uploads, &layout.blobs].map(|directory| layout::remove_file(directory, &name));
    outcome?;
    removed.into_iter().try_for_each(|gone| gone.map(drop)).map_err(|error| ("remove a file", error))
}

fn steps(layout: &Layout, name: &str) -> Result<(), (&'static str, io::Error)> {
    let mut file = layout::create_file(&layout.uploads, name).map_err(|error| ("create a file", error))?;
    file.try_lock().map_err(|error| ("lock a file", error.into()))?;
    file.write_all(b"x").map_err(|error| ("write a file", error))?;
    layout.disk.sync_data(&file).map_err(|error| ("sync a file", error))?;
    layout
        .disk
        .rename((&layout.uploads, name), (&layout.blobs, name))
        .map_err(|error| ("move a file from `uploads` to `blobs`", error.into()))?;
    layout.disk.sync_directory(&layout.blobs).map_err(|error| ("sync a directory", error))?;
    let moved = layout::open_file(&layout.blobs, name, OFlags::RDONLY).and_then(|file| file.metadata());
    match moved {
        Ok(metadata) if metadata.len() == 1 => Ok(()),
        Ok(_) => Err(("see what was written after a move", io::ErrorKind::InvalidData.into())),
        Err(error) => Err(("see a file after it was moved", error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_directory_has_a_parent_that_can_be_opened() {
        for (directory, parent) in
            [("store", "."), ("./store", "."), ("a/store", "a"), ("/store", "/"), ("../a", "..")]
        {
            assert_eq!(parent_of(Path::new(directory)), Path::new(parent), "{directory}");
        }
    }
}
