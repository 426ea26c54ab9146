//! What the double keeps.

use std::collections::BTreeMap;
use std::time::SystemTime;

use bytes::Bytes;

/// The least size of a part that is not the last.
const LEAST: usize = 5 << 20;

/// Objects and multipart uploads.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Keep {
    /// Objects by their keys.
    pub objects: BTreeMap<String, Object>,
    /// Multipart uploads by key and id.
    pub uploads: BTreeMap<(String, String), Upload>,
    /// Whether multipart uploads are not listed.
    pub hides_uploads: bool,
    /// Whether conditions of writes are not looked at.
    pub ignores_conditions: bool,
    /// Whether to complete again is answered like the first time.
    pub completes_again: bool,
    done: Vec<(String, String)>,
    drawn: u64,
}

/// An object.
#[derive(Debug)]
#[non_exhaustive]
pub struct Object {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its entity tag.
    pub etag: String,
    /// When it was written.
    pub written: SystemTime,
}

/// A multipart upload.
#[derive(Debug)]
#[non_exhaustive]
pub struct Upload {
    /// The bytes and the entity tag of its parts, by their number.
    pub parts: BTreeMap<u32, (Bytes, String)>,
    /// When it was begun.
    pub begun: SystemTime,
}

/// A status and a code.
pub(super) type Refusal = (u16, &'static str);

impl Keep {
    fn draw(&mut self) -> String {
        self.drawn += 1;
        format!("\"{:032x}\"", self.drawn)
    }

    /// Makes an object of these bytes, and answers its entity tag.
    ///
    /// # Errors
    /// A status and a code, when it must be new and is not.
    pub fn put(&mut self, key: &str, bytes: Bytes, only_new: bool) -> Result<String, (u16, &'static str)> {
        if only_new && !self.ignores_conditions && self.objects.contains_key(key) {
            return Err((412, "PreconditionFailed"));
        }
        let etag = self.draw();
        let written = SystemTime::now();
        self.objects.insert(key.to_owned(), Object { bytes, etag: etag.clone(), written });
        Ok(etag)
    }

    pub(super) fn create(&mut self, key: &str) -> String {
        let id = format!("id+/={}", self.draw().trim_matches('"'));
        let upload = Upload { parts: BTreeMap::new(), begun: SystemTime::now() };
        self.uploads.insert((key.to_owned(), id.clone()), upload);
        id
    }

    pub(super) fn part(&mut self, key: &str, id: &str, number: u32, bytes: Bytes) -> Result<String, Refusal> {
        let etag = self.draw();
        let upload = self.uploads.get_mut(&(key.to_owned(), id.to_owned())).ok_or((404, "NoSuchUpload"))?;
        upload.parts.insert(number, (bytes, etag.clone()));
        Ok(etag)
    }

    pub(super) fn complete(
        &mut self,
        key: &str,
        id: &str,
        parts: &[(u32, String)],
        only_new: bool,
    ) -> Result<(), Refusal> {
        let name = (key.to_owned(), id.to_owned());
        if only_new && !self.ignores_conditions && self.objects.contains_key(key) {
            return Err((412, "PreconditionFailed"));
        }
        if self.completes_again && self.done.contains(&name) {
            return Ok(());
        }
        let upload = self.uploads.get(&name).ok_or((404, "NoSuchUpload"))?;
        let mut whole = Vec::new();
        let mut sizes = Vec::new();
        for (number, etag) in parts {
            let (bytes, _) =
                upload.parts.get(number).filter(|(_, known)| known == etag).ok_or((400, "InvalidPart"))?;
            whole.extend_from_slice(bytes);
            sizes.push(bytes.len());
        }
        if !parts.is_sorted_by(|one, next| one.0 < next.0) {
            return Err((400, "InvalidPartOrder"));
        }
        let (last, first) = sizes.split_last().ok_or((400, "MalformedXML"))?;
        if first.iter().any(|size| *size < LEAST) {
            return Err((400, "EntityTooSmall"));
        }
        if first.iter().any(|size| Some(size) != first.first() || size < last) {
            return Err((400, "InvalidPart"));
        }
        self.uploads.remove(&name);
        self.done.push(name);
        self.put(key, whole.into(), false).map(drop)
    }

    pub(super) fn abort(&mut self, key: &str, id: &str) -> Result<(), Refusal> {
        let removed = self.uploads.remove(&(key.to_owned(), id.to_owned()));
        removed.map(drop).ok_or((404, "NoSuchUpload"))
    }
}
