//! A part of a content: `layer`, `layer[100..]`, `layer[..100]` or `layer[100..200]`.

#[derive(Debug, Clone)]
pub(crate) struct Slice {
    pub(crate) name: String,
    start: usize,
    end: Option<usize>,
}

impl Slice {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let Some((name, range)) = text.split_once('[') else {
            return Ok(Self { name: text.to_owned(), start: 0, end: None });
        };
        let bounds = range.strip_suffix(']').and_then(|range| range.split_once(".."));
        let (start, end) = bounds.ok_or_else(|| format!("no range in {text}"))?;
        let number = |text: &str| text.parse::<usize>().map_err(|error| format!("{text}: {error}"));
        let start = if start.is_empty() { 0 } else { number(start)? };
        let end = if end.is_empty() { None } else { Some(number(end)?) };
        Ok(Self { name: name.to_owned(), start, end })
    }

    /// The bytes that are meant.
    pub(crate) fn of<'a>(&self, bytes: &'a [u8]) -> Result<&'a [u8], String> {
        let end = self.end.unwrap_or(bytes.len());
        bytes.get(self.start..end).ok_or_else(|| format!("{} has no bytes {}..{end}", self.name, self.start))
    }
}
