//! The faults, each alone, in tables by what they are about.

mod deletes;
mod errors;
mod lists;
mod manifests;
mod ranges;
mod reads;
mod referrers;
mod state;
mod taken;
mod uploads;
mod wire;

use super::fault::Fault;

/// Faults about one thing, and the beginnings of the ids of the checks that may see them.
pub(super) struct Table {
    pub(super) faults: &'static [Fault],
    pub(super) scope: &'static [&'static str],
}

pub(super) const TABLES: [Table; 11] = [
    Table { faults: taken::FAULTS, scope: &["malformed."] },
    Table {
        faults: ranges::FAULTS,
        scope: &["C-13.", "C-73.blob.", "C-14.", "R16", "R18.", "malformed.range."],
    },
    Table {
        faults: referrers::FAULTS,
        scope: &[
            "C-1.",
            "C-16.",
            "C-43.",
            "C-5",
            "R13.referrers",
            "R14.",
            "R15.",
            "R27",
            "race.referrers",
            "malformed.query.",
        ],
    },
    Table {
        faults: lists::FAULTS,
        scope: &[
            "C-1.",
            "C-2.",
            "C-41.",
            "C-4",
            "C-58.",
            "catalog.",
            "R22.",
            "R21.",
            "malformed.n.",
            "malformed.query.",
            "overwriting.list",
            "race.many-tags",
        ],
    },
    Table {
        faults: deletes::FAULTS,
        scope: &[
            "C-1.",
            "C-45.",
            "C-5",
            "C-6",
            "C-72.",
            "C-73.delete",
            "C-34.",
            "R23",
            "R9",
            "race.delete",
            "race.cancel",
        ],
    },
    Table {
        faults: uploads::FAULTS,
        scope: &[
            "C-12.",
            "C-18.",
            "C-19.",
            "C-2",
            "C-3",
            "C-6",
            "R2.",
            "R3",
            "R4.",
            "R7",
            "R8.",
            "R9",
            "R10",
            "R26.",
            "malformed.content-range.",
            "malformed.session.",
            "malformed.forged.",
            "malformed.query.",
            "malformed.path.",
            "race.",
        ],
    },
    Table {
        faults: state::FAULTS,
        scope: &[
            "C-18.",
            "C-33.",
            "C-37.",
            "C-9.",
            "R10",
            "R11.",
            "R4.",
            "race.",
            "overwriting.",
            "malformed.session.",
        ],
    },
    Table {
        faults: manifests::FAULTS,
        scope: &[
            "C-1.",
            "C-2.",
            "C-3",
            "C-4",
            "C-5.",
            "C-6.",
            "C-7",
            "C-16.",
            "C-17.",
            "C-5",
            "R1.",
            "R2",
            "R3",
            "R5",
            "R6",
            "malformed.manifest.",
            "malformed.query.",
            "malformed.large.",
        ],
    },
    Table {
        faults: reads::FAULTS,
        scope: &[
            "C-1.",
            "C-2.prefixes",
            "C-5.",
            "C-6",
            "C-7",
            "C-9.",
            "C-12.",
            "C-13.",
            "C-14.",
            "C-37.",
            "C-69.",
            "C-73.",
            "C-74.",
            "C-11.",
            "R1",
            "R2",
            "R3",
            "R5",
            "R6",
            "overwriting.",
            "malformed.if",
            "malformed.header.",
        ],
    },
    Table { faults: wire::FAULTS, scope: &["C-64.", "C-65.", "R2.", "R31.", "malformed."] },
    Table {
        faults: errors::FAULTS,
        scope: &[
            "C-11.",
            "C-12.",
            "C-1",
            "C-3",
            "C-4",
            "C-5",
            "C-6",
            "R24.",
            "R8.",
            "malformed.tag.",
            "malformed.header.",
        ],
    },
];

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Fault> {
    TABLES.iter().flat_map(|table| table.faults)
}

/// Those that change more than one behaviour: whatever is read, written, refused or malformed.
pub(super) const BROAD: [&str; 15] = [
    "whatever looks like a request is one",
    "a mistake of a client is a fault of the registry",
    "bodies end early",
    "nothing is read",
    "what is right is too much",
    "a mistake of a client ends the connection",
    "every request is answered 200",
    "errors are plain text",
    "errors have no body",
    "errors are called text",
    "errors have no message",
    "errors tell of the inside",
    "errors come with a member too much, twice",
    "what is unknown says UNKNOWN",
    "what is malformed says UNKNOWN",
];

/// Those that change one behaviour alone.
pub(super) fn narrow() -> impl Iterator<Item = (&'static Fault, &'static [&'static str])> {
    let all = TABLES.iter().flat_map(|table| table.faults.iter().map(|fault| (fault, table.scope)));
    all.filter(|(fault, _)| !BROAD.contains(&fault.name))
}

/// Those that change more, the more exact ones first.
pub(super) fn broad() -> impl Iterator<Item = &'static Fault> {
    BROAD.into_iter().filter_map(|name| all().find(|fault| fault.name == name))
}
