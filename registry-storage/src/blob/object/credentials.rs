//! Who asks.

use std::fmt;
use std::path::Path;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};

use crate::{Error, Result};

/// Credentials of a service that speaks S3. Secrets are not printed by `Debug`.
#[derive(Clone)]
pub struct Credentials {
    source: &'static str,
    settings: Vec<(AmazonS3ConfigKey, String)>,
}

/// What [`Credentials::environment`] looks at.
const VARIABLES: [&str; 12] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_ENDPOINT_URL_STS",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_METADATA_ENDPOINT",
    "AWS_IMDSV1_FALLBACK",
];

impl Credentials {
    /// An access key and its secret.
    #[must_use]
    pub fn key(id: impl Into<String>, secret: impl Into<String>) -> Self {
        let settings = vec![
            (AmazonS3ConfigKey::AccessKeyId, id.into()),
            (AmazonS3ConfigKey::SecretAccessKey, secret.into()),
        ];
        Self { source: "key", settings }
    }

    /// A temporary key with its token.
    #[must_use]
    pub fn session(id: impl Into<String>, secret: impl Into<String>, token: impl Into<String>) -> Self {
        let mut credentials = Self::key(id, secret);
        credentials.settings.push((AmazonS3ConfigKey::Token, token.into()));
        Self { source: "session", ..credentials }
    }

    /// None: requests are not signed.
    #[must_use]
    pub fn anonymous() -> Self {
        Self { source: "anonymous", settings: vec![(AmazonS3ConfigKey::SkipSignature, "true".to_owned())] }
    }

    /// The role of the machine, asked from its metadata service (IMDSv2).
    #[must_use]
    pub const fn machine() -> Self {
        Self { source: "machine", settings: Vec::new() }
    }

    /// The role that a token in a file stands for (`AssumeRoleWithWebIdentity`); the file is read again whenever the
    /// credentials expire.
    #[must_use]
    pub fn web_identity(token_file: impl Into<String>, role: impl Into<String>) -> Self {
        let settings = vec![
            (AmazonS3ConfigKey::WebIdentityTokenFile, token_file.into()),
            (AmazonS3ConfigKey::RoleArn, role.into()),
        ];
        Self { source: "web identity", settings }
    }

    /// What the environment says, read now: a key, a web identity, the role of a container, or else that of the
    /// machine, by the variables that Amazon's tools use (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
    /// `AWS_SESSION_TOKEN`, `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_ARN`, `AWS_ROLE_SESSION_NAME`,
    /// `AWS_ENDPOINT_URL_STS`, `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`, `AWS_CONTAINER_CREDENTIALS_FULL_URI`,
    /// `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`, `AWS_METADATA_ENDPOINT`, `AWS_IMDSV1_FALLBACK`). It is the only place
    /// of this crate that looks at the environment.
    #[must_use]
    pub fn environment() -> Self {
        let settings = VARIABLES.iter().filter_map(|name| {
            let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
            Some((name.to_ascii_lowercase().parse().ok()?, value))
        });
        Self { source: "environment", settings: settings.collect() }
    }

    /// A profile of a file of credentials as Amazon's tools write it (`[name]`, `aws_access_key_id = …`), read now.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the file has no such profile with a key; when it cannot be read.
    pub fn file(file: impl AsRef<Path>, profile: &str) -> Result<Self> {
        let text = std::fs::read_to_string(file).map_err(|error| Error::io("read credentials", error))?;
        Self::parse(&text, profile)
    }

    fn parse(text: &str, profile: &str) -> Result<Self> {
        let mut within = false;
        let mut values = [const { String::new() }; 3];
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                within = name.trim() == profile;
            } else if let (true, Some((key, value))) = (within, line.split_once('=')) {
                let names = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];
                if let Some(at) = names.iter().position(|name| *name == key.trim()) {
                    value.trim().clone_into(&mut values[at]);
                }
            }
        }
        let [id, secret, token] = values;
        match (id.is_empty() || secret.is_empty(), token.is_empty()) {
            (true, _) => Err(Error::Invalid { reason: "the file of credentials has no key in this profile" }),
            (false, true) => Ok(Self::key(id, secret)),
            (false, false) => Ok(Self::session(id, secret, token)),
        }
    }

    pub(super) fn is_anonymous(&self) -> bool {
        self.source == "anonymous"
    }

    pub(super) fn apply(&self, builder: AmazonS3Builder) -> AmazonS3Builder {
        self.settings.iter().fold(builder, |builder, (key, value)| builder.with_config(*key, value))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("source", &self.source).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_found_and_no_secret_is_printed() {
        let text = "# note\n[default]\naws_access_key_id = one\naws_secret_access_key=hidden=\n\n[ two ]\n\
                    aws_access_key_id=id\naws_secret_access_key=also\naws_session_token = token\n[none]\nregion=x\n";
        let one = Credentials::parse(text, "default").unwrap();
        assert_eq!(one.settings[1].1, "hidden=");
        assert_eq!(Credentials::parse(text, "two").unwrap().settings.len(), 3);
        for missing in ["none", "other", ""] {
            assert!(Credentials::parse(text, missing).is_err(), "{missing}");
        }
        assert!(!format!("{one:?}").contains("hidden"));
    }

    #[test]
    fn every_variable_is_one_that_the_library_knows() {
        for name in VARIABLES {
            assert!(name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>().is_ok(), "{name}");
        }
    }
}
