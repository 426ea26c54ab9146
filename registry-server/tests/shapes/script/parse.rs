//! Reading a fixture.

use super::content::noise;
use super::{Body, Contents, Given, Header, Held, Line, Place, Request, Response, Script, Slice, Step};

/// Reads a fixture; an error names the line.
pub(crate) fn parse(text: &str) -> Result<Script, String> {
    let mut reader = Reader {
        script: Script { contents: Contents::default(), given: Vec::new(), steps: Vec::new() },
        open: Open::Nothing,
    };
    let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    while let Some((number, line)) = lines.next() {
        let mut whole = line.to_owned();
        if line.starts_with("let ") && line.ends_with('{') {
            for (_, more) in lines.by_ref() {
                whole.push('\n');
                whole.push_str(more);
                if more == "}" {
                    break;
                }
            }
        }
        reader.line(number, &whole).map_err(|error| format!("line {number}: {error}"))?;
    }
    Ok(reader.script)
}

struct Reader {
    script: Script,
    open: Open,
}

/// What the next line may go on with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Request,
    Response,
}

impl Reader {
    fn line(&mut self, number: Line, line: &str) -> Result<(), String> {
        if line.is_empty() || line.starts_with('#') {
            self.open = Open::Nothing;
            return Ok(());
        }
        let (word, rest) = line.split_once(' ').ok_or_else(|| format!("a lonely word: {line}"))?;
        match word {
            ">" => self.request(number, rest),
            ">>" => self.sent_body(rest),
            "<" => self.response(number, rest),
            "<<" => self.expected_body(number, rest),
            "let" => self.content(rest),
            "given" => self.given(rest),
            "connection" => self.step(number, Step::Connection(rest.to_owned()), Open::Nothing),
            _ => Err(format!("no line begins with {word}")),
        }
    }

    fn step(&mut self, number: Line, step: Step, open: Open) -> Result<(), String> {
        self.script.steps.push((number, step));
        self.open = open;
        Ok(())
    }

    fn request(&mut self, number: Line, rest: &str) -> Result<(), String> {
        if self.open == Open::Request {
            let (name, value) = rest.split_once(": ").ok_or_else(|| format!("no header: {rest}"))?;
            self.last_request()?.headers.push((name.to_owned(), value.to_owned()));
            return Ok(());
        }
        let words: Vec<&str> = rest.split(' ').collect();
        let (method, target, added) = match words.as_slice() {
            ["TLS"] => return self.step(number, Step::Hello, Open::Nothing),
            [method, target] => (method, target, None),
            [method, target, "and", added] => (method, target, Some((Place::Behind, (*added).to_owned()))),
            [method, target, "after", added] => (method, target, Some((Place::InFront, (*added).to_owned()))),
            _ => return Err(format!("no request: {rest}")),
        };
        if !target.starts_with(['/', '{']) {
            return Err(format!("no request: {rest}"));
        }
        let request = Request {
            method: (*method).to_owned(),
            target: (*target).to_owned(),
            added,
            ..Request::default()
        };
        self.step(number, Step::Send(request), Open::Request)
    }

    fn sent_body(&mut self, rest: &str) -> Result<(), String> {
        let slice = Slice::parse(rest)?;
        self.last_request()?.body.push(slice);
        Ok(())
    }

    fn response(&mut self, number: Line, rest: &str) -> Result<(), String> {
        if let Ok(status) = rest.parse() {
            let response = Response { status, ..Response::default() };
            return self.step(number, Step::Expect(response), Open::Response);
        }
        let header = if let Some((name, value)) = rest.split_once(": ") {
            Header::Is(name.to_owned(), value.to_owned())
        } else if let Some((name, kept)) = rest.split_once(" -> ") {
            Header::Kept(name.to_owned(), kept.to_owned())
        } else if let Some(name) = rest.strip_prefix("no ") {
            Header::Absent(name.to_owned())
        } else {
            return Err(format!("neither a status nor a header: {rest}"));
        };
        self.last_response()?.headers.push((number, header));
        Ok(())
    }

    fn expected_body(&mut self, number: Line, rest: &str) -> Result<(), String> {
        let body = match rest.split_once(' ') {
            _ if rest.starts_with('{') => Body::Json(rest.to_owned()),
            None => Body::Slice(Slice::parse(rest)?),
            Some(("error", codes)) => Body::Error(codes.split(' ').map(str::to_owned).collect()),
            Some(("parts", of)) => parts(of)?,
            Some(("tags", of)) => {
                let (repository, tags) = of.split_once(' ').ok_or("no tags")?;
                Body::Tags(repository.to_owned(), tags_of(tags)?)
            }
            Some(_) => return Err(format!("no body: {rest}")),
        };
        self.last_response()?.body = Some((number, body));
        Ok(())
    }

    /// `NAME = 300 bytes`, or a text that begins with a brace.
    fn content(&mut self, rest: &str) -> Result<(), String> {
        let (name, what) = rest.split_once(" = ").ok_or("no content")?;
        let bytes = match what.strip_suffix(" bytes") {
            Some(length) => noise(name, length.parse().map_err(|error| format!("{length}: {error}"))?),
            None if what.starts_with('{') => self.script.contents.replace(what)?.into_bytes(),
            None => return Err(format!("neither bytes nor JSON: {what}")),
        };
        self.script.contents.add(name, bytes)
    }

    /// `REPOSITORY has NAME, NAME`, `REPOSITORY:TAG is NAME` or `REPOSITORY:t000..t149 is NAME`.
    fn given(&mut self, rest: &str) -> Result<(), String> {
        let (repository, what) = if let Some((repository, names)) = rest.split_once(" has ") {
            (repository, Held::Contents(names.split(", ").map(str::to_owned).collect()))
        } else {
            let (place, name) = rest.split_once(" is ").ok_or("neither `has` nor `is`")?;
            let (repository, tags) = place.split_once(':').ok_or("no tag")?;
            (repository, Held::Tags(tags_of(tags)?, name.to_owned()))
        };
        self.script.given.push(Given { repository: repository.to_owned(), what });
        Ok(())
    }

    fn last_request(&mut self) -> Result<&mut Request, String> {
        match self.script.steps.last_mut() {
            Some((_, Step::Send(request))) if self.open == Open::Request => Ok(request),
            _ => Err("there is no request to go on with".to_owned()),
        }
    }

    fn last_response(&mut self) -> Result<&mut Response, String> {
        match self.script.steps.last_mut() {
            Some((_, Step::Expect(response))) if self.open == Open::Response => Ok(response),
            _ => Err("there is no response to go on with".to_owned()),
        }
    }
}

/// `layer 0-99 200-299`
fn parts(text: &str) -> Result<Body, String> {
    let (name, ranges) = text.split_once(' ').ok_or("no ranges")?;
    let range = |text: &str| {
        let (first, last) = text.split_once('-')?;
        Some((first.parse().ok()?, last.parse().ok()?))
    };
    let ranges = ranges.split(' ').map(|text| range(text).ok_or_else(|| format!("no range: {text}")));
    Ok(Body::Parts(name.to_owned(), ranges.collect::<Result<_, _>>()?))
}

/// One tag, or all of `t000..t149`.
fn tags_of(text: &str) -> Result<Vec<String>, String> {
    let Some((first, last)) = text.split_once("..") else {
        return Ok(vec![text.to_owned()]);
    };
    let stem = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let width = first.len() - stem.len();
    let number = |text: &str| text[stem.len()..].parse::<usize>().map_err(|error| format!("{text}: {error}"));
    Ok((number(first)?..=number(last)?).map(|n| format!("{stem}{n:0width$}")).collect())
}
