//! Committed blobs in order.

use std::collections::BinaryHeap;
use std::os::fd::OwnedFd;

use registry_core::{Page, PageRequest};
use rustix::fs::Dir;

use super::layout::{self, Layout};
use crate::blob::Location;
use crate::{Error, Result};

/// One page. The directories are visited in order from where the page begins to where it ends, and of each no more
/// names are kept than the page has room for.
pub(super) fn list(layout: &Layout, page: &PageRequest) -> Result<Page<Location>> {
    let last = page.last.as_deref();
    let mut found = Vec::new();
    for byte in 0..=u8::MAX {
        let room = page.limit.saturating_add(1).saturating_sub(found.len());
        if page.limit == 0 || room == 0 {
            break;
        }
        let directory = layout::fan_out_of(byte);
        // Every location in it begins with the directory and a slash, and a digit orders before 'g'.
        if last.is_some_and(|last| format!("{directory}/g").as_str() <= last) {
            continue;
        }
        found.extend(
            smallest(layout, &directory, last, room).map_err(|error| Error::io("list blobs", error))?,
        );
    }
    Ok(Page::from_lookahead(found.into_iter().map(Location::from).collect(), page.limit))
}

/// The first `room` locations of a directory behind `last`, in order.
fn smallest(
    layout: &Layout,
    directory: &str,
    last: Option<&str>,
    room: usize,
) -> std::io::Result<Vec<String>> {
    let opened = match layout::open_directory(&layout.blobs, directory) {
        Ok(opened) => opened,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut kept = BinaryHeap::new();
    for file in names(&opened)? {
        let Some(id) = layout::blob_named(directory, &file?) else { continue };
        let path = layout::blob_path(id);
        if last.is_some_and(|last| path.as_str() <= last) {
            continue;
        }
        kept.push(path);
        if kept.len() > room {
            kept.pop();
        }
    }
    Ok(kept.into_sorted_vec())
}

/// The names in a directory that are text.
pub(super) fn names(directory: &OwnedFd) -> std::io::Result<impl Iterator<Item = std::io::Result<String>>> {
    let entries = Dir::read_from(directory)?;
    Ok(entries.filter_map(|entry| match entry {
        Ok(entry) => entry.file_name().to_str().ok().map(|name| Ok(name.to_owned())),
        Err(error) => Some(Err(error.into())),
    }))
}
