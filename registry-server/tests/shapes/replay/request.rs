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

#[cfg(test)]
mod tests {
    use super::bytes;
    use crate::script::{Script, Step, parse};

    fn sent(text: &str) -> String {
        let Script { mut contents, steps, .. } = parse(text).unwrap();
        contents.keep("host", "[::1]:5000");
        contents.keep("upload", "http://[::1]:5000/v2/a/blobs/uploads/1?state=2");
        let [(_, Step::Send(request))] = steps.as_slice() else { panic!("not one request in {text}") };
        String::from_utf8(bytes(request, &contents).unwrap()).unwrap()
    }

    #[test]
    fn every_chunk_is_one_line_of_the_fixture() {
        let text = "let a = {\"b\":1}\n> PATCH {upload}\n> Transfer-Encoding: chunked\n>> a[..1]\n>> a[1..]";
        let head = "PATCH /v2/a/blobs/uploads/1?state=2 HTTP/1.1\r\nHost: [::1]:5000\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(sent(text), format!("{head}1\r\n{{\r\n6\r\n\"b\":1}}\r\n0\r\n\r\n"));
    }

    #[test]
    fn a_body_with_a_length_follows_its_head() {
        let text = "let a = {\"b\":1}\n> PUT /x\n> host: there\n> Content-Length: {a.size}\n>> a";
        assert_eq!(sent(text), "PUT /x HTTP/1.1\r\nhost: there\r\nContent-Length: 7\r\n\r\n{\"b\":1}");
    }

    #[test]
    fn a_parameter_is_added_on_the_side_where_the_client_puts_it() {
        let first_line = |text: &str| sent(text).lines().next().unwrap().to_owned();
        assert_eq!(first_line("> PUT {upload} and d=1"), "PUT /v2/a/blobs/uploads/1?state=2&d=1 HTTP/1.1");
        assert_eq!(first_line("> PUT {upload} after d=1"), "PUT /v2/a/blobs/uploads/1?d=1&state=2 HTTP/1.1");
        assert_eq!(first_line("> PUT /x and d=1"), "PUT /x?d=1 HTTP/1.1");
        assert_eq!(first_line("> PUT /x after d=1"), "PUT /x?d=1 HTTP/1.1");
    }
}
