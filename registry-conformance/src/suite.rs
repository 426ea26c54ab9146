//! Running the checks.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;
use tokio::time::timeout;

use crate::check::{self, Check, Context, Failure, Profile, Stop};
use crate::client::{Client, Credentials, Dialer, Trust, Url};
use crate::report::{Outcome, Report, ReportEntry};
use crate::{Error, Result};

/// How long one check may take.
const LONGEST: Duration = Duration::from_secs(120);

/// Every check of this profile, in the order in which they are reported.
#[must_use]
pub fn checks(profile: Profile) -> Vec<Check> {
    check::all().into_iter().filter(|check| check.profile() <= profile).collect()
}

/// The checks to run, and the registry to run them against.
///
/// The registry must let whoever asks pull, push and delete. Everything happens in repositories below
/// `conformance/<random>`, and what was pushed is deleted again as far as the registry lets it.
///
/// ```no_run
/// # async fn run() -> registry_conformance::Result<()> {
/// use registry_conformance::{Profile, Suite};
///
/// let report = Suite::new("http://127.0.0.1:5000")?.profile(Profile::Core).run().await?;
/// assert!(report.is_clean(), "{report}");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Suite {
    url: Url,
    credentials: Option<Credentials>,
    trust: Trust,
    profile: Profile,
    only: Vec<String>,
    concurrency: usize,
    tidy: bool,
    keep: bool,
}

impl Suite {
    /// All checks of [`Profile::Full`], against the registry at `url`: `http://HOST[:PORT]`, or, with the feature
    /// `tls`, `https://HOST[:PORT]`.
    ///
    /// With TLS the certificate of the registry must be one of the platform's roots, or of
    /// [`roots`](Self::roots), and the program must have chosen the default provider of `rustls`.
    ///
    /// # Errors
    /// [`Error::Url`] when it is no such address.
    pub fn new(url: &str) -> Result<Self> {
        let (url, credentials, trust) = (Url::parse(url)?, None, Trust::default());
        let (profile, only) = (Profile::Full, Vec::new());
        Ok(Self { url, credentials, trust, profile, only, concurrency: 8, tidy: true, keep: true })
    }

    /// Further roots that the certificate of the registry may come from, in PEM. Said again: these too.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use registry_conformance::Suite;
    ///
    /// rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    /// let suite = Suite::new("https://registry.example")?.roots(&std::fs::read("ca.pem")?)?;
    /// let report = suite.credentials("ci", "secret")?.run().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Certificate`] when there is no certificate, or one that cannot be read.
    #[cfg(feature = "tls")]
    pub fn roots(self, pem: &[u8]) -> Result<Self> {
        Ok(Self { trust: self.trust.and(pem)?, ..self })
    }

    /// Takes whatever certificate the registry, and whoever gives tokens for it, shows: anybody in between can read and
    /// change everything, passwords too. For a registry that is made up for a test.
    #[cfg(feature = "tls")]
    pub fn insecure_any_certificate(self) -> Self {
        Self { trust: self.trust.anybody(), ..self }
    }

    /// Who asks, by name and password. They go with every request (RFC 7617), and into no report. Where the registry
    /// answers that it wants a token (`Bearer`), they go to whom it names for tokens instead, and the token goes with
    /// requests.
    ///
    /// # Errors
    /// [`Error::Credentials`] when the name holds a colon.
    pub fn credentials(self, user: &str, password: &str) -> Result<Self> {
        let credentials = Credentials::basic(user, password);
        let credentials = credentials.ok_or(Error::Credentials { reason: "a name has no colon" })?;
        Ok(Self { credentials: Some(credentials), ..self })
    }

    /// Only the checks of this profile.
    pub fn profile(self, profile: Profile) -> Self {
        Self { profile, ..self }
    }

    /// Only this check, or, with a dot at its end, those whose id begins so. Said again: these too.
    pub fn only(mut self, id: impl Into<String>) -> Self {
        self.only.push(id.into());
        self
    }

    /// How many checks run at once: 8 unless said otherwise. At least one. Some checks send up to 32 requests at once.
    pub fn concurrency(self, checks: usize) -> Self {
        Self { concurrency: checks.max(1), ..self }
    }

    /// Whether what was pushed is deleted again: yes unless said otherwise. It takes a good part of the time, and a
    /// registry that is thrown away afterwards does not need it.
    pub fn tidy(self, tidy: bool) -> Self {
        Self { tidy, ..self }
    }

    /// Whether requests go out on connections that were used before: yes unless said otherwise. Behind a balancer of
    /// connections each request must have one of its own to reach any replica.
    ///
    /// Checks of what happens on one connection use one either way.
    pub fn keep_alive(self, keep: bool) -> Self {
        Self { keep, ..self }
    }

    /// Runs the checks.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when nothing answers at the address, [`Error::Tls`] when TLS cannot be spoken, and
    /// [`Error::NoSuchCheck`] when a check was asked for that does not exist. That a registry fails checks is no error.
    ///
    /// # Cancel safety
    /// Dropping the future ends the run; what was pushed by then stays.
    pub async fn run(&self) -> Result<Report> {
        let checks = self.chosen()?;
        let dialer = Dialer::new(self.trust.clone());
        dialer.prepare(&self.url).map_err(|reason| Error::Tls { reason })?;
        let client = Client::new(self.url.clone(), dialer, self.credentials.clone(), self.keep);
        reach(&client).await?;
        let began = Instant::now();
        let run = random();
        let running = checks.into_iter().enumerate().map(|(number, check)| {
            let context = Context::new(client.clone(), format!("conformance/{run}/{number}"));
            let entry = run_one(check, context, self.tidy);
            async move { (number, entry.await) }
        });
        let mut entries: Vec<_> = stream::iter(running).buffer_unordered(self.concurrency).collect().await;
        entries.sort_by_key(|(number, _)| *number);
        let entries = entries.into_iter().map(|(_, entry)| entry).collect();
        Ok(Report::new(self.url.to_string(), self.profile, entries, began.elapsed()))
    }

    fn chosen(&self) -> Result<Vec<Check>> {
        let mut checks = checks(self.profile);
        let names = |only: &str, id: &str| id == only || (only.ends_with('.') && id.starts_with(only));
        for only in &self.only {
            if !checks.iter().any(|check| names(only, check.id())) {
                return Err(Error::NoSuchCheck { input: only.clone() });
            }
        }
        checks.retain(|check| self.only.is_empty() || self.only.iter().any(|only| names(only, check.id())));
        Ok(checks)
    }
}

/// Whether anything answers at all; what it answers is the checks' affair.
async fn reach(client: &Client) -> Result<()> {
    client.connect().await.map(drop).map_err(|stop| Error::Unreachable {
        reason: match stop {
            Stop::Failed(failure) => failure.seen,
            Stop::Skipped(reason) => reason,
        },
    })
}

async fn run_one(check: Check, context: Context, tidy: bool) -> ReportEntry {
    let began = Instant::now();
    let verdict = timeout(LONGEST, check.run(context.clone())).await;
    let verdict = verdict.unwrap_or_else(|_| Err(Failure::new("an end", "the check took too long").into()));
    let took = began.elapsed();
    if tidy {
        context.tidy().await;
    }
    ReportEntry::new(&check, Outcome::from(verdict), took)
}

/// Text that no other run has.
fn random() -> String {
    let number = getrandom::u32().unwrap_or_else(|_| std::process::id());
    format!("{number:08x}")
}
