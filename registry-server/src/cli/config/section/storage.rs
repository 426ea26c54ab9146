//! `[storage]`.

use std::path::PathBuf;

use super::section;

section! {
    /// Where everything is kept.
    Storage {
        /// The folder that keeps bytes and metadata; it is made when it is not there. One process at a time serves it.
        data: PathBuf = "./registry-data".into(),
    }
}
