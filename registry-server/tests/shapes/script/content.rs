//! Named contents, and text in which `{name}` stands for something of theirs.

use std::collections::BTreeMap;

use registry_core::Digest;

/// Contents by name, and values that were kept from answers.
#[derive(Debug, Default, Clone)]
pub(crate) struct Contents {
    contents: BTreeMap<String, Vec<u8>>,
    values: BTreeMap<String, String>,
}

impl Contents {
    pub(crate) fn add(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), String> {
        match self.contents.insert(name.to_owned(), bytes) {
            None => Ok(()),
            Some(_) => Err(format!("{name} is there twice")),
        }
    }

    pub(crate) fn keep(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn bytes(&self, name: &str) -> Result<&[u8], String> {
        self.contents.get(name).map(Vec::as_slice).ok_or_else(|| format!("there is no content {name}"))
    }

    /// The text with everything replaced that stands in braces without being JSON.
    pub(crate) fn replace(&self, text: &str) -> Result<String, String> {
        let mut replaced = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            replaced.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            match rest.split_once('}') {
                Some((name, behind)) if is_name(name) => {
                    replaced.push_str(&self.value(name)?);
                    rest = behind;
                }
                _ => replaced.push('{'),
            }
        }
        replaced.push_str(rest);
        Ok(replaced)
    }

    /// `layer` is a digest; `layer.hex`, `layer.encoded`, `layer.size` and `layer.last` are made from it or its content.
    fn value(&self, name: &str) -> Result<String, String> {
        let (base, form) = name.split_once('.').unwrap_or((name, ""));
        if let Some(value) = self.values.get(base) {
            return match form {
                "" => Ok(value.clone()),
                "encoded" => Ok(value.replace(':', "%3A")),
                "link" => linked(value).ok_or_else(|| format!("{base} is no link to a next page: {value}")),
                _ => Err(format!("{base} has no {form}")),
            };
        }
        let bytes = self.bytes(base)?;
        let digest = Digest::sha256_of(bytes).to_string();
        match form {
            "" => Ok(digest),
            "hex" => Ok(digest.replacen("sha256:", "", 1)),
            "encoded" => Ok(digest.replace(':', "%3A")),
            "size" => Ok(bytes.len().to_string()),
            "last" => {
                bytes.len().checked_sub(1).map(|n| n.to_string()).ok_or_else(|| format!("{base} is empty"))
            }
            _ => Err(format!("{base} has no {form}")),
        }
    }
}

/// Where a `Link` header leads (RFC 8288, section 3).
fn linked(value: &str) -> Option<String> {
    let (target, relation) = value.strip_prefix('<')?.split_once('>')?;
    (relation == "; rel=\"next\"").then(|| target.to_owned())
}

/// Bytes that look random and are always the same for a name.
pub(crate) fn noise(name: &str, length: usize) -> Vec<u8> {
    let mut state = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.')
}

#[cfg(test)]
mod tests {
    use super::{Contents, noise};

    #[test]
    fn names_in_braces_are_replaced_and_json_is_not() {
        let mut contents = Contents::default();
        contents.add("empty", b"{}".to_vec()).unwrap();
        contents.keep("next", "</v2/a/tags/list?last=b>; rel=\"next\"");
        let hex = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        for (text, replaced) in [
            ("{\"a\":{}, \"b\":\"{empty}\"}", format!("{{\"a\":{{}}, \"b\":\"sha256:{hex}\"}}")),
            ("{empty.encoded} {empty.hex}", format!("sha256%3A{hex} {hex}")),
            ("0-{empty.last}/{empty.size}", "0-1/2".to_owned()),
            ("{next.link}", "/v2/a/tags/list?last=b".to_owned()),
        ] {
            assert_eq!(contents.replace(text).unwrap(), replaced);
        }
        for wrong in ["{none}", "{empty.colour}", "{next.size}"] {
            contents.replace(wrong).unwrap_err();
        }
    }

    #[test]
    fn bytes_of_a_name_are_always_the_same_and_of_another_name_others() {
        assert_eq!(noise("layer", 300), noise("layer", 300));
        assert_ne!(noise("layer", 300), noise("layer-2", 300));
    }
}
