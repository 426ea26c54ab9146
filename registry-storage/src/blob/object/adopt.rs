//! Objects of somebody else in the same bucket.

use object_store::path::Path;

use super::inner::Inner;
use crate::blob::{Location, NOTHING_FOREIGN};
use crate::{Error, Result};

/// What the text of an adopted location begins with. The rest of it is the key.
const ADOPTED: &str = "adopted:";

/// The location of an object that is adopted.
pub(super) fn adopted(key: &str) -> Location {
    format!("{ADOPTED}{key}").into()
}

/// The key behind the location of an adopted object.
pub(super) fn adopted_key(location: &Location) -> Option<&str> {
    location.as_str().strip_prefix(ADOPTED).filter(|key| !key.is_empty())
}

/// Whether a location can name an object of this bucket, and it has the right size.
pub(super) async fn adopt(inner: &Inner, key: &str, size: u64) -> Result<Option<Location>> {
    // What is not plain would be another key when it is asked for.
    if key.is_empty() || Path::from(key).as_ref() != key {
        return Ok(None);
    }
    match inner.service.check_size(key, size).await {
        Ok(()) => Ok(Some(adopted(key))),
        Err(Error::NotFound { .. }) => Err(NOTHING_FOREIGN),
        Err(error) => Err(error),
    }
}
