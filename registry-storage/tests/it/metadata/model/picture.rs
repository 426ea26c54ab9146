//! All that a store answers about the little world.

use proptest::prelude::*;
use proptest::sample::select;
use registry_core::{Digest, MediaType, PageRequest};
use registry_storage::MetadataStore;

use super::world::{KEYS, KINDS, artifact_types, digests, references, repositories, tags, uploads};

/// Which part of every listing is looked at.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    limit: usize,
    /// A position in listings of names.
    last: Option<String>,
    /// A position in listings of referrers, which may make no sense.
    digest: Option<String>,
    /// A position in listings of uploads, which may make no sense.
    upload: Option<String>,
    /// A number in the log and in histories.
    seq: Option<u64>,
}

impl Default for Window {
    /// Everything.
    fn default() -> Self {
        Self { limit: 1_000, last: None, digest: None, upload: None, seq: None }
    }
}

pub(crate) fn window() -> impl Strategy<Value = Window> {
    let limit = prop_oneof![0..4_usize, Just(usize::MAX)];
    let last = prop::option::of(select(vec!["", "a", "a/", "A", "_", "latest", "v", "~", "\u{10ffff}"]));
    let digest = prop::option::of(prop_oneof![
        4 => select(digests()).prop_map(|digest| digest.to_string()),
        1 => Just(Digest::from_sha512([0; 64]).to_string()),
        1 => Just("nonsense".to_owned()),
    ]);
    let upload = prop::option::of(prop_oneof![
        4 => select(uploads()).prop_map(|id| id.to_string()),
        1 => Just("nonsense".to_owned()),
    ]);
    let seq = prop::option::of(prop_oneof![0..60_u64, Just(u64::MAX)]);
    (limit, last, digest, upload, seq).prop_map(|(limit, last, digest, upload, seq)| Window {
        limit,
        last: last.map(str::to_owned),
        digest,
        upload,
        seq,
    })
}

/// Every query about everything, as text.
pub(crate) async fn picture<S: MetadataStore>(store: &S, window: &Window) -> Vec<String> {
    let mut told = Vec::new();
    macro_rules! tell {
        ($($query:ident($($argument:expr),*)),+ $(,)?) => {
            $( told.push(format!("{}{:?}: {:?}", stringify!($query), ($($argument,)*), store.$query($($argument),*).await)); )+
        };
    }
    let page = |last: &Option<String>| {
        last.as_ref().map_or(PageRequest::first(window.limit), |last| PageRequest::after(last, window.limit))
    };
    let (names, digests) = (page(&window.last), digests());
    let limit = window.limit;
    tell!(last_event(), events(window.seq.unwrap_or_default(), limit), repositories(&names));
    tell!(uploads(&page(&window.upload)));
    tell!(upload_count(None::<&registry_core::RepositoryName>));
    for name in &repositories() {
        tell!(upload_count(Some(name)));
    }
    for id in &uploads() {
        tell!(upload(id));
    }
    for kind in KINDS {
        for key in KEYS {
            tell!(document(kind, key), documents(kind, key, &names));
        }
    }
    for digest in &digests {
        tell!(stored_blob(digest), blob_repositories(digest, &names));
    }
    for repository in &repositories() {
        tell!(repository_exists(repository), tags(repository, &names));
        tell!(blob_sizes(repository, &digests), manifest_sizes(repository, &digests));
        for digest in &digests {
            tell!(blob(repository, digest), retained_manifest(repository, digest));
            let page = page(&window.digest);
            tell!(referrers(repository, digest, None::<&MediaType>, &page));
            for kind in &artifact_types() {
                tell!(referrers(repository, digest, Some(kind), &page));
            }
        }
        for reference in &references() {
            tell!(manifest(repository, reference), manifest_stat(repository, reference));
        }
        for tag in &tags() {
            tell!(tag(repository, tag), tag_history(repository, tag, window.seq, limit));
        }
    }
    told
}
