use std::time::{Duration, SystemTime, UNIX_EPOCH};

use proptest::prelude::*;
use registry_core::Timestamp;

#[test]
fn times_before_the_epoch_become_the_epoch() {
    let before = UNIX_EPOCH - Duration::from_secs(1);
    assert_eq!(Timestamp::from(before), Timestamp::from_micros(0));
}

#[test]
fn arithmetic_stops_at_the_ends() {
    let (early, late) = (Timestamp::from_micros(5), Timestamp::from_micros(u64::MAX));
    assert_eq!(late.saturating_add(Duration::from_micros(1)), late);
    assert_eq!(early.saturating_add(Duration::MAX), late);
    assert_eq!(early.saturating_since(late), Duration::ZERO);
    assert_eq!(
        early.saturating_add(Duration::from_millis(2)).saturating_since(early),
        Duration::from_millis(2)
    );
}

proptest! {
    #[test]
    fn system_time_and_json_round_trip(micros in 0..(1u64 << 62)) {
        let timestamp = Timestamp::from_micros(micros);
        prop_assert_eq!(Timestamp::from(SystemTime::from(timestamp)), timestamp);
        let json = serde_json::to_string(&timestamp).unwrap();
        prop_assert_eq!(&json, &micros.to_string());
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), timestamp);
    }
}
