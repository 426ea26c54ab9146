//! The kinds of work, and how each is measured.

mod fixture;
mod image;
mod list;
mod mixed;
mod pull;
mod push;
mod small;

use std::time::Duration;

use crate::{
    Result,
    gate::{Done, Limit, drive},
    http::Connection,
    options::{Common, Scenario},
    process::Process,
};

/// What a rate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Megabytes (10^6) of blob; processor seconds per 10^9 bytes.
    Bytes,
    /// Operations; processor microseconds of each.
    Operations,
}

/// The figures of one run.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) case: String,
    pub(crate) unit: Unit,
    pub(crate) done: Done,
    /// Processor time of the server.
    pub(crate) cpu: Option<Duration>,
    /// Processor time of this program.
    pub(crate) own_cpu: Duration,
    /// Most resident memory of the server, in bytes.
    pub(crate) peak: Option<u64>,
}

/// Prepares the registry, warms it up and measures.
pub(crate) fn run(scenario: &Scenario) -> Result<Outcome> {
    match scenario {
        Scenario::Pull(own) => pull::run(own),
        Scenario::Push(own) => push::run(own),
        Scenario::Small(own) => small::run(own),
        Scenario::Image(own) => image::run(own),
        Scenario::List(own) => list::run(own),
        Scenario::Mixed(own) => mixed::run(own),
    }
}

/// Takes the readings before and after `work`.
fn measure(
    common: &Common,
    case: String,
    unit: Unit,
    work: impl FnOnce(Limit) -> Result<Done>,
) -> Result<Outcome> {
    let own = Process(std::process::id());
    let server = common.pid.map(Process);
    if let Some(server) = server {
        server.forget_peak();
    }
    let own_before = own.cpu()?;
    let before = server.map(Process::cpu).transpose()?;
    let done = work(common.limit())?;
    let after = server.map(Process::cpu).transpose()?;
    Ok(Outcome {
        case: common.case.clone().unwrap_or(case),
        unit,
        cpu: after.zip(before).map(|(after, before)| after.saturating_sub(before)),
        own_cpu: own.cpu()?.saturating_sub(own_before),
        peak: server.map(Process::peak_memory).transpose()?,
        done,
    })
}

/// Runs `operation` once per client unmeasured, unless the run is to be cold, then measures it.
fn measure_clients<C: Send>(
    common: &Common,
    case: String,
    unit: Unit,
    client: impl Fn(usize) -> Result<C>,
    operation: impl Fn(&mut C) -> Result<u64> + Sync,
) -> Result<Outcome> {
    let clients = || (0..common.clients).map(&client).collect::<Result<Vec<C>>>();
    if !common.cold {
        drive(clients()?, Limit::Count(common.clients as u64), &operation)?;
    }
    let clients = clients()?;
    measure(common, case, unit, |limit| drive(clients, limit, &operation))
}

fn connect(common: &Common) -> Result<Connection> {
    Connection::open(&common.url, common.reading())
}

/// `1 client` or `4 clients`.
fn clients(count: usize) -> String {
    match count {
        1 => "1 client".to_owned(),
        _ => format!("{count} clients"),
    }
}
