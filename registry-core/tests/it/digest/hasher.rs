use proptest::prelude::*;
use registry_core::{Algorithm, Digest, Hasher};

/// Bytes that repeat in no power of two, so that a misplaced block shows.
pub(super) fn stream(len: usize) -> Vec<u8> {
    (0..=250u8).cycle().take(len).collect()
}

#[test]
fn a_hasher_computes_the_algorithms_it_was_made_for() {
    let algorithms = |hasher: &Hasher| hasher.algorithms().collect::<Vec<_>>();
    assert_eq!(algorithms(&Hasher::new(Algorithm::Sha512)), [Algorithm::Sha512]);
    assert_eq!(algorithms(&Hasher::with_algorithms(&[])), [Algorithm::Sha256]);
    let twice = [Algorithm::Sha512, Algorithm::Blake3, Algorithm::Sha512];
    let hasher = Hasher::with_algorithms(&twice);
    assert_eq!(algorithms(&hasher), [Algorithm::Blake3, Algorithm::Sha512]);
    assert_eq!(hasher.digest(Algorithm::Sha256), None);
    assert_eq!(format!("{hasher:?}"), "Hasher { algorithms: [Blake3, Sha512], bytes_hashed: 0 }");
}

#[test]
fn taking_a_digest_leaves_the_hasher_as_it_was() {
    for algorithm in Algorithm::ALL {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(b"a");
        let clone = hasher.clone();
        assert_eq!(hasher.digest(algorithm), Some(Digest::of(algorithm, b"a")));
        hasher.update(b"b");
        assert_eq!(hasher.digest(algorithm), Some(Digest::of(algorithm, b"ab")));
        assert_eq!(clone.digest(algorithm), Some(Digest::of(algorithm, b"a")));
        assert_eq!((hasher.bytes_hashed(), clone.bytes_hashed()), (2, 1));
    }
}

/// Every length around the edges of blocks, chunks and subtrees, cut into pieces of sizes around them.
#[test]
fn lengths_and_pieces_around_every_edge_give_the_digest_of_the_whole() {
    let whole = stream(70_000);
    let edges = [0, 1, 63, 64, 65, 127, 128, 1024, 2048, 3072, 4096, 5120, 8192, 16_384, 32_768, 65_536];
    let around = |edge: usize| [edge.saturating_sub(1), edge, edge + 1];
    for len in edges.into_iter().flat_map(around) {
        let content = &whole[..len];
        let expected = Algorithm::ALL.map(|algorithm| Digest::of(algorithm, content));
        for piece in [1023, 1024, 1025, 2048, 3000, 4096, 16_384, 65_536] {
            let mut hasher = Hasher::with_algorithms(&Algorithm::ALL);
            content.chunks(piece).for_each(|bytes| hasher.update(bytes));
            let found = Algorithm::ALL.map(|algorithm| hasher.digest(algorithm).unwrap());
            assert_eq!(found, expected, "{len} bytes in pieces of {piece}");
        }
    }
}

/// Pieces of an upload: mostly small or odd, sometimes a round size, sometimes nothing.
fn pieces() -> impl Strategy<Value = Vec<(usize, bool)>> {
    let len = prop_oneof![
        0usize..3000,
        prop::sample::select(vec![0, 1, 1023, 1024, 1025, 2048, 4096, 65_536]),
        0usize..100_000,
    ];
    prop::collection::vec((len, any::<bool>()), 0..12)
}

proptest! {
    #[test]
    fn any_pieces_and_any_restores_give_the_digest_of_the_whole(
        pieces in pieces(),
        algorithms in prop::sample::subsequence(Algorithm::ALL.to_vec(), 1..=3),
    ) {
        let whole = stream(pieces.iter().map(|(len, _)| len).sum());
        let mut hasher = Hasher::with_algorithms(&algorithms);
        let mut done = 0;
        for (len, restore) in pieces {
            hasher.update(&whole[done..done + len]);
            done += len;
            if restore {
                hasher = Hasher::restore(&hasher.save()).unwrap();
            }
            for algorithm in hasher.algorithms() {
                prop_assert_eq!(hasher.digest(algorithm).unwrap(), Digest::of(algorithm, &whole[..done]));
            }
        }
        prop_assert_eq!(hasher.bytes_hashed(), whole.len() as u64);
        prop_assert_eq!(hasher.algorithms().collect::<Vec<_>>(), algorithms);
    }
}

/// Long pieces go another way than short ones on some processors, by whole blocks; the result is the same wherever they
/// begin and end, and whatever was saved in between.
#[test]
fn long_pieces_hash_like_short_ones() {
    let bytes: Vec<u8> = (0..10_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    for head in [0, 1, 13, 63, 64, 65, 127, 128, 200] {
        for length in [4095, 4096, 4097, 4159, 4160, 5000, 8191, 20_000, 39_000] {
            let (head, rest) = bytes.split_at(head);
            let (long, tail) = rest.split_at(length);
            let mut short = Hasher::new(Algorithm::Sha256);
            bytes.chunks(61).for_each(|piece| short.update(piece));
            let mut mixed = Hasher::new(Algorithm::Sha256);
            mixed.update(head);
            mixed.update(long);
            let mut mixed = Hasher::restore(&mixed.save()).unwrap();
            mixed.update(tail);
            assert_eq!(
                mixed.digest(Algorithm::Sha256),
                short.digest(Algorithm::Sha256),
                "{} {length}",
                head.len()
            );
            assert_eq!(mixed.save(), short.save(), "{} {length}", head.len());
        }
    }
}
