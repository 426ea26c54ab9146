//! Bodies for the answers that hyper gives by itself.
//!
//! A head that cannot be read is answered by hyper, before any service is asked, with a status and no body. Clients of
//! a registry are owed a body that tells what is wrong, so such an answer is replaced on its way out.

use http::StatusCode;

/// The status of an answer that hyper gave by itself, when these bytes are one.
///
/// Such an answer is a whole head without a body and has no headers but those that hyper puts there. All answers of
/// this server have more.
pub(super) fn status(bytes: &[u8]) -> Option<StatusCode> {
    let rest = bytes.strip_prefix(b"HTTP/1.")?;
    if rest.len() > 512 || rest.get(1..3) != Some(b" 4") {
        return None;
    }
    let head = std::str::from_utf8(rest).ok()?.strip_suffix("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.get(2..5)?.parse::<StatusCode>().ok()?;
    let is_of_hyper = |line: &str| {
        let name = line.split(':').next().unwrap_or_default();
        ["connection", "content-length", "date"].iter().any(|own| name.eq_ignore_ascii_case(own))
    };
    lines.all(is_of_hyper).then_some(status)
}

#[cfg(test)]
mod tests {
    use crate::error::Refusal;

    #[test]
    fn only_answers_of_hyper_are_replaced() {
        let date = "date: Sat, 21 Nov 2026 12:00:00 GMT";
        for status in ["400 Bad Request", "414 URI Too Long", "431 Request Header Fields Too Large"] {
            let bare =
                format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n{date}\r\n\r\n");
            let refusal = || Refusal::bad_head(super::status(bare.as_bytes()).unwrap());
            let instead = String::from_utf8(refusal().into_raw(false).bytes).unwrap();
            assert!(instead.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{instead}");
            assert!(instead.contains("\r\nconnection: close\r\n"), "{instead}");
            let (head, body) = instead.split_once("\r\n\r\n").unwrap();
            assert!(head.contains(&format!("content-length: {}", body.len())), "{instead}");
            assert!(body.contains("\"UNSUPPORTED\""), "{instead}");
            let to_head = String::from_utf8(refusal().into_raw(true).bytes).unwrap();
            assert!(to_head.contains("content-length: ") && to_head.ends_with("\r\n\r\n"), "{to_head}");
        }
        let own = "HTTP/1.1 404 Not Found\r\nx-content-type-options: nosniff\r\ncontent-length: 0\r\n\r\n";
        let fine = format!("HTTP/1.1 200 OK\r\n{date}\r\n\r\n");
        let body = format!("HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n{date}\r\n\r\n{{}}");
        for other in [own, &fine, &body, "", "4", "HTTP/1.1 4", "\r\n\r\n"] {
            assert_eq!(super::status(other.as_bytes()), None, "{other}");
        }
    }
}
