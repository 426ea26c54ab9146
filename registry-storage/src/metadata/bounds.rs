//! What every store refuses before it looks at anything, and how it reads positions.

use std::str::FromStr;

use registry_core::{Digest, PageRequest};

use super::{Change, Commit, UploadId};
use crate::{Error, Result};

/// Refuses numbers that do not fit a signed 64-bit column (M-80).
///
/// # Errors
/// [`Error::Invalid`].
pub(super) fn check(commit: &Commit) -> Result<()> {
    let fits = |number: u64| i64::try_from(number).is_ok();
    let good = fits(commit.at.as_micros())
        && commit.changes.iter().all(|change| match change {
            Change::StoreBlob { size, .. } => fits(*size),
            Change::LinkBlob { leased_until, .. } | Change::RenewLease { leased_until, .. } => {
                fits(leased_until.as_micros())
            }
            Change::PutManifest { manifest, .. } => fits(manifest.leased_until.as_micros()),
            Change::PutUpload(upload) => {
                fits(upload.offset) && fits(upload.started.as_micros()) && fits(upload.updated.as_micros())
            }
            Change::UnlinkBlob { .. }
            | Change::DeleteManifest { .. }
            | Change::SetTag { .. }
            | Change::DeleteTag { .. }
            | Change::DeleteUpload { .. }
            | Change::PutDocument { .. }
            | Change::DeleteDocument { .. }
            | Change::PutJob { .. } => true,
        });
    if good { Ok(()) } else { Err(Error::Invalid { reason: "a size, offset or time is 2^63 or more" }) }
}

/// Why a commit is refused that links a blob whose bytes are not stored (M-15).
pub(super) const LINK_OF_ABSENT: Error =
    Error::Invalid { reason: "a blob must be stored before it is linked" };

/// Why a commit is refused that sets a tag to a manifest that is not readable in the repository (M-36).
pub(super) const TAG_OF_ABSENT: Error =
    Error::Invalid { reason: "a tag must point to a manifest of its repository" };

/// The position of a page of referrers.
///
/// # Errors
/// [`Error::Invalid`] when it is not the text of a digest.
pub(super) fn digest_position(page: &PageRequest) -> Result<Option<Digest>> {
    position(page, "the position of a page of referrers must be a digest")
}

/// The position of a page of uploads.
///
/// # Errors
/// [`Error::Invalid`] when it is not the text of an upload id.
pub(super) fn upload_position(page: &PageRequest) -> Result<Option<UploadId>> {
    position(page, "the position of a page of uploads must be an upload id")
}

fn position<T: FromStr>(page: &PageRequest, reason: &'static str) -> Result<Option<T>> {
    page.last.as_deref().map(str::parse).transpose().map_err(|_| Error::Invalid { reason })
}
