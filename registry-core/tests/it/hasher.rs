use proptest::prelude::*;
use registry_core::{Algorithm, Digest, Hasher};

proptest! {
    #[test]
    fn any_split_and_any_save_points_give_the_digest_of_the_whole(
        seed in any::<u8>(),
        pieces in prop::collection::vec((prop_oneof![0usize..3000, Just(1024), Just(65536), 0usize..100_000], any::<bool>()), 0..12),
    ) {
        let mut hasher = Hasher::with_algorithms(&Algorithm::ALL);
        let mut whole = Vec::new();
        for (len, save) in pieces {
            let start = whole.len();
            whole.extend((0..len).map(|i| ((start + i) % 251) as u8 ^ seed));
            hasher.update(&whole[start..]);
            if save {
                hasher = Hasher::restore(&hasher.save()).unwrap();
            }
            for algorithm in Algorithm::ALL {
                prop_assert_eq!(hasher.digest(algorithm).unwrap(), Digest::of(algorithm, &whole));
            }
            prop_assert_eq!(hasher.bytes_hashed(), whole.len() as u64);
        }
    }
}
