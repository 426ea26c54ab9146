//! Files that hold a digest.

use futures_util::{StreamExt, TryStreamExt, stream};
use registry_core::{Algorithm, Digest};
use registry_storage::Error as Storage;
use registry_storage::foreign::ForeignEntry;

use super::{Distribution, LINK};
use crate::import::{Finding, Linked, Listed, Trouble};

impl Distribution {
    /// The links below a folder, `<algorithm>/<hex>/link` each.
    pub(super) fn links(&self, folder: String, place: String) -> Listed<'_, Linked> {
        let listing = place.clone();
        let algorithms = self.tree.entries(&folder).map(move |entry| {
            entry.map_err(|error| Trouble::reading(&listing, error)).map(|entry| entry.name)
        });
        let links = algorithms.map_ok(move |algorithm| {
            if algorithm.parse::<Algorithm>().is_err() {
                let what = format!("digests of the algorithm {algorithm} are not supported");
                return stream::iter([Err(Finding::loss(&place, what).into())]).boxed();
            }
            self.digests(format!("{folder}/{algorithm}"), algorithm, place.clone())
        });
        links.try_flatten().boxed()
    }

    fn digests(&self, folder: String, algorithm: String, place: String) -> Listed<'_, Linked> {
        let listing = place.clone();
        let entries = self.tree.entries(&folder);
        let found = entries.map(move |entry| entry.map_err(|error| Trouble::reading(&listing, error)));
        let links = found.map(move |entry| {
            let (folder, algorithm, place) = (folder.clone(), algorithm.clone(), place.clone());
            async move { self.linked(&folder, &algorithm, &place, entry?).await }
        });
        // Each is one small file.
        links.buffer_unordered(8).boxed()
    }

    async fn linked(
        &self,
        folder: &str,
        algorithm: &str,
        place: &str,
        entry: ForeignEntry,
    ) -> Result<Linked, Trouble> {
        let place = format!("{place} {algorithm}:{}", entry.name);
        let Ok(digest) = format!("{algorithm}:{}", entry.name).parse::<Digest>() else {
            return Err(Finding::loss(place, "its folder is not named after a digest").into());
        };
        match self.link(&format!("{folder}/{}/link", entry.name), &place).await? {
            None => Err(Finding::note(place, "it was deleted there").into()),
            Some(stored_as) => linked(digest, stored_as, &place),
        }
    }

    /// The digest in a link; nothing when there is none.
    pub(super) async fn link(&self, path: &str, place: &str) -> Result<Option<Digest>, Trouble> {
        let bytes = match self.tree.small(path, LINK).await {
            Ok(None) => return Ok(None),
            Ok(Some(bytes)) if bytes.is_empty() => {
                return Err(Finding::loss(place, "its link is empty").into());
            }
            Ok(Some(bytes)) => bytes,
            Err(Storage::Invalid { .. }) => return Err(Finding::loss(place, "its link is no digest").into()),
            Err(error) => return Err(Trouble::reading(place, error)),
        };
        let digest = std::str::from_utf8(&bytes).ok().and_then(|text| text.trim_end().parse().ok());
        digest.map(Some).ok_or_else(|| Finding::loss(place, "its link is no digest").into())
    }
}

/// What is asked for under one digest may be kept under one of another algorithm, but not under another of the same.
pub(super) fn linked(digest: Digest, stored_as: Digest, place: &str) -> Result<Linked, Trouble> {
    if digest.algorithm() == stored_as.algorithm() && digest != stored_as {
        return Err(Finding::loss(place, format!("its link names {stored_as}")).into());
    }
    Ok(Linked::new(digest, stored_as))
}
