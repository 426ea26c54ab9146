//! Malformed, hostile and careless requests: each has its exact answer, and changes nothing.

mod case;
mod descriptors;
mod digests;
mod framing;
mod given;
mod headers;
mod manifests;
mod methods;
mod names;
mod queries;
mod ranges;
mod tags;

use case::Case;
use given::Given;

use super::{Check, Profile, check};

/// One check for each case.
pub(super) fn checks() -> Vec<Check> {
    let checks = cases().into_iter().map(|case| {
        let (id, rule, source) = (format!("malformed.{}", case.id), case.rule.clone(), case.source);
        check(id, Profile::Full, rule, source, move |context| {
            let case = case.clone();
            async move { Given::new(context).await?.judge(&case).await }
        })
    });
    checks.collect()
}

fn cases() -> Vec<Case> {
    [
        names::cases(),
        tags::cases(),
        digests::cases(),
        manifests::cases(),
        ranges::cases(),
        queries::cases(),
        headers::cases(),
        methods::cases(),
        framing::cases(),
    ]
    .concat()
}
