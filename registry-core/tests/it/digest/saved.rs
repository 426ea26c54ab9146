//! The saved form of a hasher: it outlives processes and versions, so it is pinned, and damage is found.

use proptest::prelude::*;
use registry_core::{Algorithm, Digest, Error, Hasher};

use super::hasher::stream;

fn saved(len: usize) -> Vec<u8> {
    let mut hasher = Hasher::with_algorithms(&Algorithm::ALL);
    hasher.update(&stream(len));
    hasher.save()
}

/// The same bytes with a right check at their end, as a forger would write them.
fn sealed(mut body: Vec<u8>) -> Vec<u8> {
    let check = Digest::sha256_of(&body);
    body.extend_from_slice(&check.as_bytes()[..8]);
    body
}

#[test]
fn a_state_of_version_1_is_understood_for_ever() {
    let state = PINNED.split_ascii_whitespace().collect::<String>();
    let state: Vec<u8> =
        (0..state.len()).step_by(2).map(|i| u8::from_str_radix(&state[i..i + 2], 16).unwrap()).collect();
    let mut hasher = Hasher::restore(&state).unwrap();
    assert_eq!(hasher.bytes_hashed(), 3074);
    hasher.update(&stream(5000)[3074..]);
    for algorithm in Algorithm::ALL {
        assert_eq!(hasher.digest(algorithm), Some(Digest::of(algorithm, &stream(5000))));
    }
    assert_eq!(saved(3074), state, "the form has changed: give it a new version and keep reading this one");
}

#[test]
fn states_are_small() {
    let size = |algorithm, len| {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(&stream(len));
        hasher.save().len()
    };
    assert!(size(Algorithm::Sha256, 1_000_000) <= 130);
    assert!(size(Algorithm::Sha512, 1_000_000) <= 240);
    assert!(size(Algorithm::Blake3, 1_000_000) <= 1024 + 32 * 11 + 32);
}

#[test]
fn a_shortened_state_is_refused() {
    let state = saved(3000);
    for len in 0..state.len() {
        assert!(matches!(Hasher::restore(&state[..len]), Err(Error::InvalidHasherState { .. })), "{len}");
    }
}

#[test]
fn any_single_damaged_byte_is_found() {
    let state = saved(1500);
    for at in 0..state.len() {
        let mut damaged = state.clone();
        damaged[at] ^= 0x10;
        assert!(matches!(Hasher::restore(&damaged), Err(Error::InvalidHasherState { .. })), "byte {at}");
    }
}

#[test]
fn sealed_nonsense_is_refused() {
    let body = |state: Vec<u8>| state[..state.len() - 8].to_vec();
    let mut unknown_version = body(saved(10));
    unknown_version[0] = 2;
    let header = body(saved(10))[..9].to_vec();
    let mut repeated = body(saved(10));
    repeated.extend_from_within(9..);
    let mut unknown_algorithm = body(saved(10));
    unknown_algorithm[9] = 9;
    let mut other_length = body(saved(10));
    other_length[1] = 200;
    // Two chunks are kept as two values, and so are 2^52.
    let mut two_values = Hasher::new(Algorithm::Blake3);
    two_values.update(&stream(2048));
    let two_values = body(two_values.save());
    let mut impossible_length = two_values.clone();
    impossible_length[1..9].copy_from_slice(&(1u64 << 62).to_le_bytes());
    let mut too_few_values = two_values;
    let [.., low, _, count] = &mut too_few_values[..13] else { panic!("a header") };
    (*low, *count) = (*low - 32, 1);
    too_few_values.truncate(13 + 32);
    for (what, body) in [
        ("nothing", Vec::new()),
        ("a version alone", vec![1]),
        ("an unknown version", unknown_version),
        ("no algorithm", header),
        ("an algorithm twice", repeated),
        ("an unknown algorithm", unknown_algorithm),
        ("a length that does not fit", other_length),
        ("a length that is impossible", impossible_length),
        ("fewer chaining values than chunks", too_few_values),
    ] {
        assert!(matches!(Hasher::restore(&sealed(body)), Err(Error::InvalidHasherState { .. })), "{what}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_bytes_make_a_restore_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), seal in any::<bool>()) {
        let bytes = if seal { sealed(bytes) } else { bytes };
        let _ = Hasher::restore(&bytes);
    }

    #[test]
    fn a_forged_state_is_refused_or_goes_on_without_panic(
        len in prop_oneof![0usize..5000, Just(1024), Just(2048), Just(65_536)],
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        more in 0usize..5000,
    ) {
        let state = saved(len);
        let mut body = state[..state.len() - 8].to_vec();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        if let Ok(mut hasher) = Hasher::restore(&sealed(body)) {
            hasher.update(&stream(more));
            let algorithms: Vec<_> = hasher.algorithms().collect();
            for algorithm in algorithms {
                prop_assert!(hasher.digest(algorithm).is_some());
            }
        }
    }
}

/// [`saved`] of 3,074 bytes.
const PINNED: &str = "
    01020c0000000000000168009e26f024169ea738cd63119f9b8367ac8d4422bfb7d4c976ae25b78d4a3539dc3000000000000000
    023c3d00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
    00000000000000000000000002d0000210d246d62bc21c729b3b5b3ce8366f5610670ccebc2481a280d68bae3274c6ea63ae7535
    0cac2e21f5aa95465aa3dbde2f002dd6c25fee4ea3ca479319306c18000000000000000000000000000000023c3d000000000000
    00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
    00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
    00000000000000000000000000000003430002811f7d4f1735258e27c68b9214ff7c4aac866d47f73deef1fd8908b5e38f804f31
    af34be96abc0f78f175c2b7af34754a2011916b9d343582c74d06f07153ca83c3dd1b95e2402af64c5
";
