//! Addresses of Azure: shared access signatures, of the key of the account or of a key that the service delegates.
//!
//! Those that the library beneath makes begin now. A service whose clock is behind refuses them as not valid yet, and the
//! client that was sent there cannot help it; so these begin earlier.
//!
//! Sources: [service](https://learn.microsoft.com/rest/api/storageservices/create-service-sas) and
//! [user delegation](https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas), version 2023-11-03.

use std::fmt;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use http::header::CONTENT_LENGTH;
use object_store::azure::{AzureAuthorizer, AzureCredential, AzureCredentialProvider};
use object_store::path::Path;
use object_store::signer::Signer;
use registry_core::Timestamp;
use serde::Deserialize;
use sha2::Sha256;
use tokio::sync::Mutex;
use url::Url;

use super::raw::Raw;
use crate::{BoxError, Error};

/// How far the clock of the service may be behind, as Microsoft advises.
const BEHIND: Duration = Duration::from_secs(15 * 60);
/// The version of the service that signatures are made for.
const VERSION: &str = "2023-11-03";
/// How long a delegated key is asked for, and how long it must still be good to be used again.
const DELEGATED: Duration = Duration::from_secs(12 * 3600);
const STILL_GOOD: Duration = Duration::from_secs(3600);

/// Signs addresses of a container.
pub(super) struct Sas {
    pub(super) credentials: AzureCredentialProvider,
    pub(super) account: String,
    /// The key of the account in Base64, where that is what is signed with.
    pub(super) key: Option<String>,
    pub(super) container: Url,
    /// The whole account, which delegates keys.
    pub(super) service: Raw,
    pub(super) delegated: Mutex<Option<(SystemTime, Delegated)>>,
}

/// A key that the service gave to whoever has a token.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Delegated {
    signed_oid: String,
    signed_tid: String,
    signed_start: String,
    signed_expiry: String,
    signed_service: String,
    signed_version: String,
    value: String,
}

#[async_trait]
impl Signer for Sas {
    async fn signed_url(
        &self,
        method: Method,
        path: &Path,
        expires_in: Duration,
    ) -> object_store::Result<Url> {
        let failed = |source| object_store::Error::Generic { store: "MicrosoftAzure", source };
        if method != Method::GET {
            return Err(failed("addresses are for GET".into()));
        }
        let mut url = self.container.clone();
        url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
        let now = SystemTime::now();
        let credential = self.credentials.get_credential().await?;
        let delegated = match (&*credential, &self.key) {
            (AzureCredential::AccessKey(_), Some(_)) => None,
            (AzureCredential::BearerToken(_), _) => {
                Some(self.delegated(&credential, now).await.map_err(|error| failed(error.into()))?)
            }
            _ => return Err(failed("these credentials sign no addresses".into())),
        };
        let times = (written(now - BEHIND), written(now + expires_in));
        let key = delegated.as_ref().map(|key| &key.value).or(self.key.as_ref());
        let key = key.map(String::as_str).unwrap_or_default();
        signed(&mut url, &self.account, &times, key, delegated.as_ref()).map_err(failed)?;
        Ok(url)
    }
}

impl Sas {
    /// The key that is good for a while, or a new one.
    async fn delegated(&self, credential: &AzureCredential, now: SystemTime) -> crate::Result<Delegated> {
        let mut known = self.delegated.lock().await;
        if let Some((until, key)) = &*known
            && *until > now + STILL_GOOD
        {
            return Ok(key.clone());
        }
        let (start, expiry) = (written(now - BEHIND), written(now + DELEGATED));
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><KeyInfo><Start>{start}</Start><Expiry>{expiry}</Expiry></KeyInfo>"
        );
        let query = [("restype", "service"), ("comp", "userdelegationkey")];
        let mut request = self.service.request(Method::POST, "", &query, body.into());
        let length = request.body().content_length();
        request.headers_mut().insert(CONTENT_LENGTH, length.into());
        AzureAuthorizer::new(credential, &self.account)
            .try_authorize(&mut request)
            .map_err(|error| super::failure::failed("sign a request", "credential", error))?;
        let context = "ask for a key that signs addresses";
        let (status, text) = self
            .service
            .send_patiently(request)
            .await
            .map_err(|fault| super::failure::faulty(context, fault))?;
        if !status.is_success() {
            return Err(Error::internal(context, format!("status {status}")));
        }
        let key: Delegated =
            quick_xml::de::from_str(&text).map_err(|error| Error::internal(context, error))?;
        // The service may have given it for less time than was asked for.
        let until = key.signed_expiry.parse().map(Timestamp::as_micros).unwrap_or_default();
        *known = Some((SystemTime::UNIX_EPOCH + Duration::from_micros(until), key.clone()));
        Ok(key)
    }
}

