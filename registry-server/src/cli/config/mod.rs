//! The configuration: a file under the environment under the flags.
//!
//! All of it is one table of [sections](section). What was written becomes a [tree] whose values know their place, the
//! layers are laid over each other, and a [reader] turns the tree into sections or into a list of everything that is
//! wrong.

mod catalogue;
mod distribution;
mod environment;
mod nearest;
mod reader;
pub(crate) mod render;
mod section;
mod sense;
mod shape;
mod stamp;
mod tree;

use std::fmt;
use std::path::PathBuf;

pub(crate) use catalogue::Part;
pub(crate) use reader::Effective;
pub(crate) use section::{
    Azure, Blobs, Change, Encryption, Envelope, Format, Gcs, Log, Metadata, Names, Postgres, S3, Storage,
    Tracing, Webhook as Hook,
};
pub(crate) use shape::Size;
pub(crate) use stamp::Stamp;
pub(crate) use tree::Problem;

use reader::{Found, unknown_key};
use section::{Content, Events, Http, Limits, Metrics, Redirects, Uploads, Webhook, Workers};
use tree::{Node, Origin, Value};

/// Defines the configuration: one section per key, and a list of them where the type is in brackets.
macro_rules! sections {
    ($($(#[doc = $docs:literal])* $key:ident: $type:tt,)*) => {
        /// Everything that can be set, with the defaults filled in.
        #[derive(Debug, Clone, PartialEq)]
        pub(crate) struct Config { $(pub(crate) $key: sections!(@type $type),)* }

        impl Config {
            /// What can be set.
            pub(crate) fn catalogue() -> Vec<Part> {
                vec![$(sections!(@part $key $type),)*]
            }

            fn read(tree: &Node, found: &mut Found) -> Option<Self> {
                $(let $key = sections!(@read $key $type, tree, found);)*
                Some(Self { $($key: $key?,)* })
            }
        }
    };
    (@type [$type:ident]) => { Vec<$type> };
    (@type $type:ident) => { $type };
    (@part $key:ident [$type:ident]) => { Part::of::<$type>(stringify!($key), true) };
    (@part $key:ident $type:ident) => { Part::of::<$type>(stringify!($key), false) };
    (@read $key:ident [$type:ident], $tree:ident, $found:ident) => {
        reader::sections::<$type>(stringify!($key), $tree.at(&[stringify!($key)]), $found)
    };
    (@read $key:ident $type:ident, $tree:ident, $found:ident) => {
        reader::section::<$type>(stringify!($key), $tree.at(&[stringify!($key)]), $found)
    };
}

sections! {
    http: Http,
    storage: Storage,
    postgres: Postgres,
    s3: S3,
    gcs: Gcs,
    azure: Azure,
    redirects: Redirects,
    limits: Limits,
    uploads: Uploads,
    content: Content,
    log: Log,
    metrics: Metrics,
    tracing: Tracing,
    events: Events,
    workers: Workers,
    webhooks: [Webhook],
}

/// Where a configuration is read from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    /// The file.
    pub(crate) file: Option<PathBuf>,
    /// What flags say: the flag, the path of keys, the value.
    pub(crate) flags: Vec<(String, String, String)>,
    /// Whether the environment says nothing: for a second configuration beside the one of the process.
    pub(crate) file_alone: bool,
}

/// A configuration and where each of its values comes from.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) config: Config,
    pub(crate) values: Vec<Effective>,
    /// What was written and is ignored, and why.
    pub(crate) notes: Vec<Problem>,
    /// Of the file, from before it was read.
    pub(crate) stamp: Option<Stamp>,
}

/// Everything that is wrong with a configuration, at least one thing.
#[derive(Debug)]
pub(crate) struct ConfigError(pub(crate) Vec<Problem>);

impl std::error::Error for ConfigError {}

/// One line for each thing.
impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\nregistry: " };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl Sources {
    /// Reads all of them: flags over the environment over the file over the defaults.
    ///
    /// # Errors
    /// Everything that is wrong with any of them.
    pub(crate) fn load(&self) -> Result<Loaded, ConfigError> {
        let stamp = self.stamp();
        let mut tree = match &self.file {
            Some(path) => tree::read(path).map_err(ConfigError)?,
            None => Node::empty(),
        };
        let mut found = Found::default();
        let mut notes = Vec::new();
        if distribution::is_distribution(&tree) {
            let translated = distribution::translate(&tree);
            (tree, notes) = (translated.tree, translated.notes);
            found.problems.extend(translated.problems);
        }
        let parts = Config::catalogue();
        if !self.file_alone {
            environment::overlay(std::env::vars_os(), &parts, &mut tree, &mut found.problems, &mut notes);
        }
        self.overlay_flags(&mut tree, &mut found.problems);
        refuse_unknown_sections(&tree, &parts, &mut found.problems);
        let config = Config::read(&tree, &mut found);
        let Found { mut problems, values } = found;
        if let Some(config) = &config {
            problems.extend(sense::problems(config, &values));
        }
        match config.filter(|_| problems.is_empty()) {
            Some(config) => Ok(Loaded { config, values, notes, stamp }),
            None => Err(ConfigError(problems)),
        }
    }

    /// Of the file as it is now.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        self.file.as_deref().and_then(Stamp::of)
    }

    fn overlay_flags(&self, tree: &mut Node, problems: &mut Vec<Problem>) {
        for (flag, path, value) in &self.flags {
            let origin = Origin::Flag(flag.clone());
            let path: Vec<&str> = path.split('.').collect();
            if let Err(text) = tree.put(&path, Value::Text(value.clone()), &origin) {
                problems.push(Problem::at(&origin, text));
            }
        }
    }
}

fn refuse_unknown_sections(tree: &Node, parts: &[Part], problems: &mut Vec<Problem>) {
    let Value::Table(table) = &tree.value else {
        problems.push(Problem::at(&tree.origin, "a configuration is a table of sections"));
        return;
    };
    for (key, node) in table {
        if !parts.iter().any(|part| part.key == key) {
            problems.push(unknown_key(key, parts.iter().map(|part| part.key), &node.key));
        }
    }
}
