//! The `Accept` header.

use http::HeaderMap;
use http::header::ACCEPT;
use registry_core::MediaType;

/// Whether a client takes content of the type `stored` (RFC 9110, section 12.5.1).
///
/// There is one representation of a manifest, the pushed bytes, so there is nothing to choose: neither order nor
/// weights matter, only whether the type is among those named, in any line, alone or by `*/*` or `application/*`, and
/// not ruled out by `q=0`. No `Accept`, or one that names nothing, takes everything.
pub(crate) fn accepts(headers: &HeaderMap, stored: &MediaType) -> bool {
    let mut best: Option<(u8, bool)> = None;
    let mut named = false;
    for value in headers.get_all(ACCEPT) {
        for element in value.to_str().unwrap_or_default().split(',') {
            let mut parts = element.split(';').map(str::trim);
            let range = parts.next().unwrap_or_default();
            named |= !range.is_empty();
            let Some(rank) = rank(range, stored.as_str()) else { continue };
            let takes = !parts.any(is_zero_weight);
            // The most exact range decides; among equals one that takes it is enough.
            best = match best {
                Some((other, _)) if other > rank => best,
                Some((other, took)) if other == rank => Some((rank, took || takes)),
                _ => Some((rank, takes)),
            };
        }
    }
    best.map_or(!named, |(_, takes)| takes)
}

/// How exactly a media range names a type; `None` when it does not.
fn rank(range: &str, stored: &str) -> Option<u8> {
    if range.eq_ignore_ascii_case(stored) {
        return Some(2);
    }
    if range == "*/*" || range == "*" {
        return Some(0);
    }
    let kind = range.strip_suffix("/*")?;
    stored.split('/').next().is_some_and(|stored| stored.eq_ignore_ascii_case(kind)).then_some(1)
}

fn is_zero_weight(parameter: &str) -> bool {
    let weight = parameter.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    weight.is_some_and(|(_, value)| value.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn takes(lines: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT, HeaderValue::from_str(line).unwrap());
        }
        accepts(&headers, &MediaType::OCI_MANIFEST)
    }

    #[test]
    fn c6_r12_order_lines_and_parameters_do_not_matter() {
        let oci = "application/vnd.oci.image.manifest.v1+json";
        assert!(takes(&[]));
        assert!(takes(&[""]));
        assert!(takes(&["*/*"]));
        assert!(takes(&["*"]));
        assert!(takes(&["application/*"]));
        assert!(takes(&[oci]));
        assert!(takes(&[&oci.to_uppercase()]));
        assert!(takes(&["text/html", oci]));
        assert!(takes(&[&format!("text/html;q=0.9, {oci} ; q=0.1;x=y, */*;q=0")]));
        assert!(takes(&["text/html, */*"]));
    }

    #[test]
    fn c6_what_is_not_named_or_ruled_out_is_not_taken() {
        let oci = "application/vnd.oci.image.manifest.v1+json";
        assert!(!takes(&["text/html"]));
        assert!(!takes(&["text/*", "image/*"]));
        assert!(!takes(&["application/json"]));
        assert!(!takes(&[&format!("{oci};q=0")]));
        assert!(!takes(&[&format!("*/*, {oci};q=0.000")]));
        assert!(!takes(&["*/*, application/*; q=0"]));
    }
}
