use registry_core::{ErrorBody, ErrorCode, ErrorEntry};
use serde_json::json;

/// The 14 codes of the distribution specification as they stand on the wire, and the two that only 5xx responses carry.
const CODES: [(ErrorCode, &str); 16] = [
    (ErrorCode::BlobUnknown, "BLOB_UNKNOWN"),
    (ErrorCode::BlobUploadInvalid, "BLOB_UPLOAD_INVALID"),
    (ErrorCode::BlobUploadUnknown, "BLOB_UPLOAD_UNKNOWN"),
    (ErrorCode::DigestInvalid, "DIGEST_INVALID"),
    (ErrorCode::ManifestBlobUnknown, "MANIFEST_BLOB_UNKNOWN"),
    (ErrorCode::ManifestInvalid, "MANIFEST_INVALID"),
    (ErrorCode::ManifestUnknown, "MANIFEST_UNKNOWN"),
    (ErrorCode::NameInvalid, "NAME_INVALID"),
    (ErrorCode::NameUnknown, "NAME_UNKNOWN"),
    (ErrorCode::SizeInvalid, "SIZE_INVALID"),
    (ErrorCode::Unauthorized, "UNAUTHORIZED"),
    (ErrorCode::Denied, "DENIED"),
    (ErrorCode::Unsupported, "UNSUPPORTED"),
    (ErrorCode::TooManyRequests, "TOOMANYREQUESTS"),
    (ErrorCode::Unknown, "UNKNOWN"),
    (ErrorCode::Unavailable, "UNAVAILABLE"),
];

#[test]
fn c_66_codes_are_those_of_the_specification() {
    for (code, name) in CODES {
        assert_eq!(code.as_str(), name);
        assert_eq!(code.to_string(), name);
        assert_eq!(serde_json::to_value(code).unwrap(), json!(name));
        assert_eq!(serde_json::from_value::<ErrorCode>(json!(name)).unwrap(), code);
    }
    for other in ["TAG_INVALID", "RANGE_INVALID", "denied"] {
        assert!(serde_json::from_value::<ErrorCode>(json!(other)).is_err(), "{other}");
    }
}

#[test]
fn c_66_a_body_is_a_list_of_code_message_and_detail() {
    let plain = ErrorBody::new(ErrorCode::NameUnknown, "no such repository");
    let expected = json!({"errors": [{"code": "NAME_UNKNOWN", "message": "no such repository"}]});
    assert_eq!(serde_json::to_value(&plain).unwrap(), expected);

    let detail = json!({"digest": "sha256:00"});
    let entries = vec![
        ErrorEntry::new(ErrorCode::ManifestBlobUnknown, "a").with_detail(detail.clone()),
        ErrorEntry::new(ErrorCode::ManifestBlobUnknown, "b"),
    ];
    let body = ErrorBody::from(entries);
    let value = serde_json::to_value(&body).unwrap();
    assert_eq!(value["errors"][0]["detail"], detail);
    assert_eq!(value["errors"].as_array().unwrap().len(), 2);
    assert_eq!(serde_json::from_value::<ErrorBody>(value).unwrap(), body);
}

#[test]
fn a_body_without_message_and_detail_is_read() {
    let body: ErrorBody = serde_json::from_str(r#"{"errors":[{"code":"DENIED"}]}"#).unwrap();
    assert_eq!(body, ErrorBody::new(ErrorCode::Denied, ""));
}
