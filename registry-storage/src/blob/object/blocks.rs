//! Blobs of Azure that are made of blocks.
//!
//! There are no multipart uploads. A block goes to the blob that it is to be part of, under an id that is drawn for it,
//! and a list of ids makes the blob; blocks that are not in the list are dropped, and without one all are after a week.
//! So each multipart upload has a blob of its own, and is called like it.

use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, IF_NONE_MATCH};
use http::{HeaderValue, Method, StatusCode};
use object_store::azure::{AzureAuthorizer, AzureCredentialProvider};
use object_store::client::HttpRequest;
use object_store::{PutMode, PutOptions, PutPayload};

use super::dialect::{Completed, Dialect, Listed};
use super::failure::{failed, faulty};
use super::raw::Raw;
use super::service::{Objects, path};
use super::state::Multipart;
use super::transport::{Fault, element};
use crate::Result;
use crate::blob::object_id::ObjectId;

/// Lists of blocks.
#[derive(Debug)]
pub(super) struct Blocks {
    pub(super) store: Arc<dyn Objects>,
    pub(super) credentials: AzureCredentialProvider,
    pub(super) account: String,
    pub(super) raw: Raw,
}

#[async_trait]
impl Dialect for Blocks {
    /// Asks nothing.
    async fn create(&self, _key: &str) -> Result<String> {
        Ok(Multipart::name(ObjectId::random()?))
    }

    async fn complete(&self, key: &str, _upload: &str, parts: &[(u32, String)]) -> Result<Completed> {
        let mut body = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
        for (_, block) in parts {
            let _ = write!(body, "<Uncommitted>{}</Uncommitted>", STANDARD.encode(block));
        }
        body.push_str("</BlockList>");
        let mut request = self.raw.request(Method::PUT, key, &[("comp", "blocklist")], body.into());
        request.headers_mut().insert(IF_NONE_MATCH, HeaderValue::from_static("*"));
        self.sign(&mut request).await?;
        Ok(match self.raw.send(request).await {
            Ok((status, _)) if status.is_success() => Completed::Done,
            Ok((status, text)) => verdict(refusal(status, &text)),
            Err(fault) if fault.is_ambiguous() => Completed::Unknown(fault),
            Err(fault) => verdict(fault),
        })
    }

    /// Blocks cannot be dropped by themselves, but an empty blob in their place drops them, and is removed then. Where
    /// there is a blob that has bytes, the upload was completed, and nothing is touched.
    async fn abort(&self, key: &str, _upload: &str, careful: bool) -> Result<()> {
        if !careful {
            return Ok(());
        }
        let options = PutOptions::from(PutMode::Create);
        match self.store.put_opts(&path(key), PutPayload::new(), options).await {
            Ok(_) => self.delete(key).await,
            Err(object_store::Error::AlreadyExists { .. }) => {
                let head = object_store::GetOptions { head: true, ..object_store::GetOptions::default() };
                match self.store.get_opts(&path(key), head).await {
                    // An abort that ended half-way.
                    Ok(found) if found.meta.size == 0 => self.delete(key).await,
                    Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                    Err(error) => Err(failed("abort a list of blocks", "location", error)),
                }
            }
            Err(error) => Err(failed("abort a list of blocks", "location", error)),
        }
    }

    /// None: blobs that have nothing but blocks are listed without a time.
    async fn uploads(&self, _prefix: &str, _limit: usize) -> Result<Vec<Listed>> {
        Ok(Vec::new())
    }

    /// By itself: the library beneath would put it into a batch, whose failures nobody tries again.
    async fn delete(&self, key: &str) -> Result<()> {
        let mut request = self.raw.request(Method::DELETE, key, &[], Bytes::new());
        self.sign(&mut request).await?;
        match self.raw.send_patiently(request).await {
            Ok((status, _)) if status.is_success() => Ok(()),
            Ok((StatusCode::NOT_FOUND, text)) if !is_container(&text) => Ok(()),
            Ok((status, text)) => Err(faulty("delete an object", refusal(status, &text))),
            Err(fault) => Err(faulty("delete an object", fault)),
        }
    }
}

impl Blocks {
    async fn sign(&self, request: &mut HttpRequest) -> Result<()> {
        let length = request.body().content_length();
        request.headers_mut().insert(CONTENT_LENGTH, length.into());
        let failed = |error| failed("sign a request", "credential", error);
        let credential = self.credentials.get_credential().await.map_err(failed)?;
        AzureAuthorizer::new(&credential, &self.account).try_authorize(request).map_err(failed)
    }
}

/// What a refusal to make a blob of blocks means.
fn verdict(fault: Fault) -> Completed {
    let Fault::Status { status, code, .. } = &fault else { return Completed::Refused(fault) };
    match code.as_str() {
        // It is there, or the blocks are not there any more.
        "BlobAlreadyExists" | "ConditionNotMet" | "UnmetCondition" | "InvalidBlockList" | "BlobNotFound" => {
            Completed::Over
        }
        _ if *status == StatusCode::PRECONDITION_FAILED => Completed::Over,
        _ if fault.may_pass() => Completed::Unknown(fault),
        _ => Completed::Refused(fault),
    }
}

fn refusal(status: StatusCode, text: &str) -> Fault {
    let code = element(text, "Code").unwrap_or_default();
    let message = element(text, "Message").unwrap_or_default();
    Fault::Status { status, code, message, retry_after: None }
}

fn is_container(text: &str) -> bool {
    element(text, "Code").is_some_and(|code| code == "ContainerNotFound")
}
