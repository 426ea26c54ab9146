use registry_core::{Algorithm, Error};

#[test]
fn names_round_trip_and_are_in_order() {
    let names = Algorithm::ALL.map(Algorithm::as_str);
    assert_eq!(names, ["blake3", "sha256", "sha512"]);
    for algorithm in Algorithm::ALL {
        assert_eq!(algorithm.to_string().parse::<Algorithm>().unwrap(), algorithm);
    }
    assert_eq!(Algorithm::default(), Algorithm::Sha256);
}

#[test]
fn c_25_any_other_name_is_unsupported() {
    for name in ["", "sha-256", "SHA256", "sha256 ", "sha384", "md5"] {
        let error = name.parse::<Algorithm>().unwrap_err();
        assert_eq!(error, Error::UnsupportedAlgorithm { algorithm: name.into() });
    }
}
