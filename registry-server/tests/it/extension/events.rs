//! `_registry/events/log` as JSON lines.

use registry_core::{Event, EventKind, Link};

use crate::support::{Ask, House, image};

/// The events of a page, and the target of its link.
fn page(house: &House, target: &str) -> (Vec<Event>, Option<String>) {
    let reply = house.parity(&Ask::new("GET", target)).expect(200);
    assert_eq!(reply.header("content-type"), "application/x-ndjson");
    let text = String::from_utf8(reply.body.clone()).unwrap();
    let link = reply.get("link").map(|link| Link::parse(link).unwrap().to_owned());
    (text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), link)
}

fn numbers(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.seq).collect()
}

#[test]
fn everything_that_happened_in_order_and_without_gaps() {
    let house = House::new();
    house.push_image("a/b", "latest", &image("one"));
    house.push_image("c", "latest", &image("two"));
    house.delete("/v2/c/manifests/latest").expect(202);
    let (events, link) = page(&house, "/v2/_registry/events/log");
    assert_eq!(numbers(&events), (1..=events.len() as u64).collect::<Vec<_>>());
    assert_eq!(link, None);
    assert!(matches!(events.last().unwrap().kind, EventKind::TagDeleted { .. }));
    let (tail, _) = page(&house, "/v2/_registry/events/log?after=3");
    assert_eq!(tail, events[3..]);
    assert_eq!(page(&house, "/v2/_registry/events/log?after=18446744073709551615").0, []);
    let mut seen = Vec::new();
    let mut next = Some("/v2/_registry/events/log?n=2".to_owned());
    while let Some(target) = next {
        let (events, link) = page(&house, &target);
        assert!(events.len() <= 2);
        seen.extend(events);
        next = link;
    }
    assert_eq!(seen, events);
}

#[test]
fn those_of_one_repository() {
    let house = House::new();
    for round in 0..3 {
        house.push_image("a/b", "latest", &image(&format!("one {round}")));
        house.push_image("c", "latest", &image(&format!("two {round}")));
    }
    let all = page(&house, "/v2/_registry/events/log").0;
    let name = Some("a/b".parse().unwrap());
    let expected: Vec<Event> = all.into_iter().filter(|event| event.repository == name).collect();
    assert!(expected.len() > 9);
    assert_eq!(page(&house, "/v2/a/b/_registry/events/log").0, expected);
    let (first, next) = page(&house, "/v2/a/b/_registry/events/log?n=5");
    assert_eq!(first, expected[..5]);
    assert_eq!(page(&house, &next.unwrap()).0, expected[5..10]);
    assert_eq!(page(&house, "/v2/nobody/_registry/events/log").0, []);
}

#[test]
fn what_is_asked_wrongly() {
    let house = House::new();
    for query in ["after=x", "after=-1", "n=x", "follow=maybe", "internal=2", "after=1&after=2"] {
        house.get(format!("/v2/_registry/events/log?{query}")).refused(400, "UNSUPPORTED");
    }
    house.post("/v2/_registry/events/log").refused(405, "UNSUPPORTED");
}
