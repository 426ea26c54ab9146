//! Two servers on one bucket and one database, none of them special.

use std::io::Write;

use super::{Ask, Bucket, Connection, NAME, PART, blob, content, digest, finish, patch};

#[test]
fn i_14_two_replicas_finish_one_digest_at_once_and_one_copy_is_kept() {
    for size in [1000, 100_000, PART + 1000] {
        let bucket = Bucket::new();
        let houses = [bucket.house(), bucket.house()];
        let bytes = content(size, size);
        let digest = digest(&bytes);
        let locations = houses.each_ref().map(|house| patch(house, &house.start(NAME), 0, &bytes));
        std::thread::scope(|scope| {
            for (house, location) in houses.iter().zip(&locations) {
                scope.spawn(|| finish(house, location, &digest).expect(201));
            }
        });
        for house in &houses {
            assert!(house.get(blob(&digest)).expect(200).body == bytes);
        }
        assert_eq!(bucket.objects("blobs/"), 1, "{size} bytes are kept once");
        assert_eq!(bucket.objects("uploads/"), 0);
        assert!(bucket.double.kept(|keep| keep.uploads.is_empty()), "parts were left");
    }
}

#[test]
fn i_15_every_chunk_may_go_to_another_replica_however_small_it_is() {
    let bucket = Bucket::new();
    let houses = [bucket.house(), bucket.house(), bucket.house()];
    let chunks =
        [1, 9, 70_000, 3, 65_536, 200_000, PART, 1, 2 * PART - 5, 17, 100_000, PART - 1, 2, 4_000_000];
    let bytes = content(3, chunks.iter().sum());
    let (mut location, mut at) = (houses[0].start(NAME), 0);
    for (turn, size) in chunks.into_iter().enumerate() {
        location = patch(&houses[(turn + 1) % 3], &location, at, &bytes[at..at + size]);
        at += size;
        let status = houses[(turn + 2) % 3].get(&location).expect(204);
        assert_eq!(status.header("range"), format!("0-{}", at - 1));
    }
    // What was sent already is refused everywhere, with the place to go on at.
    let again = Ask::new("PATCH", &location).header("Content-Range", "0-9").body(&bytes[..10]);
    let refused = houses[0].send(&again).expect(416);
    assert_eq!(refused.header("range"), format!("0-{}", at - 1));
    finish(&houses[2], &location, &digest(&bytes)).expect(201);
    for house in &houses {
        assert!(house.get(blob(&digest(&bytes))).expect(200).body == bytes);
        house.get(&location).expect(404);
    }
    assert_eq!((bucket.objects("blobs/"), bucket.objects("uploads/")), (1, 0));
    assert!(bucket.double.kept(|keep| keep.uploads.is_empty()), "parts were left");
}

#[test]
fn i_15_what_a_lost_replica_promised_is_gone_on_with_elsewhere() {
    let bucket = Bucket::new();
    let bytes = content(4, 3 * PART);
    let promised = PART + 300_000;
    // How many bytes of the chunk that is lost came before the replica was.
    for lost in [1, 100_000, PART] {
        let (one, two) = (bucket.house(), bucket.house());
        let location = patch(&one, &one.start(NAME), 0, &bytes[..promised]);
        let rest = &bytes[promised..];
        let head = format!(
            "PATCH {location} HTTP/1.1\r\nHost: registry.test\r\nContent-Length: {}\r\nContent-Range: {promised}-{}\r\n\r\n",
            rest.len(),
            bytes.len() - 1,
        );
        let mut connection = Connection::to(one.address());
        connection.write(head.as_bytes()).unwrap();
        connection.write(&rest[..lost]).unwrap();
        connection.stream().get_mut().flush().unwrap();
        one.kill();
        let status = two.get(&location).expect(204);
        let (_, last) = status.header("range").split_once('-').unwrap();
        let offset = last.parse::<usize>().unwrap() + 1;
        assert!(offset >= promised, "{offset} of {promised} promised bytes");
        let location = patch(&two, &location, offset, &bytes[offset..]);
        finish(&two, &location, &digest(&bytes)).expect(201);
        assert!(two.get(blob(&digest(&bytes))).expect(200).body == bytes, "{lost} bytes on their way");
        let registry = bucket.registry();
        bucket.expire(&registry);
        let deleted = two.delete(blob(&digest(&bytes)));
        assert_eq!(deleted.status, 202, "{deleted}");
    }
}
