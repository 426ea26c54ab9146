//! What is known of an upload, and how it is written into its token.

use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::budget::Grant;
use crate::blob::UploadToken;
use crate::blob::id::Carried;
use crate::blob::object_id::ObjectId;

/// Everything that is known of an upload in progress. The token is made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    #[serde(skip)]
    pub(super) id: ObjectId,
    /// What the blob of its parts is called, where it is not called like the upload, because there was one already.
    #[serde(rename = "k", with = "maybe_id_text", skip_serializing_if = "Option::is_none", default)]
    pub(super) key: Option<ObjectId>,
    /// How many bytes each part has.
    #[serde(rename = "p")]
    pub(super) part_size: u64,
    /// The multipart upload, from the first whole part on.
    #[serde(rename = "m", skip_serializing_if = "Option::is_none", default)]
    pub(super) multipart: Option<Multipart>,
    /// What lies behind the parts, in order.
    #[serde(rename = "t", skip_serializing_if = "Vec::is_empty", default)]
    pub(super) tail: Vec<Segment>,
    /// What the last append found, so that it can be undone.
    #[serde(rename = "b", skip_serializing_if = "Option::is_none", default)]
    pub(super) before: Option<Before>,
    /// Objects of earlier tails, which nobody needs once this state is the one that was kept.
    #[serde(rename = "g", with = "ids_text", skip_serializing_if = "Vec::is_empty", default)]
    pub(super) gone: Vec<ObjectId>,
}

/// A multipart upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Multipart {
    /// What the service calls it.
    #[serde(rename = "u")]
    pub(super) upload: String,
    /// No part of this number or a higher one was sent.
    #[serde(rename = "n")]
    pub(super) next: u32,
    /// Number and entity tag of each part, in order.
    #[serde(rename = "e")]
    pub(super) parts: Vec<(u32, String)>,
    /// The marker beside the upload that tells of it, where there is one.
    #[serde(rename = "x", with = "ids_text", skip_serializing_if = "Vec::is_empty", default)]
    pub(super) marker: Vec<ObjectId>,
}

/// A piece of the tail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Segment {
    /// An object beside the upload, and how many of its first bytes count.
    #[serde(rename = "o")]
    Object(#[serde(with = "id_text")] ObjectId, u64),
    /// Bytes in the token.
    #[serde(rename = "i")]
    Inline(#[serde(with = "bytes_text")] Pieces),
}

/// Bytes in pieces, with the right to hold them in memory, where there is one.
#[derive(Debug, Clone, Default)]
pub(super) struct Pieces {
    pub(super) pieces: Vec<Bytes>,
    pub(super) grant: Option<Arc<Grant>>,
}

/// Where an upload stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Before {
    #[serde(rename = "n")]
    pub(super) parts: usize,
    #[serde(rename = "t")]
    pub(super) tail: Vec<Segment>,
}

/// What the name of a multipart upload begins with where it is that of the blob it makes.
const NAMED: &str = "blob:";

impl Multipart {
    /// A name for a multipart upload that makes a blob of another name than the upload has, for services that give none.
    #[cfg(feature = "azure")]
    pub(super) fn name(blob: ObjectId) -> String {
        format!("{NAMED}{blob}")
    }

    /// The blob that it makes, where its name tells.
    fn blob(&self) -> Option<ObjectId> {
        self.upload.strip_prefix(NAMED).and_then(ObjectId::parse)
    }
}

impl Pieces {
    pub(super) fn len(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.len() as u64).sum()
    }

    /// Keeps the first `len` bytes.
    fn truncate(&mut self, len: u64) {
        let mut room = usize::try_from(len).unwrap_or(usize::MAX);
        for piece in &mut self.pieces {
            piece.truncate(room);
            room -= piece.len();
        }
        self.pieces.retain(|piece| !piece.is_empty());
    }
}

impl PartialEq for Pieces {
    fn eq(&self, other: &Self) -> bool {
        self.pieces.concat() == other.pieces.concat()
    }
}

impl Eq for Pieces {}

impl Segment {
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Object(_, len) => *len,
            Self::Inline(pieces) => pieces.len(),
        }
    }
}

/// How many bytes the segments have.
pub(super) fn length(tail: &[Segment]) -> u64 {
    tail.iter().map(Segment::len).sum()
}

/// The first `len` bytes of the segments.
pub(super) fn truncated(tail: &[Segment], len: u64) -> Vec<Segment> {
    let mut room = len;
    let mut kept = Vec::new();
    for segment in tail {
        let taken = segment.len().min(room);
        if taken == 0 {
            continue;
        }
        room -= taken;
        kept.push(match segment {
            Segment::Object(id, _) => Segment::Object(*id, taken),
            Segment::Inline(pieces) => {
                let mut pieces = pieces.clone();
                pieces.truncate(taken);
                Segment::Inline(pieces)
            }
        });
    }
    kept
}

impl State {
    pub(super) const fn new(id: ObjectId, part_size: u64) -> Self {
        Self { id, key: None, part_size, multipart: None, tail: Vec::new(), before: None, gone: Vec::new() }
    }

    /// The blob that its parts become.
    pub(super) fn blob(&self) -> ObjectId {
        self.multipart.as_ref().and_then(Multipart::blob).or(self.key).unwrap_or(self.id)
    }

    /// The name that a multipart upload in progress has of its own, and that a marker beside it tells.
    pub(super) fn own_key(&self) -> Option<ObjectId> {
        self.key.filter(|_| self.multipart.is_some())
    }

