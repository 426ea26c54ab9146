//! Upload sessions over HTTP, against a model.

mod model;

use http::{Method, Request};
use registry_core::{Algorithm, Digest};

use crate::handler::{World, block_on};
use crate::mold::Mold;
use model::{Model, Said};

/// A sequence of requests about uploads, chosen by these bytes, is answered as a model says: the status, the offset,
/// and in the end the blob.
pub fn check(bytes: &[u8]) {
    let _ = statuses(bytes);
}

/// The same, and the status of each answer.
#[must_use]
pub fn statuses(bytes: &[u8]) -> Vec<u16> {
    block_on(async {
        let world = World::empty();
        let mut run = Run { world, model: Model::default(), places: Vec::new(), statuses: Vec::new() };
        let mut mold = Mold::new(bytes);
        let mut steps = 0;
        while !mold.is_empty() && steps < 40 {
            run.step(&mut mold).await;
            steps += 1;
        }
        run.statuses
    })
}

struct Run {
    world: World,
    model: Model,
    /// Where each upload of the model goes on.
    places: Vec<String>,
    statuses: Vec<u16>,
}

/// What a chunk says and brings.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) content: Vec<u8>,
    /// The text of `Content-Range`.
    pub(crate) range: Option<String>,
    /// Its length is said beforehand.
    pub(crate) sized: bool,
    /// It ends with an error.
    pub(crate) breaks: bool,
}

impl Run {
    async fn step(&mut self, mold: &mut Mold<'_>) {
        match mold.below(8) {
            0 => self.start(mold).await,
            1..=3 => self.append(mold).await,
            4 | 5 => self.finish(mold).await,
            6 => self.status(mold).await,
            _ => self.cancel(mold).await,
        }
    }

    async fn start(&mut self, mold: &mut Mold<'_>) {
        let algorithm =
            [None, Some(0), Some(1), Some(2)][mold.below(4)].map(|index: usize| Algorithm::ALL[index]);
        let query = algorithm.map(|algorithm| format!("?digest-algorithm={algorithm}")).unwrap_or_default();
        let answer = self.world.ask(Method::POST, &format!("/v2/a/b/blobs/uploads/{query}"), &[], "").await;
        assert_eq!(answer.status, 202);
        self.places.push(answer.header("location").expect("a place to go on").to_owned());
        self.model.start(algorithm.unwrap_or_default());
    }

    /// One of the uploads that were ever started.
    fn chosen(&self, mold: &mut Mold<'_>) -> Option<usize> {
        (!self.places.is_empty()).then(|| mold.below(self.places.len()))
    }

    /// A chunk for the upload, mostly in the right place.
    fn chunk(&self, upload: usize, mold: &mut Mold<'_>) -> Chunk {
        let (kind, len) = (mold.byte(), mold.below(40));
        let content: Vec<u8> =
            (0..len).map(|at| kind.wrapping_mul(31).wrapping_add(at.to_le_bytes()[0])).collect();
        let offset = self.model.offset(upload).unwrap_or_default();
        let end = (offset + len).saturating_sub(1);
        let range = match kind >> 4 {
            0..=5 => None,
            6..=10 => Some(format!("{offset}-{end}")),
            11 => Some(format!("{}-{}", offset + 1, end + 1)),
            12 => Some(format!("{offset}-{}", end + 1)),
            13 => Some(format!("0-{end}")),
            14 => Some(format!("bytes {offset}-{end}/*")),
            _ => Some(format!("{end}-{offset}")),
        };
        let breaks = kind & 7 == 7;
        Chunk { content, range, sized: kind & 8 == 0 && !breaks, breaks }
    }

    async fn send(&mut self, method: Method, target: &str, chunk: &Chunk) -> crate::handler::Answer {
        let mut request = Request::builder().method(method).uri(target);
        if let Some(range) = &chunk.range {
            request = request.header("content-range", range);
        }
        let body = crate::handler::framed(chunk.content.clone(), !chunk.sized, chunk.breaks);
        self.world.send(request.body(body).expect("a request")).await
    }

    async fn append(&mut self, mold: &mut Mold<'_>) {
        let Some(upload) = self.chosen(mold) else { return };
        let chunk = self.chunk(upload, mold);
        let expected = self.model.append(upload, &chunk);
        let place = self.places[upload].clone();
        let answer = self.send(Method::PATCH, &place, &chunk).await;
        self.compare(&expected, &answer, &format!("append of {chunk:?}"));
    }

    async fn finish(&mut self, mold: &mut Mold<'_>) {
        let Some(upload) = self.chosen(mold) else { return };
        let chunk = self.chunk(upload, mold);
        let algorithm = Algorithm::ALL[mold.below(3)];
        let content = [self.model.content(upload), &chunk.content].concat();
        let right = mold.byte() < 200;
        let digest = if right { Digest::of(algorithm, &content) } else { Digest::of(algorithm, b"another") };
        let expected = self.model.finish(upload, &chunk, digest);
        let target = format!("{}?digest={digest}", self.places[upload]);
        let answer = self.send(Method::PUT, &target, &chunk).await;
        self.compare(&expected, &answer, &format!("finish with {chunk:?} as {digest}"));
        if expected == Said::Created {
            let blob = self.world.ask(Method::GET, &format!("/v2/a/b/blobs/{digest}"), &[], "").await;
            assert_eq!((blob.status.as_u16(), &*blob.body), (200, &*content));
        }
    }

    async fn status(&mut self, mold: &mut Mold<'_>) {
        let Some(upload) = self.chosen(mold) else { return };
        let place = self.places[upload].clone();
        let answer = self.world.ask(Method::GET, &place, &[], "").await;
        let expected = self.model.status(upload);
        self.compare(&expected, &answer, "status");
    }

    async fn cancel(&mut self, mold: &mut Mold<'_>) {
        let Some(upload) = self.chosen(mold) else { return };
        let place = self.places[upload].clone();
        let expected = self.model.cancel(upload);
        let answer = self.world.ask(Method::DELETE, &place, &[], "").await;
        self.compare(&expected, &answer, "cancel");
    }

    fn compare(&mut self, expected: &Said, answer: &crate::handler::Answer, about: &str) {
        let (status, code) = expected.status_and_code();
        let body = answer.body.escape_ascii();
        assert_eq!(answer.status.as_u16(), status, "{about}: {body}");
        self.statuses.push(status);
        assert_eq!(answer.codes().first().map(String::as_str), code, "{about}: {body}");
        if let Some(offset) = expected.offset() {
            let told = format!("0-{}", offset.saturating_sub(1));
            assert_eq!(answer.header("range"), Some(told.as_str()), "{about}: {body}");
        }
    }
}
