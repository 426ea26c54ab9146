//! Everything that can be seen of a registry, upload sessions, leases and event numbers apart.

use registry_core::{Digest, PageRequest};

use crate::support::World;
use crate::support::body::collect;

/// The contents that scenarios use as blobs.
pub(super) const BLOBS: [&[u8]; 3] = [b"{}", b"one", b"two"];

/// What is seen, line by line. Whatever is readable is read to its end and held against its digest.
pub(super) async fn snapshot(world: &World) -> Vec<String> {
    let mut lines = Vec::new();
    let all = PageRequest::first(1000);
    for name in world.registry.catalog(&all).await.unwrap().items {
        let repository = world.registry.repository(name.clone());
        lines.push(name.to_string());
        for content in BLOBS {
            for algorithm in registry_core::Algorithm::ALL {
                let digest = Digest::of(algorithm, content);
                if let Ok(blob) = repository.read_blob(&digest).await {
                    // Lost bytes are told of, and never replaced by others.
                    let line = match blob.read(0..blob.size()).await {
                        Ok(read) => {
                            assert_eq!(collect(read).await, content);
                            format!("{name} blob {digest}")
                        }
                        Err(_) => format!("{name} lost {digest}"),
                    };
                    lines.push(line);
                }
            }
        }
        for tag in repository.tags(&all).await.unwrap().items {
            let manifest = repository.manifest(&tag.clone().into()).await.unwrap();
            assert_eq!(Digest::sha256_of(&manifest.bytes), manifest.digest);
            lines.push(format!("{name} tag {tag} {}", manifest.digest));
        }
    }
    let mut readable = std::collections::BTreeSet::new();
    for event in world.registry.events(0, 1000).await.unwrap() {
        let about = event.repository.as_ref().map(ToString::to_string).unwrap_or_default();
        if let registry_core::EventKind::ManifestPut { digest, .. } = &event.kind {
            let repository = world.registry.repository(event.repository.clone().unwrap());
            if repository.manifest(&(*digest).into()).await.is_ok() {
                readable.insert(format!("{about} manifest {digest}"));
            }
            for referrer in repository.referrers(digest, None, &all).await.unwrap().items {
                readable.insert(format!("{about} referrer {} of {digest}", referrer.digest));
            }
        }
        if let registry_core::EventKind::TagSet { tag, .. } = &event.kind {
            let repository = world.registry.repository(event.repository.clone().unwrap());
            for entry in repository.tag_history(tag, None, 1000).await.unwrap().items {
                let line = format!("{:?} {:?} {:?}", entry.digest, entry.previous, entry.cause);
                readable.insert(format!("{about} history {tag} {line}"));
            }
        }
    }
    lines.extend(readable);
    lines
}
