//! What goes beyond the specification, by the paths that it has for that.

mod discover;
mod events;
mod follow;
mod history;
mod restore;
