//! The checks, each with its id, its rule in one line, and the source of that.
//!
//! A check is a row of a table: [`check`] makes one of its id, profile, rule, source and an async function on a
//! [`Context`]. Where a rule has many cases, a loop makes one check of each.

mod clients;
mod content;
mod context;
mod failure;
mod malformed;
mod races;
mod repository;
mod spec;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub(crate) use content::Image;
pub(crate) use context::Context;
pub(crate) use failure::{Failure, Stop, Verdict, excerpt};
pub(crate) use repository::Repository;

/// How much of a registry is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// What the specification asks for with MUST and SHOULD.
    Core,
    /// Also what real clients need beyond it, what this project decided where it is silent, and how strictly malformed
    /// requests are answered.
    Full,
}

type Running = Pin<Box<dyn Future<Output = Verdict> + Send>>;

/// One check.
#[derive(Clone)]
pub struct Check {
    id: String,
    rule: String,
    source: &'static str,
    profile: Profile,
    run: Arc<dyn Fn(Context) -> Running + Send + Sync>,
}

impl Check {
    /// The name by which it is chosen and reported, such as `C-29.malformed.3`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What must hold, in one line.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Who says so.
    #[must_use]
    pub const fn source(&self) -> &'static str {
        self.source
    }

    /// The smallest profile that it is part of.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    pub(crate) fn run(&self, context: Context) -> Running {
        (self.run)(context)
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check").field("id", &self.id).field("profile", &self.profile).finish_non_exhaustive()
    }
}

/// Makes a check.
pub(crate) fn check<R, F>(
    id: impl Into<String>,
    profile: Profile,
    rule: impl Into<String>,
    source: &'static str,
    run: R,
) -> Check
where
    R: Fn(Context) -> F + Send + Sync + 'static,
    F: Future<Output = Verdict> + Send + 'static,
{
    let run = Arc::new(move |context| -> Running { Box::pin(run(context)) });
    Check { id: id.into(), rule: rule.into(), source, profile, run }
}

/// Every check there is, in the order in which they are reported.
pub(crate) fn all() -> Vec<Check> {
    [spec::checks(), clients::checks(), malformed::checks(), races::checks()].concat()
}
