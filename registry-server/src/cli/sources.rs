//! The flags that every command takes which reads a configuration.

use std::path::PathBuf;

use clap::Args;

use super::config::Sources;

/// Variables that name the file: ours, and that of CNCF distribution.
const FILE_VARIABLES: [&str; 2] = ["REGISTRY_CONFIG", "REGISTRY_CONFIGURATION_PATH"];

/// Where the configuration comes from. A flag wins over the environment, the environment over the file, the file over
/// the default.
#[derive(Debug, Clone, Args)]
pub(super) struct SourceArguments {
    /// A configuration file in TOML or YAML; `REGISTRY_CONFIG` names it as well
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// The address to listen on, such as `127.0.0.1:5000` or `[::1]:5000`; `127.0.0.1:5000` when it is not given
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,

    /// The folder that keeps everything; made when it is not there; `./registry-data` when it is not given
    #[arg(long, value_name = "FOLDER")]
    data: Option<String>,

    /// Let everybody who reaches an address beyond loopback pull, push and delete
    #[arg(long)]
    allow_everyone: bool,

    /// Any other setting, such as `--set limits.connections=100`; may be given more than once
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
}

impl SourceArguments {
    /// What to read.
    pub(super) fn sources(&self) -> Sources {
        let short = [
            ("--listen", "http.listen", self.listen.clone()),
            ("--data", "storage.data", self.data.clone()),
            ("--allow-everyone", "http.allow_everyone", self.allow_everyone.then(|| "true".to_owned())),
        ];
        let set = self.set.iter().map(|(key, value)| (format!("--set {key}"), key.clone(), value.clone()));
        let short = short
            .into_iter()
            .filter_map(|(flag, key, value)| Some((flag.to_owned(), key.to_owned(), value?)));
        let named = || FILE_VARIABLES.iter().find_map(std::env::var_os).map(PathBuf::from);
        let file = self.config.clone().or_else(named);
        Sources {
            file: file.filter(|file| !file.as_os_str().is_empty()),
            flags: set.chain(short).collect(),
            file_alone: false,
        }
    }
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}
