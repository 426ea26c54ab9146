//! Whether the data folder can be used.

use std::fs::TryLockError;
use std::io;
use std::path::{Path, PathBuf};

use super::Report;

/// Less free space than this is worth a word.
const SCARCE: u64 = 1 << 30;

/// Whether another process serves the folder.
pub(super) fn look(data: &Path, report: &mut Report) -> bool {
    let shown = data.display();
    if is_served(data) {
        report.notes.push(format!("the data folder {shown} is being served by another process"));
        return true;
    }
    match usable(data) {
        Err(text) => report.problems.push(text),
        Ok(folder) => {
            report.good.push(format!("the data folder {shown} can be written to"));
            if let Some(free) = free(&folder).filter(|free| *free < SCARCE) {
                let free = free >> 20;
                report
                    .notes
                    .push(format!("only {free} MiB are free where the data folder {shown} lies: make room"));
            }
        }
    }
    false
}

/// How many bytes are free where the folder lies, as far as the system says.
fn free(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    found.f_bavail.checked_mul(found.f_frsize)
}

/// Whether a process holds the lock of the folder. A lock that is taken here is given back at once.
fn is_served(data: &Path) -> bool {
    std::fs::OpenOptions::new()
        .write(true)
        .open(data.join("lock"))
        .is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Whether the folder can be written to, or made; the nearest folder that is there.
fn usable(data: &Path) -> Result<PathBuf, String> {
    let folder = nearest(data);
    let refuse =
        |error: &dyn std::fmt::Display| format!("cannot use the data folder {}: {error}", data.display());
    let metadata = std::fs::metadata(&folder).map_err(|error| refuse(&error))?;
    if !metadata.is_dir() {
        return Err(refuse(&format!("{} is no folder", folder.display())));
    }
    // Only an attempt tells, whatever rights, quotas and mounts say.
    attempt(&folder).map_err(|error| refuse(&error))?;
    Ok(folder)
}

/// The folder, or the nearest one above it that is there.
fn nearest(data: &Path) -> PathBuf {
    let there = data.ancestors().find(|folder| folder.as_os_str().is_empty() || folder.exists());
    match there {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn attempt(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".registry-check-{}", std::process::id()));
    std::fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)
}
