//! The rules of the distribution specification, corner by corner (C-1 to C-74).

mod accept;
mod base;
mod blob;
mod catalog;
mod chunk;
mod condition;
mod delete;
mod document;
mod error;
mod link;
mod manifest;
mod missing;
mod mount;
mod name;
mod order;
mod page;
mod parity;
mod precondition;
mod push;
mod range;
mod referrer;
mod referrer_page;
mod session;
mod subject;
mod support;
mod tagged;

use super::Check;

/// All of them, in the order of what they are about.
pub(super) fn checks() -> Vec<Check> {
    [
        base::checks(),
        name::checks(),
        manifest::checks(),
        accept::checks(),
        document::checks(),
        missing::checks(),
        tagged::checks(),
        subject::checks(),
        blob::checks(),
        push::checks(),
        chunk::checks(),
        order::checks(),
        session::checks(),
        mount::checks(),
        range::checks(),
        parity::checks(),
        condition::checks(),
        precondition::checks(),
        page::checks(),
        link::checks(),
        catalog::checks(),
        referrer::checks(),
        referrer_page::checks(),
        delete::checks(),
        error::checks(),
    ]
    .concat()
}
