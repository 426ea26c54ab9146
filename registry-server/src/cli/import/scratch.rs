//! A folder for what is thrown away.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use registry_storage::metadata::UploadId;

/// A folder among those for temporary files, with a name that nobody can guess, that nobody else can look into, and that is
/// removed in the end.
#[derive(Debug)]
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// A new one.
    pub(super) fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let path = std::env::temp_dir().join(format!("registry-import-{}", UploadId::random()?));
        // What is there already, a link among it, is refused.
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nobody is left to be told that this failed.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::Scratch;

    #[test]
    fn nobody_else_looks_into_it_or_guesses_its_name_and_nothing_is_left() {
        let (one, other) = (Scratch::new().unwrap(), Scratch::new().unwrap());
        assert_ne!(one.path(), other.path());
        let mode = one.path().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        let path = one.path().to_owned();
        assert!(!path.to_str().unwrap().contains(&format!("registry-import-{}", std::process::id())));
        std::fs::write(path.join("file"), "content").unwrap();
        drop(one);
        assert!(!path.exists());
    }
}
