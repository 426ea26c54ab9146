//! Query parameters.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::RouteError;

/// Which part of a listing a request asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PageQuery {
    /// At most this many entries (`n`), where the client said so. Numbers that do not fit are the largest that does.
    pub n: Option<usize>,
    /// Only entries behind this one (`last`); it need not exist.
    pub last: Option<String>,
}

/// Which part of a log a request asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct EventQuery {
    /// Where to begin (`after`), where the client said so.
    pub after: Option<After>,
    /// At most this many events in this answer (`n`), where the client said so.
    pub n: Option<usize>,
    /// Whether the answer goes on with what happens later (`follow`), where the client said so.
    pub follow: Option<bool>,
    /// Whether events of documents, which the registry keeps for itself, are wanted too (`internal`).
    pub internal: bool,
}

/// Where in a log to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)]
pub enum After {
    /// Behind the event with this number; 0 is before the first.
    Seq(u64),
    /// Behind whatever is the newest event now (`latest`).
    Latest,
}

/// Which part of a tag's history a request asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct HistoryQuery {
    /// At most this many entries (`n`), where the client said so.
    pub n: Option<usize>,
    /// Only entries with numbers below this one (`before`), where the client said so.
    pub before: Option<u64>,
}

/// The query of a request. A plus sign is a plus sign (RFC 3986): media types have it, and nothing here has spaces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    pub(super) fn new(query: Option<&'a str>) -> Self {
        Self(query.unwrap_or_default())
    }

    /// Every value of a parameter, in order.
    pub(super) fn all(
        self,
        name: &'static str,
    ) -> impl Iterator<Item = Result<Cow<'a, str>, RouteError>> + use<'a> {
        self.0.split('&').filter_map(move |pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let same = key == name || percent_decode_str(key).decode_utf8().is_ok_and(|key| key == name);
            let decoded = || percent_decode_str(value).decode_utf8();
            same.then(|| decoded().map_err(|_| RouteError::Parameter { name, reason: "it is no UTF-8" }))
        })
    }

    /// The value of a parameter that may be given once; once more with the same value does no harm.
    pub(super) fn one(self, name: &'static str) -> Result<Option<Cow<'a, str>>, RouteError> {
        let mut values = self.all(name);
        let Some(first) = values.next().transpose()? else { return Ok(None) };
        for other in values {
            if other? != first {
                return Err(RouteError::Parameter { name, reason: "it is given twice" });
            }
        }
        Ok(Some(first))
    }

    /// As [`one`](Self::one), with nothing for an empty value.
    pub(super) fn filled(self, name: &'static str) -> Result<Option<Cow<'a, str>>, RouteError> {
        Ok(self.one(name)?.filter(|value| !value.is_empty()))
    }

    /// A number of decimal digits; one that does not fit is the largest that does.
    pub(super) fn number(self, name: &'static str) -> Result<Option<usize>, RouteError> {
        Ok(self.long(name)?.map(|number| usize::try_from(number).unwrap_or(usize::MAX)))
    }

    /// As [`number`](Self::number), with 64 bits everywhere.
    pub(super) fn long(self, name: &'static str) -> Result<Option<u64>, RouteError> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(RouteError::Parameter { name, reason: "it is no number" });
        }
        Ok(Some(text.parse().unwrap_or(u64::MAX)))
    }

    /// Yes or no; the mere name means yes.
    pub(super) fn switch(self, name: &'static str) -> Result<Option<bool>, RouteError> {
        match self.one(name)?.as_deref() {
            None => Ok(None),
            Some("" | "true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(RouteError::Parameter { name, reason: "it is neither true nor false" }),
        }
    }

    pub(super) fn events(self) -> Result<EventQuery, RouteError> {
        let latest = self.one("after")?.is_some_and(|text| text == "latest");
        let after = if latest { Some(After::Latest) } else { self.long("after")?.map(After::Seq) };
        let n = self.number("n")?;
        let (follow, internal) = (self.switch("follow")?, self.switch("internal")?.unwrap_or(false));
        Ok(EventQuery { after, n, follow, internal })
    }

    pub(super) fn history(self) -> Result<HistoryQuery, RouteError> {
        Ok(HistoryQuery { n: self.number("n")?, before: self.long("before")? })
    }

    pub(super) fn page(self) -> Result<PageQuery, RouteError> {
        Ok(PageQuery { n: self.number("n")?, last: self.filled("last")?.map(Cow::into_owned) })
    }
}
