//! The faults, each alone, in tables by what they are about.

mod deletes;
mod errors;
mod lists;
mod manifests;
mod ranges;
mod reads;
mod referrers;
mod state;
mod uploads;
mod wire;

use super::fault::Fault;

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Fault> {
    let tables = [
        ranges::FAULTS,
        referrers::FAULTS,
        lists::FAULTS,
        deletes::FAULTS,
        uploads::FAULTS,
        state::FAULTS,
        manifests::FAULTS,
        reads::FAULTS,
        wire::FAULTS,
        errors::FAULTS,
    ];
    tables.into_iter().flatten()
}

/// Those that concern much, the more exact ones first.
pub(super) fn broad() -> impl Iterator<Item = &'static Fault> {
    let names = [
        "whatever looks like a request is one",
        "a mistake of a client is a fault of the registry",
        "bodies end early",
        "nothing is read",
        "what is right is too much",
    ];
    names.into_iter().filter_map(|name| all().find(|fault| fault.name == name))
}
