//! What CNCF distribution keeps, in a folder or in a bucket.
//!
//! ```text
//! docker/registry/v2/
//! ├── blobs/sha256/5d/5d41…c592/data                       bytes, of blobs and manifests alike
//! └── repositories/<name>/
//!     ├── _layers/sha256/<hex>/link                        blobs that are readable in the repository
//!     ├── _manifests/revisions/sha256/<hex>/link           its manifests
//!     ├── _manifests/tags/<tag>/current/link               what a tag points to
//!     └── _uploads/<id>/                                   upload sessions
//! ```
//!
//! A `link` is a file that holds a digest. Found by reading folders that distribution 2.8 and 3 wrote, and the
//! description of the layout in their documentation.

mod links;
mod names;
mod source;

use registry_core::Digest;
use registry_storage::foreign::ForeignTree;

use crate::Result;

/// Where it all lies, in a folder or bucket of distribution.
const ROOT: &str = "docker/registry/v2";

/// The longest link that is read: the longest digest has 135 bytes.
const LINK: u64 = 512;

/// What CNCF distribution keeps.
#[derive(Debug)]
pub struct Distribution {
    tree: Box<dyn ForeignTree>,
    root: &'static str,
}

impl Distribution {
    /// The registry in a folder or bucket: what distribution was told to be its `rootdirectory`, or the folder `v2` in it.
    /// Nothing, when there is none.
    ///
    /// # Errors
    /// When it cannot be looked at.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn open(tree: impl ForeignTree) -> Result<Option<Self>> {
        use futures_util::TryStreamExt;

        for root in [ROOT, ""] {
            let mut entries = tree.entries(root);
            while let Some(entry) = entries.try_next().await? {
                if entry.is_folder && entry.name == "repositories" {
                    drop(entries);
                    return Ok(Some(Self { tree: Box::new(tree), root }));
                }
            }
        }
        Ok(None)
    }

    fn path(&self, rest: &str) -> String {
        if self.root.is_empty() { rest.to_owned() } else { format!("{}/{rest}", self.root) }
    }

    fn repository(&self, name: &str, rest: &str) -> String {
        self.path(&format!("repositories/{name}/{rest}"))
    }

    fn data(&self, digest: &Digest) -> String {
        let hex = digest.encoded();
        self.path(&format!("blobs/{}/{}/{hex}/data", digest.algorithm(), &hex[..2]))
    }
}

/// The part of a path that names a digest.
fn folder(digest: &Digest) -> String {
    format!("{}/{}", digest.algorithm(), digest.encoded())
}
