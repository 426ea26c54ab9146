//! What a registry asks for with 401.

/// The challenge `Bearer` (RFC 6750, section 3; the token specification of distribution).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Challenge {
    /// Who gives tokens.
    pub(super) realm: String,
    pub(super) service: Option<String>,
    /// What the token must be good for, one entry for each resource.
    pub(super) scopes: Vec<String>,
}

impl Challenge {
    /// The first one that names a realm, in the values of `WWW-Authenticate`.
    pub(super) fn find<'a>(values: impl Iterator<Item = &'a str>) -> Option<Self> {
        values.flat_map(challenges).find_map(|(scheme, parameters)| {
            let value = |name: &str| {
                let found = parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
            };
            if !scheme.eq_ignore_ascii_case("bearer") {
                return None;
            }
            let scope = value("scope").unwrap_or_default();
            let scopes = scope.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
            Some(Self { realm: value("realm")?, service: value("service"), scopes })
        })
    }
}

type Parameters = Vec<(String, String)>;

/// Every challenge of one header: a scheme, and parameters with commas between them (RFC 9110, section 11.6.1).
fn challenges(text: &str) -> Vec<(String, Parameters)> {
    let mut found: Vec<(String, Parameters)> = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let end = rest.find([' ', '\t', ',', '=']).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        rest = match (behind.trim_start_matches([' ', '\t']).strip_prefix('='), found.last_mut()) {
            (Some(behind), Some((_, parameters))) if !word.is_empty() => {
                let (value, behind) = value(behind.trim_start_matches([' ', '\t']));
                parameters.push((word.to_owned(), value));
                behind
            }
            (Some(behind), _) => behind,
            (None, _) => {
                found.push((word.to_owned(), Vec::new()));
                behind
            }
        };
        rest = rest.trim_start_matches([' ', '\t', ',']);
    }
    found
}

/// A word or a quoted string, and what stands behind it.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([' ', '\t', ',']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let (mut value, mut characters) = (String::new(), quoted.chars());
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => value.extend(characters.next()),
            other => value.push(other),
        }
    }
    (value, characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_as_registries_write_them() {
        let find = |text: &'static str| Challenge::find([text].into_iter());
        let challenge = |service: Option<&str>, scopes: &[&str]| {
            let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
            Some(Challenge {
                realm: "https://a/token".to_owned(),
                service: service.map(str::to_owned),
                scopes,
            })
        };
        for (text, expected) in [
            (r#"Bearer realm="https://a/token""#, challenge(None, &[])),
            (r#"bearer Realm = https://a/token , service="b c""#, challenge(Some("b c"), &[])),
            (
                r#"Basic realm="x, Bearer realm=no", Bearer realm="https://a/token",scope="repository:a:pull,push repository:b:pull""#,
                challenge(None, &["repository:a:pull,push", "repository:b:pull"]),
            ),
            (
                r#"Bearer service="b", realm="https://a/\token",error="invalid_token""#,
                challenge(Some("b"), &[]),
            ),
            (r#"Basic realm="https://a/token""#, None),
            ("Bearer", None),
            (r#"Bearer realm="""#, None),
            ("=,=\"", None),
            ("", None),
        ] {
            assert_eq!(find(text), expected, "{text}");
        }
    }
}
