//! Reading and naming HTTP headers.

mod accept;
mod entity_tag;
mod host;
mod precondition;
mod size;

use http::HeaderMap;
use http::header::{AsHeaderName, HeaderName};

pub(crate) use accept::accepts;
pub(crate) use entity_tag::entity_tag;
pub(crate) use host::check_host;
pub(crate) use precondition::{Freshness, applies_to_range, freshness, of_write};
pub(crate) use size::check_size;

/// Which registry API this is; on every response, since old clients look for it.
pub(crate) const API_VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");
/// The digest of the content.
pub(crate) const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
/// The id of an upload.
pub(crate) const UPLOAD_UUID: HeaderName = HeaderName::from_static("docker-upload-uuid");
/// The digest that a pushed manifest refers to, when the registry has noted it.
pub(crate) const OCI_SUBJECT: HeaderName = HeaderName::from_static("oci-subject");
/// A tag that was set beside a push by digest.
pub(crate) const OCI_TAG: HeaderName = HeaderName::from_static("oci-tag");
/// The filters that were applied to a list of referrers.
pub(crate) const OCI_FILTERS_APPLIED: HeaderName = HeaderName::from_static("oci-filters-applied");

/// The name of a request: the client's own, or the registry's.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Where a request stands in a trace (W3C Trace Context).
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The value of a header that may be sent once; `None` when it is absent, sent again, or no visible ASCII.
pub(crate) fn only(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() {
        return None;
    }
    first.to_str().ok()
}
