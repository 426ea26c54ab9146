//! A client that pushes until the server dies, and remembers what it was promised.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

use registry_core::{Algorithm, Digest};

use super::http::Http;

/// What one writer was promised.
#[derive(Debug, Default)]
pub(crate) struct Promises {
    /// Blobs that were answered 201: path and size.
    pub(crate) blobs: BTreeMap<String, usize>,
    /// Manifests that were answered 201: path by digest, and bytes.
    pub(crate) manifests: BTreeMap<String, Vec<u8>>,
    /// What each tag, by its path, may point to.
    pub(crate) tags: BTreeMap<String, TagPromise>,
    /// Referrers that were answered 201: path of the list, and digest.
    pub(crate) referrers: Vec<(String, String)>,
    /// Uploads with an offset that was answered 202, not yet finished: location, offset, content.
    pub(crate) uploads: Vec<(String, usize, Vec<u8>)>,
}

/// What a tag may point to.
#[derive(Debug, Default, Clone)]
pub(crate) struct TagPromise {
    /// The digest of the last push that was answered 201.
    pub(crate) acknowledged: Option<String>,
    /// Digests that were sent since then and not answered.
    pub(crate) in_flight: Vec<String>,
}

/// Pushes small images into one repository.
pub(crate) struct Writer {
    id: usize,
    round: usize,
    count: usize,
    repository: String,
}

impl Writer {
    /// Two writers each share a repository.
    pub(crate) fn new(id: usize, round: usize) -> Self {
        Self { id, round, count: 0, repository: format!("kill/r{}", id / 2) }
    }

    /// Pushes until a request fails.
    pub(crate) fn run(mut self, address: SocketAddr, promises: &mut Promises) {
        let Ok(mut http) = Http::connect(address) else { return };
        while self.push(&mut http, promises).is_ok() {
            self.count += 1;
        }
    }

    fn push(&self, http: &mut Http, promises: &mut Promises) -> io::Result<()> {
        let name = format!("{}-{}-{}", self.id, self.round, self.count);
        let config = self.monolithic(http, promises, format!("config {name}").as_bytes())?;
        let layer = self.chunked(http, promises, name.repeat(200).as_bytes())?;
        let image = image(&config, &layer, None);
        let tag = format!("/v2/{}/manifests/t{}-{}", self.repository, self.id, self.count % 3);
        let digest = Digest::of(Algorithm::Sha256, image.as_bytes()).to_string();
        // From the moment it is sent the tag may point there, whether or not an answer comes back.
        promises.tags.entry(tag.clone()).or_default().in_flight.push(digest.clone());
        self.manifest(http, &tag, &image)?;
        promises.tags.insert(tag, TagPromise { acknowledged: Some(digest.clone()), in_flight: Vec::new() });
        let path = |digest: &str| format!("/v2/{}/manifests/{digest}", self.repository);
        promises.manifests.insert(path(&digest), image.clone().into_bytes());

        let referrer = self::image(&config, &layer, Some((&digest, image.len())));
        let its_digest = Digest::of(Algorithm::Sha256, referrer.as_bytes()).to_string();
        self.manifest(http, &path(&its_digest), &referrer)?;
        promises.manifests.insert(path(&its_digest), referrer.into_bytes());
        promises.referrers.push((format!("/v2/{}/referrers/{digest}", self.repository), its_digest));
        Ok(())
    }

    fn manifest(&self, http: &mut Http, path: &str, text: &str) -> io::Result<()> {
        let kind = [("Content-Type", "application/vnd.oci.image.manifest.v1+json")];
        let answer = http.send("PUT", path, &kind, text.as_bytes())?;
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        Ok(())
    }

    fn monolithic(
        &self,
        http: &mut Http,
        promises: &mut Promises,
        bytes: &[u8],
    ) -> io::Result<(String, usize)> {
        let begun = self.begin(http)?;
        let digest = Digest::of(Algorithm::Sha256, bytes).to_string();
        let answer = http.send("PUT", &format!("{begun}?digest={digest}"), &[], bytes)?;
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        promises.blobs.insert(format!("/v2/{}/blobs/{digest}", self.repository), bytes.len());
        Ok((digest, bytes.len()))
    }

    fn chunked(&self, http: &mut Http, promises: &mut Promises, bytes: &[u8]) -> io::Result<(String, usize)> {
        let begun = self.begin(http)?;
        promises.uploads.push((begun.clone(), 0, bytes.to_vec()));
        let half = bytes.len() / 2;
        let answer =
            http.send("PATCH", &begun, &[("Content-Range", &format!("0-{}", half - 1))], &bytes[..half])?;
        assert_eq!(answer.status, 202, "{}", String::from_utf8_lossy(&answer.body));
        promises.uploads.pop();
        promises.uploads.push((begun.clone(), half, bytes.to_vec()));
        let answer = http.send("PATCH", answer.location(), &[], &bytes[half..])?;
        assert_eq!(answer.status, 202, "{}", String::from_utf8_lossy(&answer.body));
        promises.uploads.pop();
        promises.uploads.push((begun.clone(), bytes.len(), bytes.to_vec()));
        let digest = Digest::of(Algorithm::Sha256, bytes).to_string();
        let closing = format!("{}?digest={digest}", answer.location());
        // Once it is sent, the session may be gone and the blob there, or the other way round.
        promises.uploads.pop();
        let answer = http.send("PUT", &closing, &[], b"")?;
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        promises.blobs.insert(format!("/v2/{}/blobs/{digest}", self.repository), bytes.len());
        Ok((digest, bytes.len()))
    }

    fn begin(&self, http: &mut Http) -> io::Result<String> {
        let answer = http.send("POST", &format!("/v2/{}/blobs/uploads/", self.repository), &[], b"")?;
        assert_eq!(answer.status, 202, "{}", String::from_utf8_lossy(&answer.body));
        Ok(answer.location().to_owned())
    }
}

fn image(config: &(String, usize), layer: &(String, usize), subject: Option<(&str, usize)>) -> String {
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let subject = subject.map_or_else(String::new, |(digest, size)| {
        format!(r#","subject":{{"mediaType":"{kind}","digest":"{digest}","size":{size}}}"#)
    });
    format!(
        r#"{{"schemaVersion":2,"mediaType":"{kind}",
        "config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{}","size":{}}},
        "layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{}","size":{}}}]{subject}}}"#,
        config.0, config.1, layer.0, layer.1
    )
}
