//! The sections of a configuration, one file each. A section is written once, as a table of its settings: from it come
//! the struct, the reader, the names of variables, the schema, the reference file and the chapter of the book.

mod azure;
mod content;
mod events;
mod gcs;
mod http;
mod limits;
mod log;
mod metrics;
mod postgres;
mod redirects;
mod s3;
mod storage;
mod tracing;
mod uploads;
mod webhook;
mod workers;

use serde_json::Value as Json;

use super::reader::Reader;
use super::shape::{Kind, Shape};

pub(crate) use azure::Azure;
pub(crate) use content::Content;
pub(crate) use events::Events;
pub(crate) use gcs::Gcs;
pub(crate) use http::Http;
pub(crate) use limits::Limits;
pub(crate) use log::{Format, Log};
pub(crate) use metrics::{Metrics, Names};
pub(crate) use postgres::Postgres;
pub(crate) use redirects::Redirects;
pub(crate) use s3::{Encryption, S3};
pub(crate) use storage::{Blobs, Metadata, Storage};
pub(crate) use tracing::Tracing;
pub(crate) use uploads::Uploads;
pub(crate) use webhook::{Envelope, Webhook};
pub(crate) use workers::Workers;

/// A table of settings.
pub(crate) trait Section: Sized {
    /// What it is about.
    const DOCS: &'static str;

    /// What can be set in it.
    fn settings() -> Vec<Setting>;

    /// Reads it. Whatever is wrong is left with the reader.
    fn read(reader: &mut Reader<'_>) -> Option<Self>;
}

/// One thing that can be set.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) key: &'static str,
    pub(crate) docs: &'static str,
    pub(crate) kind: Kind,
    /// What holds when it is not set; absent where it must be set.
    pub(crate) default: Option<Json>,
    pub(crate) change: Change,
}

/// When a changed setting takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// On the next start.
    Restart,
    /// As soon as the configuration is read again.
    Reload,
}

impl Setting {
    pub(crate) fn new<T: Shape>(
        key: &'static str,
        docs: &'static str,
        default: Option<&T>,
        change: Change,
    ) -> Self {
        Self { key, docs, kind: T::kind(), default: default.map(T::write), change }
    }

    /// Whether the value may also lie in a file that `…_file` names.
    pub(crate) fn is_secret(&self) -> bool {
        self.kind == Kind::Secret
    }
}

/// Defines a section: `key: type = default`, with `=> reload` behind what takes effect without a restart. Without a
/// default it is what its type is when absent, or must be set.
macro_rules! section {
    (
        $(#[doc = $docs:literal])*
        $name:ident {
            $($(#[doc = $key_docs:literal])* $key:ident: $type:ty $(= $default:expr)? $(=> $change:ident)?,)*
        }
    ) => {
        $(#[doc = $docs])*
        #[derive(Debug, Clone, PartialEq)]
        pub(crate) struct $name { $($(#[doc = $key_docs])* pub(crate) $key: $type,)* }

        impl $crate::cli::config::section::Section for $name {
            const DOCS: &'static str = concat!($($docs, "\n",)*);

            fn settings() -> Vec<$crate::cli::config::section::Setting> {
                use $crate::cli::config::section::{Setting, section};
                vec![$(Setting::new::<$type>(
                    stringify!($key),
                    concat!($($key_docs, "\n",)*),
                    section!(@default $type $(= $default)?).as_ref(),
                    section!(@change $($change)?),
                ),)*]
            }

            fn read(reader: &mut $crate::cli::config::reader::Reader<'_>) -> Option<Self> {
                use $crate::cli::config::section::section;
                $(let $key = reader.setting::<$type>(stringify!($key), section!(@default $type $(= $default)?));)*
                Some(Self { $($key: $key?,)* })
            }
        }
    };
    (@default $type:ty = $default:expr) => { Some::<$type>($default) };
    (@default $type:ty) => { <$type as $crate::cli::config::shape::Shape>::absent() };
    (@change reload) => { $crate::cli::config::section::Change::Reload };
    (@change) => { $crate::cli::config::section::Change::Restart };
}

pub(crate) use section;
