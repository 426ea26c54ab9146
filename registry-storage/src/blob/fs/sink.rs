//! Getting bytes to the disk.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

use rustix::fs;

/// Waits until the bytes of a file and its length are on the disk.
pub(super) fn sync_data(file: &File) -> io::Result<()> {
    file.sync_data()
}

/// Waits until the names in a directory are on the disk.
pub(super) fn sync_directory(directory: &OwnedFd) -> io::Result<()> {
    Ok(fs::fsync(directory)?)
}
