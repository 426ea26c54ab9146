//! Small requests on many kept connections.
//!
//! One thread serves all connections through epoll: a thread per connection would spend more on switching than the server
//! spends on answering.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use crate::{
    Result,
    gate::{Done, Gate, Limit},
    http::Decoder,
    options::{Common, Request, Small},
    scenario::{Outcome, Unit, connect, fixture, measure},
    target::Target,
};

/// What clients say they take when they ask for a manifest.
const ACCEPT: &str = "Accept: application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json\r\n";
/// No answer takes so long, unless the server hangs.
const PATIENCE_MS: u16 = 30_000;

pub(super) fn run(options: &Small) -> Result<Outcome> {
    let common = &options.common;
    let repository = format!("bench/small-{}", options.tags);
    let (manifest, layer) = fixture::tagged_image(&mut connect(common)?, &repository, options.tags.max(1))?;
    let manifests = format!("/v2/{repository}/manifests");
    let tag = fixture::tag(options.tags / 2);
    let (name, load) = match options.request {
        Request::Tag => {
            let path = format!("{manifests}/{tag}");
            ("manifest GET by tag", Load::new(&common.url, "GET", &path, ACCEPT))
        }
        Request::Digest => {
            let path = format!("{manifests}/{}", manifest.digest);
            ("manifest GET by digest", Load::new(&common.url, "GET", &path, ACCEPT))
        }
        Request::Head => {
            let path = format!("{manifests}/{tag}");
            ("manifest HEAD by tag", Load::new(&common.url, "HEAD", &path, ACCEPT))
        }
        Request::Blob => {
            let path = format!("/v2/{repository}/blobs/{}", layer.digest);
            ("blob GET of 4 KiB", Load::get(&common.url, &path))
        }
    };
    let of = if options.tags > 1 { format!(" ({} tags)", options.tags) } else { String::new() };
    let case = format!("{name}{of}, {} connections", common.clients);
    load.warm_up(common)?;
    measure(common, case, Unit::Operations, |limit| load.run(common.clients, limit))
}

/// One request, sent again and again.
#[derive(Debug)]
pub(super) struct Load {
    target: Target,
    bytes: Vec<u8>,
    head: bool,
}

#[derive(Debug)]
struct Client {
    stream: TcpStream,
    decoder: Decoder,
    sent: Instant,
}

impl Load {
    fn new(target: &Target, method: &str, path: &str, headers: &str) -> Self {
        let host = &target.host;
        Self {
            target: target.clone(),
            bytes: format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n").into_bytes(),
            head: method == "HEAD",
        }
    }

    pub(super) fn get(target: &Target, path: &str) -> Self {
        Self::new(target, "GET", path, "")
    }

    /// A third of a second of the same, unless the run is to be cold.
    pub(super) fn warm_up(&self, common: &Common) -> Result<()> {
        if !common.cold {
            self.run(common.clients, Limit::Time(Duration::from_millis(300)))?;
        }
        Ok(())
    }

    /// Keeps every connection busy with one request at a time until the limit is reached.
    pub(super) fn run(&self, connections: usize, limit: Limit) -> Result<Done> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let mut clients = Vec::with_capacity(connections);
        for number in 0..connections {
            let stream = TcpStream::connect(self.target.address)?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            epoll.add(&stream, EpollEvent::new(EpollFlags::EPOLLIN, number as u64))?;
            clients.push(Client { stream, decoder: Decoder::new(), sent: Instant::now() });
        }
        let gate = Gate::new(limit);
        let (mut done, begin) = (Done::default(), Instant::now());
        let mut working = 0;
        for client in &mut clients {
            if gate.take() {
                self.send(client)?;
                working += 1;
            }
        }
        let mut events = vec![EpollEvent::empty(); connections.max(1)];
        let mut buffer = vec![0; 256 * 1024];
        while working > 0 {
            let ready = epoll.wait(&mut events, EpollTimeout::from(PATIENCE_MS))?;
            if ready == 0 {
                return Err("no answer for 30 s".into());
            }
            for event in &events[..ready] {
                let client = &mut clients[usize::try_from(event.data())?];
                if !receive(client, &mut buffer)? {
                    continue;
                }
                done.latencies.record(client.sent.elapsed());
                done.bytes += client.decoder.take().expect(200, "a small request")?.body;
                if gate.take() {
                    self.send(client)?;
                } else {
                    working -= 1;
                }
            }
        }
        done.elapsed = begin.elapsed();
        Ok(done)
    }

    /// A request of a few hundred bytes always fits into an empty socket buffer.
    fn send(&self, client: &mut Client) -> Result<()> {
        client.decoder.begin(self.head);
        client.sent = Instant::now();
        client.stream.write_all(&self.bytes)?;
        Ok(())
    }
}

/// Reads what is there; true once the answer is whole.
fn receive(client: &mut Client, buffer: &mut [u8]) -> Result<bool> {
    match client.stream.read(buffer) {
        Ok(0) => Err("the server closed a connection".into()),
        Ok(got) => {
            if client.decoder.feed(&buffer[..got])? != got {
                return Err("bytes behind the end of an answer".into());
            }
            Ok(client.decoder.is_done())
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
        Err(error) => Err(error.into()),
    }
}
