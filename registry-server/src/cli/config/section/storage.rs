//! `[storage]`.

use std::path::PathBuf;

use super::super::shape::choice;
use super::section;

section! {
    /// Where everything is kept.
    Storage {
        /// The folder that keeps what is kept in files; it is made when it is not there. One process at a time serves it.
        data: PathBuf = "./registry-data".into(),
        /// What keeps the bytes of blobs: files in the data folder, a bucket of S3, see `[s3]`, or of Google Cloud Storage,
        /// see `[gcs]`, a container of Azure, see `[azure]`, or memory, which forgets everything when the process ends.
        blobs: Blobs = Blobs::Fs,
        /// What keeps everything else: SQLite in the data folder, PostgreSQL, see `[postgres]`, or memory, which forgets
        /// everything when the process ends.
        metadata: Metadata = Metadata::Sqlite,
    }
}

choice! {
    /// What keeps bytes.
    Blobs {
        Fs = "fs",
        S3 = "s3",
        Gcs = "gcs",
        Azure = "azure",
        Memory = "memory",
    }
}

choice! {
    /// What keeps metadata.
    Metadata {
        Sqlite = "sqlite",
        Postgres = "postgres",
        Memory = "memory",
    }
}

impl Storage {
    /// Whether anything of it lies in the data folder.
    pub(crate) fn uses_folder(&self) -> bool {
        self.blobs == Blobs::Fs || self.metadata == Metadata::Sqlite
    }
}
