//! A request as its bytes.

use crate::script::{Contents, Place, Request};

/// The bytes of the request: only `Host` is added where the fixture has none.
///
/// # Errors
/// When its headers and its body do not fit each other, or a name is unknown.
pub(crate) fn bytes(request: &Request, contents: &Contents) -> Result<Vec<u8>, String> {
    let target = target(request, contents)?;
    let mut bytes = format!("{} {target} HTTP/1.1\r\n", request.method);
    if !has(request, "host") {
        bytes.push_str(&contents.replace("Host: {host}\r\n")?);
    }
    for (name, value) in &request.headers {
        bytes.push_str(&format!("{name}: {}\r\n", contents.replace(value)?));
    }
    bytes.push_str("\r\n");
    let mut bytes = bytes.into_bytes();
    body(request, contents, &mut bytes)?;
    Ok(bytes)
}

fn target(request: &Request, contents: &Contents) -> Result<String, String> {
    let target = contents.replace(&request.target)?;
    // Clients make a whole address of a Location; in the request line there is only its path again.
    let target = target.strip_prefix(&contents.replace("http://{host}")?).unwrap_or(&target);
    let Some((place, added)) = &request.added else {
        return Ok(target.to_owned());
    };
    let added = contents.replace(added)?;
    Ok(match (target.split_once('?'), place) {
        (None, _) => format!("{target}?{added}"),
        (Some((path, query)), Place::Behind) => format!("{path}?{query}&{added}"),
        (Some((path, query)), Place::InFront) => format!("{path}?{added}&{query}"),
    })
}

/// Each part of the body is a chunk of its own where there is no length.
fn body(request: &Request, contents: &Contents, bytes: &mut Vec<u8>) -> Result<(), String> {
    let parts = request.body.iter().map(|slice| slice.of(contents.bytes(&slice.name)?));
    let parts = parts.collect::<Result<Vec<_>, _>>()?;
    if has(request, "transfer-encoding") {
        for part in parts {
            bytes.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
            bytes.extend_from_slice(part);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
        return Ok(());
    }
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut said = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let said = said.next().map_or(Ok("0".to_owned()), |(_, value)| contents.replace(value))?;
    if said != length.to_string() {
        return Err(format!("the fixture's body has {length} bytes, its Content-Length is {said}"));
    }
    bytes.extend(parts.concat());
    Ok(())
}

fn has(request: &Request, name: &str) -> bool {
    request.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name))
}
