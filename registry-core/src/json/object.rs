//! Objects with members that are known, among others that are not.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};

use super::Place;
use super::names::{Names, check_depth};
use super::unknown::Unknown;

/// What an object is read into.
pub(crate) trait Members<'de> {
    /// The names it knows.
    const KNOWN: &'static [&'static str];

    /// Takes the value of the member called `name` from `map` when the name is known.
    ///
    /// Returns whether it is; if not, nothing was taken.
    fn take<A: MapAccess<'de>>(
        &mut self,
        name: &str,
        place: &Place<'_>,
        map: &mut A,
    ) -> Result<bool, A::Error>;
}

/// Reads an object into its members, which it borrows: they are large, and moving them about would cost more than
/// reading them. Members that are unknown are checked and dropped.
pub(crate) struct Object<'p, M> {
    place: &'p Place<'p>,
    members: &'p mut M,
}

impl<'p, M> Object<'p, M> {
    /// Reads the object at `place` into `members`.
    pub(crate) const fn new(place: &'p Place<'p>, members: &'p mut M) -> Self {
        Self { place, members }
    }
}

impl<'de, M: Members<'de>> DeserializeSeed<'de> for Object<'_, M> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, M: Members<'de>> Visitor<'de> for Object<'_, M> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to be an object", self.place)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        check_depth(self.place)?;
        let mut names = Names::new();
        while let Some(name) = names.next(&mut map, self.place)? {
            let place = self.place.name(&name);
            if self.members.take(&name, &place, &mut map)? {
                continue;
            }
            if let Some(known) = M::KNOWN.iter().find(|known| reads_alike(known, &name)) {
                return Err(A::Error::custom(format_args!(
                    "{place} differs from {known:?} only in case, and some readers take it for that"
                )));
            }
            map.next_value_seed(Unknown(&place))?;
        }
        Ok(())
    }
}

/// Whether a reader that ignores case takes `name` for `known`.
///
/// Go's JSON package is such a reader, and with it most clients of registries: it would see `Layers` where others see
/// nothing. Besides ASCII it folds the long s and the Kelvin sign.
fn reads_alike(known: &str, name: &str) -> bool {
    let fold = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    name.len() >= known.len() && known.chars().map(fold).eq(name.chars().map(fold))
}
