//! What is there before a malformed request is sent, and must be there unchanged behind it.

use super::case::{Case, Send};
use crate::check::content::{self, OCI_CONFIG, OCI_MANIFEST};
use crate::check::{Context, Repository, Stop, Verdict};
use crate::client::{Request, Response};

/// A repository with a blob, an image under the tag `latest`, and an upload with three bytes.
pub(super) struct Given {
    context: Context,
    repository: Repository,
    image: Vec<u8>,
    /// What is filled in for the places of a case.
    places: Vec<(&'static str, String)>,
    before: State,
}

/// What a request could have changed.
#[derive(Debug, PartialEq, Eq)]
struct State {
    tags: Vec<String>,
    image: Option<String>,
    blob: u16,
    upload: Option<String>,
    new: u16,
}

/// Signs of what nobody outside is to see: places in a file system, sources, threads, databases.
const INTERNAL: [&str; 12] = [
    "/var/lib",
    "/etc/passwd:",
    "/tmp/",
    "/usr/",
    ".rs:",
    ".go:",
    "panicked",
    "goroutine",
    "os error",
    "sqlite",
    "errno",
    "stack backtrace",
];

impl Given {
    pub(super) async fn new(context: Context) -> Result<Self, Stop> {
        let repository = context.repository();
        let blob = repository.push_blob(b"{}").await?;
        let config = content::descriptor(OCI_CONFIG, b"{}");
        let image = format!(
            "{{\"schemaVersion\":2,\"mediaType\":\"{OCI_MANIFEST}\",\"config\":{config},\"layers\":[]}}"
        );
        let image = image.into_bytes();
        repository.put_manifest("latest", OCI_MANIFEST, &image).await?.expect(201)?;
        let patch = Request::patch(repository.start().await?).body("abc");
        let session = context.location(&context.send(patch).await?.expect(202)?)?;
        context.leaves(session.clone());
        let other = context.repository();
        let strange = other.start().await?;
        context.leaves(strange.clone());
        let strange = strange.replacen(other.name(), repository.name(), 1);
        let query = |location: &str| format!("{location}{}", if location.contains('?') { '&' } else { '?' });
        let places = vec![
            // A session may have a query already.
            ("{session}?", query(&session)),
            ("{strange}?", query(&strange)),
            ("{session}", session),
            ("{strange}", strange),
            ("{repo}", repository.name().to_owned()),
            ("{new}", context.repository().name().to_owned()),
            ("{blob}", blob),
            ("{image}", content::digest(&image)),
            ("{absent}", content::digest(context.unique().as_bytes())),
            ("{length}", image.len().to_string()),
            ("{bytes}", String::from_utf8_lossy(&image).into_owned()),
        ];
        let before = State { tags: Vec::new(), image: None, blob: 0, upload: None, new: 0 };
        let mut given = Self { context, repository, image, places, before };
        given.before = given.state().await?;
        Ok(given)
    }

    /// Sends the request, and looks at the answer and at what is there afterwards.
    pub(super) async fn judge(&self, case: &Case) -> Verdict {
        let response = match &case.send {
            Send::Raw(bytes) => self.context.send_raw("GET", &self.fill(bytes)).await?,
            Send::Plain { method, target, headers, body } => {
                let mut request = Request::new(*method, self.fill_text(target));
                for (name, value) in headers {
                    request = request.header(name, self.fill_text(value));
                }
                if let Some(body) = body {
                    let mut bytes = self.fill(body);
                    bytes.resize(bytes.len() + case.padding, b' ');
                    request = request.body(bytes);
                }
                self.context.send(request).await?
            }
        };
        self.look(case, &response)?;
        let after = self.state().await?;
        let same = after == self.before || (case.may_grow && after.differs_only_in_upload(&self.before));
        response.holds(same, format!("that nothing changes: {:?}, and not {after:?}", self.before)).map(drop)
    }

    fn look(&self, case: &Case, response: &Response) -> Verdict {
        let response = response.clone();
        let response = match case.codes {
            [] => response.expect_any(&case.statuses)?,
            codes => response.refused(case.statuses.first().copied().unwrap_or_default(), codes)?,
        };
        if let Some((name, start)) = case.header {
            let holds = response.header(name)?.starts_with(&self.fill_text(start));
            response.clone().holds(holds, format!("a header {name} that begins with {start:?}"))?;
        }
        let text = format!("{:?} {}", response.headers, String::from_utf8_lossy(&response.body));
        if let Some(text) = case.lacks.filter(|lacks| text.contains(lacks)) {
            return Err(response.not(format!("nothing of {text} in the answer")));
        }
        let inside = INTERNAL.iter().find(|sign| response.status >= 400 && text.contains(**sign));
        match inside {
            Some(sign) => Err(response.not(format!("nothing internal in the answer, and not {sign}"))),
            None => Ok(()),
        }
    }

    async fn state(&self) -> Result<State, Stop> {
        let (context, repository) = (&self.context, &self.repository);
        let image = repository.get_manifest("latest").await?;
        let upload = context.get(self.place("{session}")).await?;
        Ok(State {
            tags: repository.tags().await?,
            image: (image.status == 200 && image.body == self.image).then(|| image.body_digest()),
            blob: repository.get_blob(&self.place("{blob}")).await?.status,
            upload: upload.get("range").map(str::to_owned),
            new: context.get(format!("/v2/{}/tags/list", self.place("{new}"))).await?.status,
        })
    }

    fn place(&self, name: &str) -> String {
        self.places
            .iter()
            .find(|(place, _)| *place == name)
            .map(|(_, value)| value.clone())
            .unwrap_or_default()
    }

    fn fill_text(&self, text: &str) -> String {
        if !text.contains('{') {
            return text.to_owned();
        }
        self.places.iter().fold(text.to_owned(), |text, (place, value)| text.replace(place, value))
    }

    fn fill(&self, bytes: &[u8]) -> Vec<u8> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.fill_text(text).into_bytes(),
            // What is no text beside it stays as it is.
            Err(_) => {
                let fill = |chunk: std::str::Utf8Chunk<'_>| {
                    [self.fill_text(chunk.valid()).as_bytes(), chunk.invalid()].concat()
                };
                bytes.utf8_chunks().flat_map(fill).collect()
            }
        }
    }
}

impl State {
    /// A body that was taken is in the upload.
    fn differs_only_in_upload(&self, other: &Self) -> bool {
        self.tags == other.tags
            && self.image == other.image
            && self.blob == other.blob
            && self.new == other.new
    }
}
