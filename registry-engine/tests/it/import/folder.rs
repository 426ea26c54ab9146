//! A folder as CNCF distribution writes it.

use std::path::{Path, PathBuf};

use registry_core::Digest;
use registry_engine::import::Distribution;
use registry_storage::foreign::ForeignFolder;
use tempfile::TempDir;

use crate::support::Image;

/// What distribution keeps, and what may become of it.
pub(crate) struct Folder {
    root: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = Self { root: tempfile::tempdir().unwrap() };
        std::fs::create_dir_all(folder.path("repositories")).unwrap();
        folder
    }

    pub(crate) async fn source(&self) -> Distribution {
        Distribution::open(ForeignFolder::new(self.root.path())).await.unwrap().unwrap()
    }

    /// A path below `docker/registry/v2`.
    pub(crate) fn path(&self, rest: impl AsRef<Path>) -> PathBuf {
        self.root.path().join("docker/registry/v2").join(rest)
    }

    pub(crate) fn write(&self, rest: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(rest);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn remove(&self, rest: &str) {
        std::fs::remove_file(self.path(rest)).unwrap();
    }

    /// The file of the bytes.
    pub(crate) fn data(digest: &Digest) -> String {
        let (algorithm, hex) = (digest.algorithm(), digest.encoded());
        format!("blobs/{algorithm}/{}/{hex}/data", &hex[..2])
    }

    fn link_of(digest: &Digest) -> String {
        format!("{}/{}/link", digest.algorithm(), digest.encoded())
    }

    pub(crate) fn layer_link(repository: &str, digest: &Digest) -> String {
        format!("repositories/{repository}/_layers/{}", Self::link_of(digest))
    }

    pub(crate) fn revision_link(repository: &str, digest: &Digest) -> String {
        format!("repositories/{repository}/_manifests/revisions/{}", Self::link_of(digest))
    }

    pub(crate) fn tag_link(repository: &str, tag: &str) -> String {
        format!("repositories/{repository}/_manifests/tags/{tag}/current/link")
    }

    pub(crate) fn blob(&self, repository: &str, content: &[u8]) -> Digest {
        let digest = Digest::sha256_of(content);
        self.write(&Self::data(&digest), content);
        self.write(&Self::layer_link(repository, &digest), digest.to_string());
        digest
    }

    pub(crate) fn manifest(&self, repository: &str, content: &[u8]) -> Digest {
        let digest = Digest::sha256_of(content);
        self.write(&Self::data(&digest), content);
        self.write(&Self::revision_link(repository, &digest), digest.to_string());
        digest
    }

    pub(crate) fn tag(&self, repository: &str, tag: &str, digest: &Digest) {
        let index =
            format!("repositories/{repository}/_manifests/tags/{tag}/index/{}", Self::link_of(digest));
        self.write(&index, digest.to_string());
        self.write(&Self::tag_link(repository, tag), digest.to_string());
    }

    /// An image of these layers, with all that it names.
    pub(crate) fn image(&self, repository: &str, layers: &[&[u8]]) -> Image {
        self.blob(repository, b"{}");
        let image = layers.iter().fold(Image::new(b"{}"), |image, layer| {
            self.blob(repository, layer);
            image.layer(layer)
        });
        self.manifest(repository, &image.bytes());
        image
    }

    /// All files with their bytes, to see that nothing was changed.
    pub(crate) fn everything(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = walk(self.root.path());
        found.sort();
        found
    }
}

fn walk(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| {
        if path.is_dir() { walk(&path) } else { vec![(path.clone(), std::fs::read(path).unwrap())] }
    });
    files.collect()
}
