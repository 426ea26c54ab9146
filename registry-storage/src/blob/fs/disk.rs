//! The calls that bring bytes and names to the disk: the ones that fail when it is full or broken.

use std::fmt::Debug;
use std::fs::File;
use std::io::{self, IoSlice};
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::io::Errno;

/// What a store asks of the disk. There is one implementation; the tests put faults and a record of the calls
/// before it.
pub(super) trait Disk: Debug + Send + Sync {
    /// Writes a part of the slices at a position and answers how many bytes that was.
    fn write_at(&self, file: &File, slices: &[IoSlice<'_>], position: u64) -> io::Result<usize>;

    /// Asks the disk to begin with bytes that were written, and does not wait, so that less is left to wait for.
    fn begin_write_back(&self, file: &File, range: Range<u64>);

    /// Waits until the bytes of a file and its length are on the disk.
    fn sync_data(&self, file: &File) -> io::Result<()>;

    /// Waits until the names in a directory are on the disk.
    fn sync_directory(&self, directory: &OwnedFd) -> io::Result<()>;

    /// Gives a file another name in another directory; nothing is replaced.
    fn rename(&self, from: (&OwnedFd, &str), to: (&OwnedFd, &str)) -> Result<(), Errno>;

    /// Gives a file one more name.
    fn link(&self, from: &Path, to: (&OwnedFd, &str)) -> Result<(), Errno>;
}

/// The disk behind the operating system.
#[derive(Debug)]
pub(super) struct SystemDisk;

impl Disk for SystemDisk {
    fn write_at(&self, file: &File, slices: &[IoSlice<'_>], position: u64) -> io::Result<usize> {
        Ok(rustix::io::pwritev(file, slices, position)?)
    }

    fn begin_write_back(&self, file: &File, range: Range<u64>) {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            // The kernel writes dirty pages when it is told that they are not needed, and keeps them until that is
            // done, which is after this call. It is a hint: without it the sync takes longer and does the same.
            let len = std::num::NonZeroU64::new(range.end.saturating_sub(range.start));
            let _ = rustix::fs::fadvise(file, range.start, len, rustix::fs::Advice::DontNeed);
        }
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        let _ = (file, range);
    }

    fn sync_data(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn sync_directory(&self, directory: &OwnedFd) -> io::Result<()> {
        Ok(rustix::fs::fsync(directory)?)
    }

    fn rename(&self, from: (&OwnedFd, &str), to: (&OwnedFd, &str)) -> Result<(), Errno> {
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        {
            let flags = rustix::fs::RenameFlags::NOREPLACE;
            match rustix::fs::renameat_with(from.0, from.1, to.0, to.1, flags) {
                // Some file systems cannot. Names are random and never given twice, so there is nothing to replace.
                Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
                outcome => return outcome,
            }
        }
        rustix::fs::renameat(from.0, from.1, to.0, to.1)
    }

    fn link(&self, from: &Path, to: (&OwnedFd, &str)) -> Result<(), Errno> {
        rustix::fs::linkat(rustix::fs::CWD, from, to.0, to.1, rustix::fs::AtFlags::empty())
    }
}
