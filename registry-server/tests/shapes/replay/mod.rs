//! Playing a fixture against a registry.

mod check;
mod given;
mod request;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::script::{Contents, Line, Request, Response, Script, Step, parse};
use crate::server::Running;
use crate::wire::{Connection, client_hello};

/// Plays the text of a fixture against a new registry.
///
/// # Errors
/// Tells in which line the registry and the fixture differ, or what is wrong with the fixture.
pub(crate) fn replay(text: &str) -> Result<(), String> {
    let Script { contents, given, steps } = parse(text)?;
    let running = Running::start();
    given::put(running.address, &given, &contents)?;
    let mut player = Player {
        address: running.address,
        contents,
        connections: BTreeMap::new(),
        current: "1".to_owned(),
        checked: 0,
    };
    player.contents.keep("host", &running.address.to_string());
    for (line, step) in &steps {
        player.step(*line, step)?;
    }
    if player.checked == 0 {
        return Err("the fixture expects nothing".to_owned());
    }
    for (name, connection) in player.connections {
        connection.end().map_err(|error| format!("connection {name}: {error}"))?;
    }
    Ok(())
}

struct Player {
    address: SocketAddr,
    contents: Contents,
    connections: BTreeMap<String, Connection>,
    current: String,
    checked: usize,
}

impl Player {
    fn step(&mut self, line: Line, step: &Step) -> Result<(), String> {
        let at = |error: String| format!("line {line}: {error}");
        match step {
            Step::Connection(name) => {
                self.current.clone_from(name);
                Ok(())
            }
            Step::Hello => self.send("TLS", &client_hello(), true).map_err(at),
            Step::Send(request) => self.request(request).map_err(at),
            // Its own checks know the lines.
            Step::Expect(response) => self.expect(line, response),
        }
    }

    fn request(&mut self, request: &Request) -> Result<(), String> {
        let bytes = request::bytes(request, &self.contents)?;
        let close =
            |(name, value): &(String, String)| name.eq_ignore_ascii_case("connection") && value == "close";
        let close = request.headers.iter().any(close);
        self.send(&request.method, &bytes, close)
    }

    fn send(&mut self, method: &str, bytes: &[u8], close: bool) -> Result<(), String> {
        let connection = match self.connections.remove(&self.current) {
            Some(connection) if connection.is_over() => {
                connection.end()?;
                None
            }
            kept => kept,
        };
        let connection = connection.map_or_else(|| Connection::to(self.address), Ok);
        let mut connection = connection.map_err(|error| format!("connecting: {error}"))?;
        let sent = connection.send(method, bytes, close).map_err(|error| format!("sending: {error}"));
        self.connections.insert(self.current.clone(), connection);
        sent
    }

    fn expect(&mut self, line: Line, response: &Response) -> Result<(), String> {
        let connection = self.connections.get_mut(&self.current);
        let answer = connection
            .ok_or_else(|| format!("line {line}: nothing was asked on connection {}", self.current))?
            .read()
            .map_err(|error| format!("line {line}: reading the answer: {error}"))?;
        self.checked += 1;
        check::answer(line, response, &answer, &mut self.contents)
            .map_err(|error| format!("{error}\nthe answer: {} {:?}", answer.status, answer.headers))
    }
}
