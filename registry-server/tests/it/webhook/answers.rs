//! What answers of a receiver mean.

use std::net::TcpListener;
use std::time::Duration;

use registry_engine::delivery::EndpointState;

use super::receiver::Answer::{Hangup, Silence, Status};
use super::{Post, Receiver, hook};

#[test]
fn every_2xx_takes_what_was_sent() {
    for status in [200, 201, 202, 204] {
        let receiver = Receiver::new([Status(status, "")]);
        let post = Post::new([hook("one", receiver.url())]);
        post.house.push_blob("a", b"one");
        let status = post.until(|status| status.delivered == 1);
        assert_eq!((status.failures, status.last_error), (0, None));
        assert_eq!(receiver.sent().len(), 1);
    }
}

#[test]
fn what_may_pass_is_tried_again_and_nothing_else_is_sent_meanwhile() {
    let script = [Status(503, ""), Status(429, ""), Status(408, ""), Status(500, ""), Hangup, Silence];
    let reasons = ["status_503", "status_429", "status_408", "status_500", "request", "timeout"];
    for (answer, reason) in script.into_iter().zip(reasons) {
        let receiver = Receiver::new([answer.clone(), answer]);
        let post = Post::new([hook("one", receiver.url()).timeout(Duration::from_millis(300))]);
        for n in 0..3_u8 {
            post.house.push_blob("a", &[n]);
        }
        let status = post.until(|status| status.delivered == 3);
        assert_eq!(status.last_error.as_deref(), Some(reason));
        let sent = receiver.sent();
        let ids: Vec<_> = sent.iter().map(|sent| sent.json()["events"][0]["id"].clone()).collect();
        assert_eq!((&ids[0], &ids[1]), (&ids[1], &ids[2]), "the same comes until it is taken");
        let taken = receiver.taken();
        assert!(taken.is_sorted() && taken.len() == 3, "{taken:?}");
    }
}

#[test]
fn a_refusal_holds_the_webhook_and_skips_nothing() {
    for status in [400, 401, 403, 404, 410, 413] {
        let receiver = Receiver::new([Status(status, ""), Status(status, "")]);
        let post = Post::new([
            hook("one", receiver.url()).backoff(Duration::from_millis(1), Duration::from_millis(100))
        ]);
        post.house.push_blob("a", b"one");
        let held = post.until(|status| status.state == EndpointState::Held);
        assert_eq!(held.last_error, Some(format!("status_{status}")));
        assert!(held.next_try.is_some() && held.delivered == 0);
        post.until(|status| status.delivered == 1 && status.state == EndpointState::Active);
        assert_eq!(receiver.sent().len(), 3);
    }
}

#[test]
fn redirects_are_not_followed() {
    let elsewhere = Receiver::new([]);
    let location: &'static str = format!("Location: {}\r\n", elsewhere.url()).leak();
    for status in [301, 302, 307, 308] {
        let receiver = Receiver::new([Status(status, location)]);
        let post = Post::new([hook("one", receiver.url())]);
        post.house.push_blob("a", b"one");
        let done = post.until(|status| status.delivered == 1);
        assert_eq!(done.last_error, Some(format!("status_{status}")));
    }
    assert_eq!(elsewhere.sent().len(), 0);
}

#[test]
fn whoever_says_when_is_asked_then() {
    let receiver = Receiver::new([Status(503, "Retry-After: 3600\r\n")]);
    let long = hook("one", receiver.url()).backoff(Duration::from_millis(1), Duration::from_secs(7200));
    let post = Post::new([long]);
    post.house.push_blob("a", b"one");
    let status = post.until(|status| status.next_try.is_some());
    assert!(status.next_try.unwrap().saturating_since(post.registry.now()) > Duration::from_secs(3000));
}

#[test]
fn nobody_waits_for_a_webhook_that_is_down_and_it_gets_everything_when_it_is_back() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let (stuck, live) = (Receiver::new(std::iter::repeat_n(Silence, 1000)), Receiver::new([]));
    let post = Post::new([
        hook("down", format!("http://{address}/hook")),
        hook("stuck", stuck.url()),
        hook("live", live.url()),
    ]);
    for n in 0..30_u8 {
        post.house.push_blob("a", &[n]);
        live.wait(usize::from(n) / 30 + 1);
    }
    let held = post.until(|status| status.state == EndpointState::Held);
    assert_eq!((held.last_error.as_deref(), held.delivered), (Some("connect"), 0));
    while live.taken().len() < 30 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let back = Receiver::on(TcpListener::bind(address).unwrap(), []);
    post.until(|status| status.delivered == 30 && status.state == EndpointState::Active);
    assert_eq!(back.taken(), live.taken());
}
