//! What a request is for, as far as rights are concerned.

/// Requests with the same purpose need the same rights.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Purpose {
    action: &'static str,
    /// The path up to what is asked of the repository, and where a mount comes from.
    places: (String, String),
}

impl Purpose {
    pub(crate) fn of(method: &str, target: &str) -> Self {
        let action = match method {
            "GET" | "HEAD" => "read",
            "DELETE" => "delete",
            _ => "write",
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let ends =
            ["/blobs/", "/manifests/", "/tags/", "/referrers/"].iter().filter_map(|end| path.rfind(end));
        let repository = &path[..ends.min().unwrap_or(path.len())];
        let from = query.split('&').find(|pair| pair.starts_with("from=")).unwrap_or_default();
        Self { action, places: (repository.to_owned(), from.to_owned()) }
    }

    /// Of a request on the wire, as far as it is one.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let line = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        let mut words = line.split(' ');
        Self::of(words.next().unwrap_or_default(), words.next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_repository_and_one_action_are_one_purpose() {
        let of = Purpose::of;
        assert_eq!(of("GET", "/v2/a/b/manifests/x"), of("HEAD", "/v2/a/b/blobs/y?z"));
        assert_eq!(of("POST", "/v2/a/blobs/uploads/"), of("PATCH", "/v2/a/blobs/uploads/1"));
        assert_eq!(
            of("GET", "/v2/a/tags/list"),
            Purpose::read(b"GET /v2/a/manifests/b HTTP/1.1\r\nHost: c\r\n")
        );
        assert_ne!(of("GET", "/v2/a/tags/list"), of("GET", "/v2/b/tags/list"));
        assert_ne!(of("GET", "/v2/a/manifests/x"), of("DELETE", "/v2/a/manifests/x"));
        assert_ne!(of("POST", "/v2/a/blobs/uploads/"), of("POST", "/v2/a/blobs/uploads/?mount=x&from=b"));
        assert_eq!(Purpose::read(b""), Purpose::read(b"\r\n"));
    }
}
