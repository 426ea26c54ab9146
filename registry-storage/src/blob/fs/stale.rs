//! Uploads that nobody goes on with.

use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, statat};
use rustix::io::Errno;

use super::layout::Layout;
use super::list::names;
use crate::blob::UploadToken;
use crate::blob::object_id::ObjectId;
use crate::{Error, Result};

/// At most `limit` uploads that were last written at least `age` ago.
pub(super) fn stale_uploads(layout: &Layout, age: Duration, limit: usize) -> Result<Vec<UploadToken>> {
    let Some(before) = SystemTime::now().checked_sub(age) else { return Ok(Vec::new()) };
    let Ok(before) = before.duration_since(SystemTime::UNIX_EPOCH) else { return Ok(Vec::new()) };
    let failed = |error| Error::io("list uploads", error);
    let mut stale = Vec::new();
    for name in names(&layout.uploads).map_err(failed)? {
        if stale.len() == limit {
            break;
        }
        let Some(id) = ObjectId::parse(&name.map_err(failed)?) else { continue };
        match statat(&layout.uploads, id.to_string(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if u64::try_from(stat.st_mtime).unwrap_or(0) <= before.as_secs() => {
                stale.push(UploadToken::from(id.to_string()));
            }
            Ok(_) | Err(Errno::NOENT) => {}
            Err(error) => return Err(failed(error.into())),
        }
    }
    Ok(stale)
}
