//! `POST …/_registry/tags/restore`: a tag is set back.

use http::StatusCode;
use registry_core::{Digest, ErrorCode, RepositoryName, Tag};
use registry_engine::{Error, TagPoint};
use serde::Deserialize;
use serde_json::json;

use crate::api::Call;
use crate::body::Payload;
use crate::error::{About, Refusal};
use crate::header::of_write;
use crate::respond::Reply;

/// The largest body of such a request, in bytes.
const LARGEST: u64 = 16 * 1024;

/// The body of the request: a tag, and one of the three that tell a point of its history.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    tag: String,
    digest: Option<String>,
    at: Option<String>,
    seq: Option<u64>,
}

/// Sets a tag back to what it pointed to at some point of its history.
pub(crate) async fn restore(
    call: &Call<'_>,
    payload: &mut Payload,
    name: &RepositoryName,
) -> Result<Reply, Refusal> {
    let refuse = |error| About::Manifest.refuse(error);
    let condition = of_write(call.headers)?;
    let bytes = payload.collect(LARGEST).await.map_err(|source| refuse(Error::Interrupted { source }))?;
    let bytes = bytes.ok_or_else(too_large)?;
    let wanted: Wanted = serde_json::from_slice(&bytes).map_err(|error| bad(&error.to_string()))?;
    let (tag, point) = wanted.parse(call)?;
    let repository = call.repository(name);
    let digest = repository.tag_point(&tag, &point).await.map_err(refuse)?;
    let record = repository.restore_tag(call.actor(), &tag, &digest, condition).await.map_err(refuse)?;
    let body = json!({
        "name": name,
        "tag": tag,
        "digest": record.digest,
        "seq": record.seq,
        "at": record.at,
        "time": record.at.to_string(),
    });
    Ok(Reply::new(StatusCode::OK)
        .with_location(format!("/v2/{name}/manifests/{tag}"))
        .with_content(&record.digest)
        .with_json(&body))
}

impl Wanted {
    fn parse(&self, call: &Call<'_>) -> Result<(Tag, TagPoint), Refusal> {
        let input = |error| About::Manifest.refuse(Error::InvalidInput(error));
        let tag = self.tag.parse().map_err(input)?;
        let point = match (&self.digest, &self.at, self.seq) {
            (Some(digest), None, None) => TagPoint::Digest(digest.parse::<Digest>().map_err(input)?),
            (None, Some(at), None) => {
                let now = call.shared.registry.now();
                TagPoint::At(registry_core::Timestamp::parse_near(at, now).map_err(input)?)
            }
            (None, None, Some(seq)) => TagPoint::Seq(seq),
            _ => return Err(bad("exactly one of digest, at and seq must be there")),
        };
        Ok((tag, point))
    }
}

/// What is wrong is told by its place and by what the client wrote.
fn bad(reason: &str) -> Refusal {
    let message = format!("invalid body: {reason}");
    Refusal::new(StatusCode::BAD_REQUEST, ErrorCode::Unsupported, message)
}

fn too_large() -> Refusal {
    let message = format!("the body is larger than {LARGEST} bytes");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::Unsupported, message)
}
