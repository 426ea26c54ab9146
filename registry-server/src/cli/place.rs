//! A registry that a command names beside its own configuration: a data folder, or a configuration file.

use std::error::Error;
use std::path::Path;

use super::config::{Config, Sources};

/// What a folder or a file says. The environment is not looked at.
pub(super) fn config(place: &Path) -> Result<Config, Box<dyn Error>> {
    let mut sources = Sources { file_alone: true, ..Sources::default() };
    if place.is_file() {
        sources.file = Some(place.to_owned());
    } else {
        let value = place.to_str().ok_or("the name of the folder is not UTF-8")?.to_owned();
        sources.flags.push(("the command line".to_owned(), "storage.data".to_owned(), value));
    }
    Ok(sources.load()?.config)
}
