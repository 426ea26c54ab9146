//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{gate::Limit, http::Reading, size::Size, target::Target};

/// Drives a container registry on a loopback address and says how fast it is and what it costs.
#[derive(Debug, Parser)]
#[command(name = "load", version)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Makes a Markdown table of medians from the samples of many runs.
    Table(Table),
    #[command(flatten)]
    Run(Scenario),
}

/// One kind of work to load a registry with.
#[derive(Debug, Subcommand)]
pub(crate) enum Scenario {
    /// Downloads one blob over and over.
    Pull(Pull),
    /// Uploads blobs that are all different.
    Push(Push),
    /// Small requests on kept connections, all driven by one thread.
    Small(Small),
    /// Pushes images as docker does: each layer asked for, then uploaded, then the config and the manifest.
    Image(Image),
    /// Lists a page of tags.
    List(List),
    /// As many clients that push as clients that pull, all at once.
    Mixed(Mixed),
}

impl Scenario {
    pub(crate) fn common(&self) -> &Common {
        match self {
            Self::Pull(own) => &own.common,
            Self::Push(own) => &own.common,
            Self::Small(own) => &own.common,
            Self::Image(own) => &own.common,
            Self::List(own) => &own.common,
            Self::Mixed(own) => &own.common,
        }
    }
}

/// What every scenario needs to know.
#[derive(Args, Debug)]
pub(crate) struct Common {
    /// The registry, such as http://127.0.0.1:5000; only loopback addresses are taken.
    #[arg(long)]
    pub(crate) url: Target,
    /// What the rows call the registry.
    #[arg(long, default_value = "registry")]
    pub(crate) server: String,
    /// What the rows call this case, in place of a description made from the options.
    #[arg(long)]
    pub(crate) case: Option<String>,
    /// The server's process: without it no processor time and no memory is reported.
    #[arg(long)]
    pub(crate) pid: Option<u32>,
    /// Connections that work at the same time.
    #[arg(long, default_value_t = 1)]
    pub(crate) clients: usize,
    /// How long to go on.
    #[arg(long, default_value_t = 3.0)]
    pub(crate) seconds: f64,
    /// Ends the run after so many operations in place of a time.
    #[arg(long)]
    pub(crate) count: Option<u64>,
    /// Lets the kernel throw bodies away in place of copying them into the client's buffer.
    #[arg(long)]
    pub(crate) discard: bool,
    /// Measures from the first operation on, with nothing done before to warm up.
    #[arg(long)]
    pub(crate) cold: bool,
    /// Appends the figures to this file, for `load table`.
    #[arg(long)]
    pub(crate) samples: Option<PathBuf>,
}

impl Common {
    pub(crate) fn limit(&self) -> Limit {
        self.count.map_or_else(|| Limit::Time(Duration::from_secs_f64(self.seconds)), Limit::Count)
    }

    pub(crate) fn reading(&self) -> Reading {
        if self.discard { Reading::Discard } else { Reading::Copy }
    }
}

#[derive(Args, Debug)]
pub(crate) struct Pull {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Size of the blob.
    #[arg(long, default_value = "64MiB")]
    pub(crate) size: Size,
}

#[derive(Args, Debug)]
pub(crate) struct Push {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Size of each blob.
    #[arg(long, default_value = "64MiB")]
    pub(crate) size: Size,
    /// How a blob is sent.
    #[arg(long, value_enum, default_value_t = Way::Patch)]
    pub(crate) way: Way,
    /// Size of one request body of the way `chunks`.
    #[arg(long, default_value = "5MiB")]
    pub(crate) chunk: Size,
}

/// The sequences of requests that upload a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// POST, one PATCH of unknown length, PUT without a body: docker, podman, skopeo.
    Patch,
    /// POST, then PUT with the whole blob and its length: oras, regctl.
    Put,
    /// POST, a PATCH with Content-Range for each chunk, PUT without a body.
    Chunks,
}

#[derive(Args, Debug)]
pub(crate) struct Small {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Which request.
    #[arg(long, value_enum, default_value_t = Request::Tag)]
    pub(crate) request: Request,
    /// How many tags the repository has.
    #[arg(long, default_value_t = 1)]
    pub(crate) tags: u32,
}

/// The small requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Request {
    /// GET of a manifest by tag.
    Tag,
    /// GET of a manifest by digest.
    Digest,
    /// HEAD of a manifest by tag.
    Head,
    /// GET of a blob of 4 KiB.
    Blob,
}

#[derive(Args, Debug)]
pub(crate) struct Image {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Layers of each image.
    #[arg(long, default_value_t = 10)]
    pub(crate) layers: u32,
    /// Size of each layer.
    #[arg(long, default_value = "4KiB")]
    pub(crate) size: Size,
    /// How many tags each repository has before the first push.
    #[arg(long, default_value_t = 0)]
    pub(crate) tags: u32,
}

#[derive(Args, Debug)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) common: Common,
    /// How many tags the repository has.
    #[arg(long, default_value_t = 1000)]
    pub(crate) tags: u32,
    /// Tags in a page.
    #[arg(long, default_value_t = 100)]
    pub(crate) page: u32,
}

#[derive(Args, Debug)]
pub(crate) struct Mixed {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Size of each blob, pushed or pulled.
    #[arg(long, default_value = "16MiB")]
    pub(crate) size: Size,
}

#[derive(Args, Debug)]
pub(crate) struct Table {
    /// The file that runs appended their figures to.
    pub(crate) samples: PathBuf,
    /// The server whose figures the ratios are taken against.
    #[arg(long)]
    pub(crate) baseline: Option<String>,
}
