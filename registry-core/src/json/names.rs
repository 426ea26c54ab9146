//! The names of one object, each of which may stand there once.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};

use super::{MAX_DEPTH, Place};

/// The names seen so far in one object.
pub(super) struct Names<'de> {
    few: Vec<Cow<'de, str>>,
    many: HashSet<Cow<'de, str>>,
}

/// Up to so many names, looking at each is faster than hashing.
const FEW: usize = 16;

impl<'de> Names<'de> {
    /// Begins an object at `place`, unless it is nested too deeply.
    pub(super) fn begin<E: serde::de::Error>(place: &Place<'_>) -> Result<Self, E> {
        check_depth(place)?;
        Ok(Self { few: Vec::new(), many: HashSet::new() })
    }

    /// The next name of the object, and an error when it was there before.
    pub(super) fn next<A: MapAccess<'de>>(
        &mut self,
        map: &mut A,
        place: &Place<'_>,
    ) -> Result<Option<Cow<'de, str>>, A::Error> {
        let Some(name) = map.next_key_seed(Name)? else { return Ok(None) };
        if self.insert(name.clone()) {
            Ok(Some(name))
        } else {
            Err(A::Error::custom(format_args!("{} stands there twice", place.name(&name))))
        }
    }

    /// Whether the name is new.
    fn insert(&mut self, name: Cow<'de, str>) -> bool {
        if self.few.len() < FEW {
            let new = !self.few.contains(&name);
            self.few.push(name);
            new
        } else {
            !self.few.contains(&name) && self.many.insert(name)
        }
    }
}

/// Refuses to open one more array or object at `place` when there are enough around it.
pub(super) fn check_depth<E: serde::de::Error>(place: &Place<'_>) -> Result<(), E> {
    if place.depth() < MAX_DEPTH {
        Ok(())
    } else {
        Err(E::custom(format_args!("it is nested more than {MAX_DEPTH} deep")))
    }
}

/// Reads a name without copying it where it holds no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}
