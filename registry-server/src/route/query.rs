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
        let Some(text) = self.one(name)? else { return Ok(None) };
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(RouteError::Parameter { name, reason: "it is no number" });
        }
        Ok(Some(text.parse().unwrap_or(usize::MAX)))
    }

    pub(super) fn page(self) -> Result<PageQuery, RouteError> {
        Ok(PageQuery { n: self.number("n")?, last: self.filled("last")?.map(Cow::into_owned) })
    }
}
