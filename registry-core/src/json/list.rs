//! Arrays whose elements are all read alike, and maps of strings.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::names::{Names, check_depth};
use super::{Place, Text};

/// The most entries of a list that is read into memory. No image in the wild has a thousand.
pub(crate) const MAX_ENTRIES: usize = 10_000;

/// What the element of an array is read into.
pub(crate) trait Element<'de>: Sized {
    /// Reads the element at `place`.
    fn read<D: Deserializer<'de>>(place: &Place<'_>, deserializer: D) -> Result<Self, D::Error>;
}

impl<'de> Element<'de> for String {
    fn read<D: Deserializer<'de>>(place: &Place<'_>, deserializer: D) -> Result<Self, D::Error> {
        Text(place).deserialize(deserializer).map(Into::into)
    }
}

/// Reads an array of at most [`MAX_ENTRIES`]; `null` counts as empty, because that is how Go writes an empty slice.
pub(crate) struct List<'p, T>(&'p Place<'p>, PhantomData<T>);

impl<'p, T> List<'p, T> {
    /// Reads the array at `place`.
    pub(crate) const fn new(place: &'p Place<'p>) -> Self {
        Self(place, PhantomData)
    }
}

impl<'de, T: Element<'de>> DeserializeSeed<'de> for List<'_, T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Element<'de>> Visitor<'de> for List<'_, T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to be an array", self.0)
    }

    fn visit_unit<E>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<T>, A::Error> {
        check_depth(self.0)?;
        let mut list = Vec::new();
        loop {
            let place = self.0.index(list.len());
            let Some(element) = elements.next_element_seed(Each::new(&place))? else {
                return Ok(list);
            };
            check_len::<A::Error>(list.len(), self.0)?;
            list.push(element);
        }
    }
}

/// Reads one element, in a list or alone.
pub(crate) struct Each<'p, T>(&'p Place<'p>, PhantomData<T>);

impl<'p, T> Each<'p, T> {
    /// Reads the element at `place`.
    pub(crate) const fn new(place: &'p Place<'p>) -> Self {
        Self(place, PhantomData)
    }
}

impl<'de, T: Element<'de>> DeserializeSeed<'de> for Each<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(self.0, deserializer)
    }
}

/// Reads an object of at most [`MAX_ENTRIES`] strings; `null` counts as empty.
pub(crate) struct Strings<'p>(pub(crate) &'p Place<'p>);

impl<'de> DeserializeSeed<'de> for Strings<'_> {
    type Value = BTreeMap<String, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strings<'_> {
    type Value = BTreeMap<String, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to be an object of strings", self.0)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(BTreeMap::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        check_depth(self.0)?;
        let mut names = Names::new();
        let mut strings = BTreeMap::new();
        while let Some(name) = names.next(&mut map, self.0)? {
            check_len::<A::Error>(strings.len(), self.0)?;
            let text = map.next_value_seed(Text(&self.0.name(&name)))?;
            strings.insert(name.into_owned(), text.into_owned());
        }
        Ok(strings)
    }
}

fn check_len<E: serde::de::Error>(len: usize, place: &Place<'_>) -> Result<(), E> {
    if len < MAX_ENTRIES {
        Ok(())
    } else {
        Err(E::custom(format_args!("{place} has more than {MAX_ENTRIES} entries")))
    }
}
