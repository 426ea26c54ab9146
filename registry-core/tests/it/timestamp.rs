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

#[test]
fn rfc_3339_is_read_as_it_is_meant() {
    let table = [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1970-01-01t00:00:01z", 1_000_000),
        ("1970-01-01 00:00:01Z", 1_000_000),
        ("2000-02-29T23:59:59.999999999Z", 951_868_799_999_999),
        ("2026-11-21T12:30:00+02:30", 1_795_255_200_000_000),
        ("2026-11-21T10:00:00-00:00", 1_795_255_200_000_000),
        ("1969-12-31T23:00:00-01:00", 0),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
        ("9999-12-31T23:59:59Z", 253_402_300_799_000_000),
    ];
    for (text, micros) in table {
        assert_eq!(text.parse(), Ok(Timestamp::from_micros(micros)), "{text}");
    }
}

#[test]
fn what_is_no_point_in_time_is_refused() {
    for text in [
        "",
        "now",
        "2026-11-21",
        "2026-11-21T12:30Z",
        "2026-11-21T12:30:00",
        "2026-11-21T12:30:00.Z",
        "2026-11-21T12:30:00+2:30",
        "2026-11-21T12:30:00+24:00",
        "2026-11-21T24:00:00Z",
        "2026-11-21T12:60:00Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "+026-11-21T12:30:00Z",
        "2026/11/21T12:30:00Z",
        "2026-11-21T12:30:00Zz",
        "2026-11-21T12:30:00\u{e9}Z",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
    }
    let now = Timestamp::from_micros(1);
    for text in [
        "@",
        "@1",
        "@h",
        "@1y",
        "@-1h",
        "@1h ",
        "@1h2",
        "@99999999999999999999s",
        "@9999999999999999w",
        "@1\u{e9}",
    ] {
        assert!(Timestamp::parse_near(text, now).is_err(), "{text}");
    }
    assert_eq!(Timestamp::parse_near("@0s", now), Ok(now));
    assert_eq!(Timestamp::parse_near("@1w", now), Ok(Timestamp::from_micros(0)));
}

proptest! {
    #[test]
    fn text_round_trips_and_orders(a in 0..253_402_300_799_999_999_u64, b in 0..253_402_300_799_999_999_u64) {
        let times = [a, b].map(Timestamp::from_micros);
        let texts = times.map(|time| time.to_string());
        prop_assert_eq!(texts[0].parse(), Ok(times[0]));
        prop_assert_eq!(texts[0].cmp(&texts[1]), a.cmp(&b));
    }

    #[test]
    fn any_text_is_answered(text in "\\PC*") {
        let _ = text.parse::<Timestamp>();
        let _ = Timestamp::parse_near(&text, Timestamp::from_micros(0));
    }

    #[test]
    fn system_time_and_json_round_trip(micros in 0..(1u64 << 62)) {
        let timestamp = Timestamp::from_micros(micros);
        prop_assert_eq!(Timestamp::from(SystemTime::from(timestamp)), timestamp);
        let json = serde_json::to_string(&timestamp).unwrap();
        prop_assert_eq!(&json, &micros.to_string());
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), timestamp);
    }
}
