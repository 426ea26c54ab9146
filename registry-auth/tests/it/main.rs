//! Integration tests of the seams.

#![allow(clippy::unwrap_used)]

use registry_auth::{
    Access, Action, Anonymous, Authenticator, Authorizer, Credentials, Deny, EveryoneMay, Grant, Principal,
};

fn pull(name: &str) -> Access {
    Access::repository(name.parse().unwrap(), Action::Pull)
}

#[tokio::test]
async fn deny_grants_nothing() {
    let wanted = [Access::registry(), Access::catalog(), pull("a/b")];
    let grant = Deny.authorize(&Principal::anonymous(), &wanted).await.unwrap();
    assert!(wanted.iter().all(|access| !grant.allows(access)));
}

#[tokio::test]
async fn everyone_may_grants_what_was_wanted_and_no_more() {
    let grant = EveryoneMay.authorize(&Principal::anonymous(), &[pull("a/b")]).await.unwrap();
    assert!(grant.allows(&pull("a/b")));
    assert!(!grant.allows(&pull("a/c")));
    assert!(!grant.allows(&Access::repository("a/b".parse().unwrap(), Action::Push)));
}

#[tokio::test]
async fn anonymous_takes_any_credentials_for_none() {
    let principal = Anonymous.authenticate(&Credentials::new(Some("Basic eDp5")), &[]).await.unwrap();
    assert_eq!(principal, Principal::anonymous());
    assert_eq!(Anonymous.challenge(&[]), None);
}

#[test]
fn credentials_are_not_printed() {
    let text = format!("{:?}", Credentials::new(Some("Basic c2VjcmV0")));
    assert!(!text.contains("c2VjcmV0"), "{text}");
}

#[test]
fn an_empty_grant_allows_nothing() {
    assert!(!Grant::default().allows(&Access::registry()));
}
