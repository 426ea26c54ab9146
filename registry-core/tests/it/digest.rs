use registry_core::Digest;

#[test]
fn upper_case_hex_is_refused() {
    let text = format!("sha256:{}", "A".repeat(64));
    assert!(text.parse::<Digest>().is_err());
}
