//! Conversions to and from the types of the crate `oci-spec`, for programs that hold those.
//!
//! They are for values, not for manifests: a manifest that is written anew from such types loses the members they do
//! not know, and with them its digest.

use oci_spec::image;

use crate::error::excerpt;
use crate::{Descriptor, Error, MediaType, Platform};

/// The algorithms that `oci-spec` knows by name have fixed lengths there; a digest of such an algorithm that is only
/// grammatical here is [`Error::InvalidDigest`].
impl TryFrom<&Descriptor> for image::Descriptor {
    type Error = Error;

    fn try_from(ours: &Descriptor) -> Result<Self, Error> {
        let digest = ours.digest.to_string();
        let digest: image::Digest = digest.parse().map_err(|_| Error::InvalidDigest {
            input: excerpt(&digest),
            reason: "oci-spec does not take it",
        })?;
        let mut theirs = Self::new(image::MediaType::from(ours.media_type.as_str()), ours.size, digest);
        theirs.set_urls(some(&ours.urls, Vec::is_empty));
        let annotations = ours.annotations.iter().map(|(name, value)| (name.clone(), value.clone()));
        theirs.set_annotations((!ours.annotations.is_empty()).then(|| annotations.collect()));
        theirs.set_data(ours.data.clone());
        theirs.set_platform(ours.platform.as_ref().map(Into::into));
        theirs.set_artifact_type(ours.artifact_type.as_ref().map(|t| t.as_str().into()));
        Ok(theirs)
    }
}

/// A media type that breaks RFC 6838 is [`Error::InvalidMediaType`], a digest of a known algorithm with the wrong
/// length or alphabet [`Error::InvalidDigest`].
impl TryFrom<&image::Descriptor> for Descriptor {
    type Error = Error;

    fn try_from(theirs: &image::Descriptor) -> Result<Self, Error> {
        let media_type = |theirs: &image::MediaType| theirs.as_ref().parse::<MediaType>();
        let annotations = theirs.annotations().iter().flatten();
        Ok(Self {
            media_type: media_type(theirs.media_type())?,
            digest: theirs.digest().as_ref().parse()?,
            size: theirs.size(),
            urls: theirs.urls().clone().unwrap_or_default(),
            annotations: annotations.map(|(name, value)| (name.clone(), value.clone())).collect(),
            data: theirs.data().clone(),
            platform: theirs.platform().as_ref().map(Into::into),
            artifact_type: theirs.artifact_type().as_ref().map(media_type).transpose()?,
        })
    }
}

impl From<&Platform> for image::Platform {
    fn from(ours: &Platform) -> Self {
        let mut theirs = Self::default();
        theirs
            .set_architecture(ours.architecture.as_str().into())
            .set_os(ours.os.as_str().into())
            .set_os_version(ours.os_version.clone())
            .set_os_features(some(&ours.os_features, Vec::is_empty))
            .set_variant(ours.variant.clone())
            .set_features(some(&ours.features, Vec::is_empty));
        theirs
    }
}

impl From<&image::Platform> for Platform {
    fn from(theirs: &image::Platform) -> Self {
        Self {
            architecture: theirs.architecture().to_string(),
            os: theirs.os().to_string(),
            os_version: theirs.os_version().clone(),
            os_features: theirs.os_features().clone().unwrap_or_default(),
            variant: theirs.variant().clone(),
            features: theirs.features().clone().unwrap_or_default(),
        }
    }
}

/// The platform that the configuration of an image says it runs on.
impl From<&image::ImageConfiguration> for Platform {
    fn from(config: &image::ImageConfiguration) -> Self {
        Self {
            architecture: config.architecture().to_string(),
            os: config.os().to_string(),
            os_version: config.os_version().clone(),
            os_features: config.os_features().clone().unwrap_or_default(),
            variant: config.variant().clone(),
            features: Vec::new(),
        }
    }
}

/// The value unless it is empty: where `oci-spec` has an option, an empty one would be written out.
fn some<T: Clone>(value: &T, is_empty: fn(&T) -> bool) -> Option<T> {
    (!is_empty(value)).then(|| value.clone())
}
