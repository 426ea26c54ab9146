//! A bucket of somebody else.

use registry_storage::Error;
use registry_storage::foreign::ForeignBucket;

use super::s3;
use crate::cli::config::{Encryption, S3};

/// `BUCKET/PREFIX`, reached as the settings say. Nothing is asked yet.
pub(in crate::cli) fn open(settings: &S3, place: &str) -> Result<ForeignBucket, Error> {
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let mut settings = settings.clone();
    settings.bucket = Some(bucket.to_owned());
    settings.prefix = prefix.to_owned();
    // How something is encrypted is said when it is written, but for a key that is sent along, which is ours alone.
    settings.encryption = Encryption::Bucket;
    ForeignBucket::s3(&s3::options(&settings)?)
}
