//! Which repositories there are.

use futures_util::{StreamExt, TryStreamExt, stream};
use registry_core::RepositoryName;
use registry_storage::foreign::ForeignEntries;

use super::Distribution;
use crate::import::{Finding, Listed, Trouble};

/// A folder on the way through its entries.
struct Open<'a> {
    /// The name of the repository that it may be.
    name: String,
    entries: ForeignEntries<'a>,
    /// Whether it was found to be one.
    is_repository: bool,
}

impl Distribution {
    /// The repositories, found by going through all folders. One may lie in another: `a` and `a/b`.
    pub(super) fn names(&self) -> Listed<'_, RepositoryName> {
        let walk = vec![self.open_folder(String::new())];
        let found =
            stream::unfold(
                walk,
                move |mut walk| async move { Some((self.next_name(&mut walk).await?, walk)) },
            );
        found.boxed()
    }

    async fn next_name<'a>(&'a self, walk: &mut Vec<Open<'a>>) -> Option<Result<RepositoryName, Trouble>> {
        while let Some(open) = walk.last_mut() {
            let entry = match open.entries.try_next().await {
                Ok(Some(entry)) => entry,
                Ok(None) => {
                    walk.pop();
                    continue;
                }
                Err(error) => {
                    let trouble = Trouble::reading(format!("folder {}", open.name), error);
                    walk.pop();
                    return Some(Err(trouble));
                }
            };
            if !entry.is_folder {
                continue;
            }
            // No name begins like this, so it is what distribution keeps of the repository itself.
            if entry.name.starts_with('_') {
                let is_content = ["_manifests", "_layers"].contains(&entry.name.as_str());
                if is_content && !std::mem::replace(&mut open.is_repository, true) {
                    let name = open.name.parse();
                    return Some(name.map_err(|error: registry_core::Error| {
                        Finding::loss(format!("repository {}", open.name), error).into()
                    }));
                }
                continue;
            }
            let name =
                if open.name.is_empty() { entry.name } else { format!("{}/{}", open.name, entry.name) };
            if name.len() <= RepositoryName::MAX_LEN {
                let inner = self.open_folder(name);
                walk.push(inner);
            }
        }
        None
    }

    fn open_folder(&self, name: String) -> Open<'_> {
        let slash = if name.is_empty() { "" } else { "/" };
        let entries = self.tree.entries(&self.path(&format!("repositories{slash}{name}")));
        Open { name, entries, is_repository: false }
    }
}