    /// How many bytes are kept.
    pub(super) fn len(&self) -> u64 {
        self.tail_start() + length(&self.tail)
    }

    /// How many bytes lie in parts.
    pub(super) fn tail_start(&self) -> u64 {
        self.multipart.as_ref().map_or(0, |multipart| multipart.parts.len() as u64 * self.part_size)
    }

    /// How many bytes of the tail lie in objects beside the upload.
    pub(super) fn beside(&self) -> u64 {
        self.tail.iter().filter(|segment| matches!(segment, Segment::Object(..))).map(Segment::len).sum()
    }

    /// Whether the bytes in the token are held beyond the budget of memory.
    pub(super) fn is_let_in(&self) -> bool {
        self.tail.iter().any(|segment| match segment {
            Segment::Inline(pieces) => pieces.grant.as_ref().is_some_and(|grant| grant.is_let_in()),
            Segment::Object(..) => false,
        })
    }

    /// The objects that hold pieces of the tail, of this one and of the one before.
    pub(super) fn tail_objects(&self) -> impl Iterator<Item = ObjectId> {
        let before = self.before.iter().flat_map(|before| &before.tail);
        self.tail.iter().chain(before).filter_map(|segment| match segment {
            Segment::Object(id, _) => Some(*id),
            Segment::Inline(_) => None,
        })
    }

    /// The state behind a token, when this backend may have made the token.
    pub(super) fn parse(token: &UploadToken) -> Option<Self> {
        if let Some(written) = token.carried::<Written>() {
            return Some(written.state.clone());
        }
        let text = token.as_str();
        let (name, rest) = text.split_once('.')?;
        let id = ObjectId::parse(name)?;
        let mut state: Self = serde_json::from_str(rest).ok()?;
        state.id = id;
        // Nothing but the very text that was written is read.
        (state.part_size > 0 && state.text() == text).then_some(state)
    }

    pub(super) fn into_token(self) -> UploadToken {
        UploadToken::carrying(Written { state: self, text: OnceLock::new() })
    }

    fn text(&self) -> String {
        let rest = serde_json::to_string(self).unwrap_or_default();
        format!("{}.{rest}", self.id)
    }
}

/// A state that is written when somebody asks.
struct Written {
    state: State,
    text: OnceLock<String>,
}

impl Carried for Written {
    fn text(&self) -> &str {
        self.text.get_or_init(|| self.state.text())
    }
}

mod id_text {
    use super::ObjectId;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(id: &ObjectId, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(id)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ObjectId, D::Error> {
        let text = String::deserialize(from)?;
        ObjectId::parse(&text).ok_or_else(|| serde::de::Error::custom("not a name"))
    }
}

mod maybe_id_text {
    use super::{ObjectId, id_text};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(id: &Option<ObjectId>, to: S) -> Result<S::Ok, S::Error> {
        match id {
            Some(id) => id_text::serialize(id, to),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<ObjectId>, D::Error> {
        id_text::deserialize(from).map(Some)
    }
}

mod ids_text {
    use super::ObjectId;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(ids: &[ObjectId], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(ids.iter().map(ToString::to_string))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<ObjectId>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        let ids: Option<Vec<_>> = texts.iter().map(|text| ObjectId::parse(text)).collect();
        ids.ok_or_else(|| serde::de::Error::custom("not a name"))
    }
}

mod bytes_text {
    use super::{Engine, Pieces, URL_SAFE_NO_PAD};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(pieces: &Pieces, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&URL_SAFE_NO_PAD.encode(pieces.pieces.concat()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Pieces, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(serde::de::Error::custom)?;
        Ok(Pieces { pieces: vec![bytes.into()], grant: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_nothing_else_is() {
        let id = ObjectId::random().unwrap();
        let inline = |text: &str| {
            Segment::Inline(Pieces { pieces: vec![Bytes::copy_from_slice(text.as_bytes())], grant: None })
        };
        let mut state = State::new(id, 8 << 20);
        state.multipart = Some(Multipart {
            upload: "an \"id\".<x>".to_owned(),
            next: 4,
            parts: vec![(1, "\"a\"".to_owned()), (3, "b".to_owned())],
            marker: vec![id],
        });
        state.tail = vec![Segment::Object(id, 70_000), inline("tail")];
        state.before = Some(Before { parts: 1, tail: vec![inline("")] });
        assert_eq!(state.blob(), id);
        state.key = Some(ObjectId::random().unwrap());
        assert_eq!(Some(state.blob()), state.key);
        assert_eq!(state.len(), (16 << 20) + 70_004);
        let token = state.clone().into_token();
        assert_eq!(token.name(), id.to_string());
        let text = token.as_str().to_owned();
        assert_eq!(State::parse(&UploadToken::from(text.as_str())), Some(state.clone()));
        assert_eq!(State::parse(&token), Some(state));
        for wrong in [
            format!("{text} "),
            format!(" {text}"),
            text[1..].to_owned(),
            text.replace("\"n\":4", "\"n\": 4"),
        ] {
            assert_eq!(State::parse(&UploadToken::from(wrong.as_str())), None, "{wrong}");
        }
    }

    #[test]
    fn a_tail_is_cut_anywhere() {
        let id = ObjectId::random().unwrap();
        let pieces = Pieces { pieces: vec!["abc".into(), "de".into()], grant: None };
        let tail = [Segment::Object(id, 10), Segment::Inline(pieces)];
        for len in 0..=15 {
            let cut = truncated(&tail, len);
            assert_eq!(length(&cut), len);
            assert!(cut.iter().all(|segment| segment.len() > 0));
        }
    }
}