/// Signs an address to read one blob from the first of the times to the second.
fn signed(
    url: &mut Url,
    account: &str,
    (start, expiry): &(String, String),
    key: &str,
    delegated: Option<&Delegated>,
) -> Result<(), BoxError> {
    // An emulator has the account in the path.
    let hosted = url.host_str().is_some_and(|host| host.contains(account));
    let resource =
        if hosted { format!("/blob/{account}{}", url.path()) } else { format!("/blob{}", url.path()) };
    let mut lines = vec!["r", start, expiry, &resource];
    let mut pairs = vec![("sv", VERSION), ("sp", "r"), ("st", start), ("se", expiry), ("sr", "b")];
    match delegated {
        None => lines.push(""), // signed identifier
        Some(key) => {
            let of_key = [
                ("skoid", &*key.signed_oid),
                ("sktid", &*key.signed_tid),
                ("skt", &*key.signed_start),
                ("ske", &*key.signed_expiry),
                ("sks", &*key.signed_service),
                ("skv", &*key.signed_version),
            ];
            lines.extend(of_key.map(|(_, value)| value));
            lines.extend([""; 3]); // authorized and unauthorized user, correlation
            pairs.extend(of_key);
        }
    }
    lines.extend(["", "", VERSION, "b"]); // address, protocol
    lines.extend([""; 7]); // snapshot, scope of encryption, five headers of the answer
    let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(key)?)?;
    mac.update(lines.join("\n").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    url.query_pairs_mut().extend_pairs(pairs).append_pair("sig", &signature);
    Ok(())
}

/// A point in time, in whole seconds.
fn written(at: SystemTime) -> String {
    let micros = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_micros();
    let text = Timestamp::from_micros(u64::try_from(micros).unwrap_or_default()).to_string();
    format!("{}Z", text.split_once('.').map_or(&*text, |(seconds, _)| seconds))
}

impl fmt::Debug for Sas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sas").field("account", &self.account).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use object_store::ClientOptions;
    use object_store::azure::MicrosoftAzureBuilder;
    use object_store::client::{
        HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService,
    };

    use super::*;

    const KEY: &str = "c2VjcmV0";

    /// A service that delegates a key.
    #[derive(Debug, Clone)]
    struct Delegates;

    #[async_trait]
    impl HttpService for Delegates {
        async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
            assert_eq!(request.uri().query(), Some("restype=service&comp=userdelegationkey"));
            let key = "<UserDelegationKey><SignedOid>oid</SignedOid><SignedTid>tid</SignedTid>\
                <SignedStart>2026-01-01T00:00:00Z</SignedStart><SignedExpiry>2126-01-01T00:00:00Z</SignedExpiry>\
                <SignedService>b</SignedService><SignedVersion>2023-11-03</SignedVersion>\
                <Value>ZGVsZWdhdGVk</Value></UserDelegationKey>";
            Ok(HttpResponse::new(key.to_owned().into()))
        }
    }

    impl HttpConnector for Delegates {
        fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
            Ok(HttpClient::new(self.clone()))
        }
    }

    fn of_library(endpoint: &str, with_key: bool) -> object_store::azure::MicrosoftAzure {
        let builder = MicrosoftAzureBuilder::new()
            .with_account("account")
            .with_container_name("images")
            .with_endpoint(endpoint.to_owned())
            .with_allow_http(true)
            .with_http_connector(Delegates);
        let builder = match with_key {
            true => builder.with_access_key(KEY),
            false => builder.with_bearer_token_authorization("token"),
        };
        builder.build().unwrap()
    }

    fn ours(library: &object_store::azure::MicrosoftAzure, endpoint: &str, with_key: bool) -> Sas {
        let service = Url::parse(endpoint).unwrap();
        Sas {
            credentials: Arc::clone(library.credentials()),
            account: "account".to_owned(),
            key: with_key.then(|| KEY.to_owned()),
            container: super::super::client::below(&service, "images").unwrap(),
            service: Raw::with(HttpClient::new(Delegates), service),
            delegated: Mutex::default(),
        }
    }

    fn pairs(url: &Url) -> BTreeMap<String, String> {
        url.query_pairs().into_owned().collect()
    }

    #[tokio::test]
    async fn an_address_is_that_of_the_library_but_begins_before_clocks_that_are_behind() {
        let path = Path::from("blobs/5d/41");
        let minute = Duration::from_secs(60);
        for endpoint in ["https://account.blob.core.windows.net", "http://127.0.0.1:10000/account"] {
            for with_key in [true, false] {
                let library = of_library(endpoint, with_key);
                let theirs = library.signed_url(Method::GET, &path, minute).await.unwrap();
                let sas = ours(&library, endpoint, with_key);
                // With the same times it is the same.
                let known = pairs(&theirs);
                let times = (known["st"].clone(), known["se"].clone());
                let mut same = theirs.clone();
                same.set_query(None);
                let delegated = match with_key {
                    true => None,
                    false => {
                        let credential = sas.credentials.get_credential().await.unwrap();
                        Some(sas.delegated(&credential, SystemTime::now()).await.unwrap())
                    }
                };
                let key = delegated.as_ref().map_or(KEY, |key| &key.value);
                signed(&mut same, "account", &times, key, delegated.as_ref()).unwrap();
                assert_eq!(pairs(&same), known, "{endpoint}, with a key: {with_key}");
                // Its own times.
                let url = sas.signed_url(Method::GET, &path, minute).await.unwrap();
                assert_eq!(url.path(), theirs.path());
                let time = |name: &str| {
                    let text = &pairs(&url)[name];
                    assert_eq!(text.len(), "2026-01-01T00:00:00Z".len(), "{text}");
                    Duration::from_micros(text.parse::<Timestamp>().unwrap().as_micros())
                };
                let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
                assert!(now - time("st") >= Duration::from_secs(10 * 60), "{url}");
                assert!(time("se") > now && time("se") <= now + minute, "{url}");
                assert!(!format!("{sas:?}").contains(KEY));
            }
        }
    }
}
