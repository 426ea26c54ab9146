//! The names of one object, each of which may stand there once.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};

use super::{MAX_DEPTH, Place};

/// The names seen so far in one object.
pub(super) struct Names<'de> {
    /// The first ones, of which `len` are filled. Almost no object has more, and so almost none allocates.
    few: [Cow<'de, str>; FEW],
    len: usize,
    many: HashSet<Cow<'de, str>>,
}

/// Up to so many names, looking at each is faster than hashing.
const FEW: usize = 12;

impl<'de> Names<'de> {
    /// Of an object that begins.
    pub(super) fn new() -> Self {
        Self { few: [const { Cow::Borrowed("") }; FEW], len: 0, many: HashSet::new() }
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
        if self.few[..self.len].contains(&name) {
            return false;
        }
        match self.few.get_mut(self.len) {
            Some(free) => {
                *free = name;
                self.len += 1;
                true
            }
            None => self.many.insert(name),
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
