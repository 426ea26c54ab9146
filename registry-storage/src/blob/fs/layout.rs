//! Which file is what.

use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::{self, AtFlags, Mode, OFlags};

use super::disk::Disk;
use crate::blob::object_id::ObjectId;
use crate::blob::{Location, UploadToken};

/// Only the user of the process reads and writes what is stored.
const FILE_MODE: Mode = Mode::from_raw_mode(0o600);
const DIRECTORY_MODE: Mode = Mode::from_raw_mode(0o700);

/// How many digits of the name make the name of the directory.
const FAN_OUT_DIGITS: usize = 2;

/// The open directories of a store. All paths are relative to them, and made of hex digits only.
#[derive(Debug)]
pub(super) struct Layout {
    /// Files of uploads in progress, named by [`ObjectId`].
    pub(super) uploads: OwnedFd,
    /// Fan-out directories with the committed files.
    pub(super) blobs: OwnedFd,
    /// How bytes and names get to the disk.
    pub(super) disk: Box<dyn Disk>,
}

/// Opens a directory below another one; a symbolic link in its place is refused.
pub(super) fn open_directory(parent: &OwnedFd, name: &str) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(fs::openat(parent, name, flags, Mode::empty())?)
}

/// Makes a directory unless it is there.
pub(super) fn make_directory(parent: &OwnedFd, name: &str) -> io::Result<()> {
    match fs::mkdirat(parent, name, DIRECTORY_MODE) {
        Err(rustix::io::Errno::EXIST) | Ok(()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Makes a file that must not be there yet.
pub(super) fn create_file(parent: &OwnedFd, name: &str) -> io::Result<std::fs::File> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(fs::openat(parent, name, flags, FILE_MODE)?.into())
}

/// Opens a file for reading, or for writing as well. A symbolic link in its place is refused, and a pipe is not
/// waited for.
pub(super) fn open_file(parent: &OwnedFd, name: &str, access: OFlags) -> io::Result<std::fs::File> {
    let flags = access | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(fs::openat(parent, name, flags, Mode::empty())?.into())
}

/// Removes a file and answers whether it was there.
pub(super) fn remove_file(parent: &OwnedFd, name: &str) -> io::Result<bool> {
    match fs::unlinkat(parent, name, AtFlags::empty()) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::NOENT) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The directory that holds a committed blob.
pub(super) fn fan_out(id: ObjectId) -> String {
    fan_out_of(id.first_byte())
}

/// The directory of all blobs whose name begins with `byte`.
pub(super) fn fan_out_of(byte: u8) -> String {
    format!("{byte:02x}")
}

/// Where a blob lies once committed: the path below `blobs`, and at the same time the text of its location.
pub(super) fn blob_path(id: ObjectId) -> String {
    let mut path = id.to_string();
    path.insert(FAN_OUT_DIGITS, '/');
    path
}

/// The token's file, when this backend may have made the token.
pub(super) fn upload_of(token: &UploadToken) -> Option<ObjectId> {
    ObjectId::parse(token.as_str())
}

/// The location's file, when this backend may have made the location.
pub(super) fn blob_of(location: &Location) -> Option<ObjectId> {
    let (directory, file) = location.as_str().split_once('/')?;
    blob_named(directory, file)
}

/// The blob behind the names of its directory and file.
pub(super) fn blob_named(directory: &str, file: &str) -> Option<ObjectId> {
    if directory.len() != FAN_OUT_DIGITS {
        return None;
    }
    ObjectId::parse(&format!("{directory}{file}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_texts_become_paths() {
        let id = ObjectId::random().unwrap();
        let path = blob_path(id);
        assert_eq!(path.split_once('/').map(|(directory, _)| directory), Some(fan_out(id).as_str()));
        assert_eq!(blob_of(&Location::from(path.as_str())), Some(id));
        assert_eq!(upload_of(&UploadToken::from(id.to_string())), Some(id));
        let hex = "0".repeat(30);
        for foreign in [
            "",
            "/",
            "00",
            "00/",
            "../etc/passwd",
            "/etc/passwd",
            &format!("../{hex}"),
            &format!("0/0{hex}"),
            &format!("000/{}", "0".repeat(29)),
            &format!("00/{hex}/"),
            &format!("00/{hex}\0"),
            &format!("00//{hex}"),
            &format!("AA/{hex}"),
            &id.to_string(),
        ] {
            assert_eq!(blob_of(&Location::from(foreign)), None, "{foreign:?}");
        }
        for foreign in
            ["", ".", "..", &path, &format!("{id}/"), &format!("{id}\0"), &id.to_string().to_uppercase()]
        {
            // A name of digits alone is the same in upper case.
            let token = UploadToken::from(foreign);
            assert!(upload_of(&token).is_none() || foreign == id.to_string(), "{foreign:?}");
        }
    }
}
