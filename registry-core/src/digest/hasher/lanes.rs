//! SHA-256 of many blocks for processors with AVX2 that have no instructions for it: the schedules of eight blocks are
//! made at once, one in each lane, and their rounds follow one another (FIPS 180-4, section 6.2).
//!
//! On such processors this is 1.6 times as fast as the library, see `benches/RESULTS.md`. The only `unsafe` of the
//! workspace is here: to call a function that was built for a processor with these instructions.

/// The bytes of a block.
pub(super) const BLOCK: usize = 64;

/// The blocks that are taken in at once.
#[cfg(target_arch = "x86_64")]
const LANES: usize = 8;

/// Whether [`compress`] takes blocks on this processor: it could, and the library knows nothing better.
pub(super) fn are_faster() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        !(is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1")) && can_compress()
    }
    #[cfg(not(target_arch = "x86_64"))]
    false
}

#[cfg(target_arch = "x86_64")]
fn can_compress() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("bmi2")
}

/// Takes whole blocks into the state, eight at a time, where the processor can: how many, and the bytes behind them.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
pub(super) fn compress<'b>(state: &mut [u32; 8], bytes: &'b [u8]) -> (u64, &'b [u8]) {
    if !can_compress() {
        return (0, bytes);
    }
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let (groups, _) = blocks.as_chunks::<LANES>();
    // SAFETY: what the function is built with is there, as was asked above.
    unsafe { compress_groups(state, groups) };
    let taken = groups.len() * LANES;
    (taken as u64, bytes.split_at(taken * BLOCK).1)
}

/// Takes no block.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn compress<'b>(_: &mut [u32; 8], bytes: &'b [u8]) -> (u64, &'b [u8]) {
    (0, bytes)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn compress_groups(state: &mut [u32; 8], groups: &[[[u8; BLOCK]; LANES]]) {
    for blocks in groups {
        let schedule = schedule(blocks);
        for lane in 0..LANES {
            rounds(state, &schedule, lane);
        }
    }
}

/// What is added in each round, constants included, for one block in each lane.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
#[allow(clippy::needless_range_loop)] // such loops over lanes become one instruction
fn schedule(blocks: &[[u8; BLOCK]; LANES]) -> [[u32; LANES]; 64] {
    let mut words = [[0; LANES]; 64];
    for (lane, block) in blocks.iter().enumerate() {
        for (word, four) in words.iter_mut().zip(block.as_chunks().0) {
            word[lane] = u32::from_be_bytes(*four);
        }
    }
    for t in 16..64 {
        for lane in 0..LANES {
            let (early, late) = (words[t - 15][lane], words[t - 2][lane]);
            words[t][lane] = words[t - 16][lane]
                .wrapping_add(early.rotate_right(7) ^ early.rotate_right(18) ^ (early >> 3))
                .wrapping_add(words[t - 7][lane])
                .wrapping_add(late.rotate_right(17) ^ late.rotate_right(19) ^ (late >> 10));
        }
    }
    for (word, constant) in words.iter_mut().zip(CONSTANTS) {
        for lane in word {
            *lane = lane.wrapping_add(constant);
        }
    }
    words
}

/// One round; what is `h` becomes `a` of the next, and so on. `last` is `b ^ c`, which the round before has made.
#[cfg(target_arch = "x86_64")]
macro_rules! round {
    ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident $last:ident $word:expr) => {
        let t = $h
            .wrapping_add($word)
            .wrapping_add($e & $f)
            .wrapping_add(!$e & $g)
            .wrapping_add($e.rotate_right(6) ^ $e.rotate_right(11) ^ $e.rotate_right(25));
        $d = $d.wrapping_add(t);
        let now = $a ^ $b;
        $h = t
            .wrapping_add(($last & now) ^ $b)
            .wrapping_add($a.rotate_right(2) ^ $a.rotate_right(13) ^ $a.rotate_right(22));
        $last = now;
    };
}

/// The rounds of the block in this lane.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn rounds(state: &mut [u32; 8], schedule: &[[u32; LANES]; 64], lane: usize) {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    let mut last = b ^ c;
    for words in schedule.as_chunks::<8>().0 {
        round!(a b c d e f g h last words[0][lane]);
        round!(h a b c d e f g last words[1][lane]);
        round!(g h a b c d e f last words[2][lane]);
        round!(f g h a b c d e last words[3][lane]);
        round!(e f g h a b c d last words[4][lane]);
        round!(d e f g h a b c last words[5][lane]);
        round!(c d e f g h a b last words[6][lane]);
        round!(b c d e f g h a last words[7][lane]);
    }
    for (word, more) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.wrapping_add(more);
    }
}

/// FIPS 180-4, section 4.2.2.
#[cfg(target_arch = "x86_64")]
#[rustfmt::skip]
const CONSTANTS: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    /// The library, block by block. Where the processor has no such instructions nothing is taken, here as there.
    #[test]
    fn the_lanes_do_what_the_library_does() {
        let bytes: Vec<u8> = (0..900_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        for blocks in 0..50 {
            let bytes = &bytes[..blocks * BLOCK + 13];
            let mut state = [7, 6, 5, 4, 3, 2, 1, u32::MAX];
            let mut expected = state;
            let (taken, left) = compress(&mut state, bytes);
            let whole = usize::try_from(taken).unwrap();
            assert_eq!(whole, if can_compress() { blocks - blocks % LANES } else { 0 });
            assert_eq!(left, &bytes[whole * BLOCK..]);
            sha2::block_api::compress256(&mut expected, &bytes.as_chunks().0[..whole]);
            assert_eq!(state, expected, "{blocks} blocks");
        }
    }
}
