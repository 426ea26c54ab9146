//! Where in a document something stands.

use std::fmt;

/// A place in a document, such as `layers[2].size`; a list on the stack, from the inside out.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    outer: Option<&'a Place<'a>>,
    step: Step<'a>,
    depth: usize,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Name(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    /// The whole document.
    pub(crate) const ROOT: Place<'static> = Place { outer: None, step: Step::Root, depth: 0 };

    /// The member of this object with the name.
    pub(crate) const fn name(&'a self, name: &'a str) -> Self {
        Self { outer: Some(self), step: Step::Name(name), depth: self.depth + 1 }
    }

    /// The element of this array at the position.
    pub(crate) const fn index(&'a self, index: usize) -> Self {
        Self { outer: Some(self), step: Step::Index(index), depth: self.depth + 1 }
    }

    /// How many arrays and objects are around this place.
    pub(crate) const fn depth(&self) -> usize {
        self.depth
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at_root = match self.outer {
            Some(Place { step: Step::Root, .. }) | None => true,
            Some(outer) => {
                outer.fmt(f)?;
                false
            }
        };
        match self.step {
            Step::Root => f.write_str("the document"),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Name(name) if !is_plain(name) => write!(f, "[{:?}]", Cut(name)),
            Step::Name(name) if at_root => f.write_str(name),
            Step::Name(name) => write!(f, ".{name}"),
        }
    }
}

/// Whether the name reads well behind a dot.
fn is_plain(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A foreign name, quoted and cut.
struct Cut<'a>(&'a str);

impl fmt::Debug for Cut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(64) {
            Some((end, _)) => write!(f, "{:?}…", &self.0[..end]),
            None => write!(f, "{:?}", self.0),
        }
    }
}
