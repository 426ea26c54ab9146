//! How a person names an image.

use std::fmt;
use std::str::FromStr;

use super::host;
use super::{Reference, RepositoryName, Tag};
use crate::error::excerpt;
use crate::{Digest, Error, Result};

/// An image as a person writes it: `[host[:port]/]repository[:tag][@digest]`.
///
/// The first component is a host when it holds a `.` or a `:`, is `localhost`, or is an IPv6 address in brackets, and
/// something follows it. Nothing is filled in: no default host, no `library/`, no `latest`.
///
/// ```
/// use registry_core::ImageReference;
///
/// let image: ImageReference = "[::1]:5000/library/busybox:1.36".parse()?;
/// assert_eq!(image.host(), Some("[::1]:5000"));
/// assert_eq!(image.repository().as_str(), "library/busybox");
/// assert_eq!(image.tag().map(|tag| tag.as_str()), Some("1.36"));
/// assert_eq!(image.digest(), None);
/// assert_eq!(image.to_string(), "[::1]:5000/library/busybox:1.36");
/// # Ok::<(), registry_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageReference {
    host: Option<Box<str>>,
    repository: RepositoryName,
    tag: Option<Tag>,
    digest: Option<Digest>,
}

impl ImageReference {
    /// The image made of these parts.
    ///
    /// # Errors
    /// [`Error::InvalidImageReference`] when the host breaks the grammar or would not be read as one, or when there is
    /// none and the repository's first component would be read as one.
    pub fn new(
        host: Option<&str>,
        repository: RepositoryName,
        tag: Option<Tag>,
        digest: Option<Digest>,
    ) -> Result<Self> {
        let invalid = |input, reason| Error::InvalidImageReference { input: excerpt(input), reason };
        match host {
            Some(host) if !reads_as_host(host) => {
                return Err(invalid(host, "the host reads as a part of the repository"));
            }
            Some(host) => host::check(host).map_err(|reason| invalid(host, reason))?,
            None if split_host(repository.as_str()).0.is_some() => {
                return Err(invalid(repository.as_str(), "the first component reads as a host"));
            }
            None => {}
        }
        Ok(Self { host: host.map(Into::into), repository, tag, digest })
    }

    /// The host, with the port where there is one; an IPv6 address stands in brackets.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The repository.
    #[must_use]
    pub const fn repository(&self) -> &RepositoryName {
        &self.repository
    }

    /// The tag, where there is one.
    #[must_use]
    pub const fn tag(&self) -> Option<&Tag> {
        self.tag.as_ref()
    }

    /// The digest, where there is one.
    #[must_use]
    pub const fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// What to ask a registry for: the digest where there is one, else the tag, else nothing.
    #[must_use]
    pub fn reference(&self) -> Option<Reference> {
        let tag = || self.tag.clone().map(Reference::Tag);
        self.digest.map(Reference::Digest).or_else(tag)
    }
}

impl FromStr for ImageReference {
    type Err = Error;

    /// # Errors
    /// [`Error::InvalidImageReference`] for the host; the errors of [`RepositoryName`], [`Tag`] and [`Digest`] for the
    /// rest.
    fn from_str(text: &str) -> Result<Self> {
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest.parse()?)),
            None => (text, None),
        };
        let (host, path) = split_host(name);
        let (repository, tag) = match path.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag.parse()?)),
            None => (path, None),
        };
        Self::new(host, repository.parse()?, tag, digest)
    }
}

/// Splits off the first component when it is a host.
fn split_host(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((first, rest)) if reads_as_host(first) => (Some(first), rest),
        _ => (None, name),
    }
}

/// Whether a first component is a host rather than a part of the repository. No repository begins with a bracket.
fn reads_as_host(first: &str) -> bool {
    first.contains(['.', ':', '[']) || first == "localhost"
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(host) = &self.host {
            write!(f, "{host}/")?;
        }
        write!(f, "{}", self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}
