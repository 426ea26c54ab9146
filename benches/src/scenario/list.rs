//! Listing tags.

use crate::{
    Result,
    options::List,
    scenario::{Outcome, Unit, connect, fixture, measure, small},
};

pub(super) fn run(options: &List) -> Result<Outcome> {
    let common = &options.common;
    let (tags, page) = (options.tags, options.page);
    let repository = format!("bench/list-{tags}");
    fixture::tagged_image(&mut connect(common)?, &repository, tags)?;
    // The page begins in the middle of the list: finding its place is part of the work.
    let last = fixture::tag(tags / 2);
    let path = format!("/v2/{repository}/tags/list?n={page}&last={last}");
    let case = format!("page of {page} of {tags} tags, {} connections", common.clients);
    let load = small::Load::get(&common.url, &path);
    load.warm_up(common)?;
    measure(common, case, Unit::Operations, |limit| load.run(common.clients, limit))
}
