//! What a request to the server costs in requests to the bucket.

use super::{Ask, Bucket, NAME, PART, blob, content, digest, finish, patch};

#[test]
fn a_pull_of_a_known_blob_is_one_get_and_head_is_none() {
    let bucket = Bucket::new();
    let house = bucket.house();
    for size in [1, 100_000, PART - 1, 2 * PART + 100] {
        let bytes = content(size, size);
        let digest = house.push_blob(NAME, &bytes);
        bucket.counted();
        house.head(blob(&digest)).expect(200);
        house.head(blob(&digest)).expect(200);
        let fresh = Ask::new("GET", blob(&digest)).header("If-None-Match", format!("\"{digest}\""));
        house.send(&fresh).expect(304);
        house.get(blob(&super::digest(b"unknown"))).expect(404);
        assert_eq!(bucket.counted(), "", "to look at {size} bytes");
        assert!(house.get(blob(&digest)).expect(200).body == bytes);
        assert_eq!(bucket.counted(), "get 1", "to pull {size} bytes");
        let part = house.send(&Ask::new("GET", blob(&digest)).header("Range", "bytes=0-0")).expect(206);
        assert_eq!((part.body, bucket.counted()), (bytes[..1].to_vec(), "get 1".to_owned()));
    }
}

#[test]
fn no_push_copies_anything() {
    let bucket = Bucket::new();
    let house = bucket.house();
    // The size, what one request costs, and what POST, PATCH and PUT cost.
    let table = [
        (10, "put 1", ["", "", "put 1"]),
        (100_000, "put 1", ["", "put 1", "delete 1, get 1, put 1"]),
        (
            2 * PART + 100_000,
            "complete 1, create 1, part 3",
            ["", "create 1, part 2, put 1", "complete 1, delete 1, get 1, part 1"],
        ),
    ];
    for (size, once, steps) in table {
        let bytes = content(size, size);
        bucket.counted();
        let pushed = house.push_blob(NAME, &bytes);
        assert_eq!(bucket.counted(), once, "to push {size} bytes in one request");
        // The same once more keeps what is there.
        house.push_blob("another/one", &bytes);
        let again = if size < PART { "" } else { "abort 1, create 1, part 2" };
        assert_eq!(bucket.counted(), again, "to push {size} bytes again");
        let mount = format!("/v2/third/one/blobs/uploads/?mount={pushed}&from={NAME}");
        house.post(mount).expect(201);
        assert_eq!(bucket.counted(), "", "to mount {size} bytes");

        let bytes = content(size + 1, size);
        let mut costs = Vec::new();
        let location = house.start(NAME);
        costs.push(bucket.counted());
        let location = patch(&house, &location, 0, &bytes);
        costs.push(bucket.counted());
        finish(&house, &location, &digest(&bytes)).expect(201);
        costs.push(bucket.counted());
        assert_eq!(costs, steps, "to push {size} bytes in three requests");
    }
    assert_eq!(bucket.objects("blobs/"), 6);
    bucket.expire(&bucket.registry());
}
