//! The whole server, asked in process.

mod answer;
mod script;
mod world;

pub(crate) use self::answer::Answer;
pub(crate) use self::script::framed;
use self::script::{Ask, asks};
pub(crate) use self::world::{World, block_on};

/// A script of requests, sent one after the other to a registry that holds one image, is never answered with a 5xx;
/// each refusal is an error body as the distribution specification has it, and changes nothing; and a `HEAD` is
/// answered as a `GET` is.
///
/// A script is text: requests as HTTP writes them, with lines of `---` between them. See the README of `fuzz/`.
pub fn check(script: &[u8]) {
    let _ = statuses(script);
}

/// The same, and the status of each answer; of what HTTP cannot carry there is none.
#[must_use]
pub fn statuses(script: &[u8]) -> Vec<u16> {
    block_on(async {
        let mut world = World::new().await;
        let mut statuses = Vec::new();
        for ask in asks(script).take(MOST) {
            statuses.extend(step(&mut world, &ask).await);
        }
        statuses
    })
}

/// So many requests of a script are sent.
const MOST: usize = 12;

async fn step(world: &mut World, ask: &Ask) -> Option<u16> {
    let request = ask.request(world)?;
    let about = format!("{} {}", request.method(), request.uri());
    let before = world.seen().await;
    let is_get = request.method() == http::Method::GET;
    let head = is_get.then(|| ask.request(world)).flatten();
    let answer = world.send(request).await;
    answer.check(&about);
    if answer.status.is_client_error() {
        let after = world.seen().await;
        assert!(
            before.allows(&after, ask, &answer),
            "{about}: {} changed {before:?} to {after:?}",
            answer.status
        );
    }
    if let Some(mut head) = head {
        *head.method_mut() = http::Method::HEAD;
        let ranged = head.headers().contains_key(http::header::RANGE);
        compare(&answer, &world.send(head).await, ranged, &about);
    }
    Some(answer.status.as_u16())
}

/// A `HEAD` has the status and the headers of a `GET` and no body. Where a part was asked for, it is told of the whole.
fn compare(get: &Answer, head: &Answer, ranged: bool, about: &str) {
    assert!(head.body.is_empty(), "HEAD of {about} has a body");
    if ranged {
        return;
    }
    assert_eq!(get.status, head.status, "HEAD of {about}");
    for name in
        ["content-length", "content-type", "docker-content-digest", "etag", "location", "link", "range"]
    {
        assert_eq!(get.header(name), head.header(name), "{name} of HEAD of {about}");
    }
}
