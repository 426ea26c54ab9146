//! What the tests share: a registry on a port of its own, a small HTTP/1.1 client that can also misbehave, and content.

mod ask;
mod content;
mod house;
mod reply;
mod seams;
mod sick;

pub(crate) use ask::{Ask, Connection};
pub(crate) use content::{Image, OCI_MANIFEST, digest, image, index, referrer, sha512};
pub(crate) use house::{House, registry};
pub(crate) use reply::Reply;
pub(crate) use seams::{Allow, Challenge, Switch};
pub(crate) use sick::{Health, Sick};
