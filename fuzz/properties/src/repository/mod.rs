//! Manifests and tags of a repository over HTTP, against a model.

mod model;

use http::Method;
use registry_core::{Digest, MediaType};

use self::model::{Condition, Model, Target, contents};
use crate::handler::{Answer, World, block_on};
use crate::mold::Mold;

/// A sequence of puts, deletes and reads of manifests and tags, some of them conditional, chosen by these bytes, is
/// answered as a model says; and after each of them every tag, every manifest and the list of tags are what it says.
pub fn check(bytes: &[u8]) {
    let _ = statuses(bytes);
}

/// The same, and the status of each answer.
#[must_use]
pub fn statuses(bytes: &[u8]) -> Vec<u16> {
    block_on(async {
        let mut world = World::empty();
        let post = format!("/v2/a/b/blobs/uploads/?digest={}", world.blob);
        assert_eq!(world.ask(Method::POST, &post, &[], "{}").await.status, 201);
        let mut run =
            Run { contents: contents(&world.blob), world, model: Model::default(), done: Vec::new() };
        let mut mold = Mold::new(bytes);
        let mut statuses = Vec::new();
        while !mold.is_empty() && statuses.len() < MOST {
            statuses.push(run.step(&mut mold).await);
            run.look().await;
        }
        statuses
    })
}

/// So many steps are taken.
const MOST: usize = 24;

struct Run {
    world: World,
    model: Model,
    /// The bytes of the manifests that there may be, by number.
    contents: Vec<String>,
    done: Vec<String>,
}

impl Run {
    fn digest(&self, number: usize) -> Digest {
        Digest::sha256_of(self.contents[number].as_bytes())
    }

    async fn step(&mut self, mold: &mut Mold<'_>) -> u16 {
        let deletes = mold.below(3) == 0;
        let number = mold.below(self.contents.len());
        let target = if mold.below(3) == 0 { Target::Digest(number) } else { Target::Tag(mold.below(3)) };
        let condition = Condition::of(mold.byte(), mold.below(self.contents.len()));
        let place = match target {
            Target::Tag(tag) => format!("/v2/a/b/manifests/t{tag}"),
            Target::Digest(number) => format!("/v2/a/b/manifests/{}", self.digest(number)),
        };
        let header = condition.header(|number| self.digest(number));
        let (method, body) = if deletes {
            (Method::DELETE, String::new())
        } else {
            (Method::PUT, self.contents[number].clone())
        };
        self.done.push(format!("{method} {target:?} of {number} if {condition:?}"));
        let headers: Vec<(&str, String)> = header.into_iter().collect();
        let answer = self.world.ask(method, &place, &headers, &body).await;
        let expected = if deletes {
            self.model.delete(target, condition)
        } else {
            self.model.put(target, number, condition)
        };
        let status = answer.status.as_u16();
        assert!(
            expected.contains(&status),
            "{status}, not {expected:?}: {:?}: {}",
            self.done,
            answer.body.escape_ascii()
        );
        status
    }

    /// Everything there is, is what the model says.
    async fn look(&mut self) {
        for tag in 0..3 {
            let found = self.read(&format!("t{tag}")).await;
            self.compare(&found, self.model.tag(tag), &format!("t{tag}"));
        }
        for number in 0..self.contents.len() {
            let found = self.read(&self.digest(number).to_string()).await;
            let expected = self.model.has(number).then_some(number);
            self.compare(&found, expected, &format!("manifest {number}"));
        }
        let list = self.world.ask(Method::GET, "/v2/a/b/tags/list", &[], "").await;
        let names: Vec<String> =
            (0..3).filter(|tag| self.model.tag(*tag).is_some()).map(|tag| format!("\"t{tag}\"")).collect();
        let expected = format!("{{\"name\":\"a/b\",\"tags\":[{}]}}", names.join(","));
        assert_eq!(str::from_utf8(&list.body), Ok(expected.as_str()), "{:?}", self.done);
    }

    async fn read(&mut self, reference: &str) -> Answer {
        self.world.ask(Method::GET, &format!("/v2/a/b/manifests/{reference}"), &[], "").await
    }

    fn compare(&self, found: &Answer, expected: Option<usize>, about: &str) {
        let Some(number) = expected else {
            assert_eq!(found.status, 404, "{about}: {:?}", self.done);
            return;
        };
        assert_eq!(
            (found.status.as_u16(), &*found.body),
            (200, self.contents[number].as_bytes()),
            "{about}: {:?}",
            self.done
        );
        let kind =
            if number == self.contents.len() - 1 { MediaType::OCI_INDEX } else { MediaType::OCI_MANIFEST };
        assert_eq!(found.header("content-type"), Some(kind.as_str()), "{about}");
        assert_eq!(found.header("etag"), Some(format!("\"{}\"", self.digest(number)).as_str()), "{about}");
    }
}
