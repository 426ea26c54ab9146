//! Upload sessions.

use registry_core::{Algorithm, Digest};

use super::{Answer, Reference, Session};
use crate::model::operation::{Announced, Sent};

/// What is left of a body.
enum Body {
    Whole,
    Broken,
}

impl Reference {
    pub(super) fn start(&mut self, repository: &'static str, algorithm: Option<Algorithm>) -> Answer {
        let algorithm = algorithm.unwrap_or(Algorithm::Sha256);
        self.sessions.push(Some(Session { repository, algorithm, content: Vec::new() }));
        Ok("at 0".to_owned())
    }

    /// The place of a session in the list, counted from the newest.
    pub(in crate::model) fn place_of(&self, session: usize) -> Option<usize> {
        self.sessions.len().checked_sub(session + 1)
    }

    /// The session, if it is one of this repository and still going on.
    pub(in crate::model) fn session(&self, repository: &str, session: usize) -> Option<&Session> {
        let session = self.sessions[self.place_of(session)?].as_ref()?;
        (session.repository == repository).then_some(session)
    }

    fn going_on(&self, repository: &str, session: usize) -> Result<(usize, &Session), String> {
        let found = self.place_of(session).zip(self.session(repository, session));
        found.ok_or_else(|| "upload unknown".to_owned())
    }

    pub(super) fn append(&mut self, repository: &str, session: usize, sent: &Sent) -> Answer {
        let (place, at) = self.going_on(repository, session)?;
        let body = judge(sent, at.content.len() as u64)?;
        let session = self.sessions[place].as_mut().unwrap();
        session.content.extend_from_slice(&sent.content);
        match body {
            Body::Whole => Ok(format!("at {}", session.content.len())),
            Body::Broken => Err("interrupted".to_owned()),
        }
    }

    pub(super) fn finish(
        &mut self,
        repository: &'static str,
        session: usize,
        sent: &Sent,
        announced: &Announced,
    ) -> Answer {
        let (place, at) = self.going_on(repository, session)?;
        if let Body::Broken = judge(sent, at.content.len() as u64)? {
            return Err("interrupted".to_owned());
        }
        let content = [at.content.as_slice(), &sent.content].concat();
        let digest = announced.digest(&content);
        // An algorithm that was not computed from the start can only be tried once.
        let only_try = !at.content.is_empty() && at.algorithm != digest.algorithm();
        let verified = verified(digest, &content);
        if verified.is_ok() || only_try {
            self.sessions[place] = None;
        }
        verified?;
        self.store(repository, digest, content)
    }

    pub(super) fn cancel(&mut self, repository: &str, session: usize) -> Answer {
        let (place, _) = self.going_on(repository, session)?;
        self.sessions[place] = None;
        Ok("cancelled".to_owned())
    }

    pub(super) fn put_blob(
        &mut self,
        repository: &'static str,
        sent: &Sent,
        announced: &Announced,
    ) -> Answer {
        let unranged = Sent { range: None, ..sent.clone() };
        if let Body::Broken = judge(&unranged, 0)? {
            return Err("interrupted".to_owned());
        }
        let digest = announced.digest(&sent.content);
        verified(digest, &sent.content)?;
        self.store(repository, digest, sent.content.clone())
    }
}

fn verified(digest: Digest, content: &[u8]) -> Result<(), String> {
    let actual = Digest::of(digest.algorithm(), content);
    if actual == digest { Ok(()) } else { Err(format!("digest is {actual} and not {digest}")) }
}

/// Whether the body is taken by an upload of so many bytes.
fn judge(sent: &Sent, offset: u64) -> Result<Body, String> {
    let came = sent.content.len() as u64;
    let (range, length) = sent.said(offset);
    let wrong = |said: u64| Err(format!("size is not {said}"));
    if let Some((first, said)) = range {
        if first != offset {
            return Err(format!("out of order at {offset}"));
        }
        if length.is_some_and(|length| length != said) {
            return wrong(said);
        }
    }
    let said = range.map(|(_, said)| said).or(length);
    match said {
        Some(said) if came > said => wrong(said),
        Some(said) if came < said && !sent.broken => wrong(said),
        _ if sent.broken => Ok(Body::Broken),
        _ => Ok(Body::Whole),
    }
}
