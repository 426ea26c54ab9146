//! What the tests stand on: registries on each pair of stores, a clock that is set by hand, and content.

#[macro_use]
mod each;

pub(crate) mod body;
pub(crate) mod fault;
pub(crate) mod fickle;
pub(crate) mod image;
pub(crate) mod world;

pub(crate) use body::{body, broken, empty, pieces};
pub(crate) use image::{Image, index, index_of};
pub(crate) use world::{HandClock, World, actor, name, tag};
