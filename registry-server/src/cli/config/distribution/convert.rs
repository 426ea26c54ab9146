//! From values of distribution to values of ours.

use std::net::{Ipv4Addr, SocketAddr};

use super::super::tree::{Node, Value};
use super::table::Taken;

type Converted = Result<Taken, String>;

fn one(key: &'static str, value: Value) -> Converted {
    Ok(Taken::Settings(vec![(key, value)]))
}

/// The same value under a key of ours, which checks it.
pub(super) fn copied_to(key: &'static str, node: &Node) -> Converted {
    one(key, node.value.clone())
}

/// A truth value under a key of ours.
pub(super) fn flag_to(key: &'static str, node: &Node) -> Converted {
    one(key, Value::Flag(flag(node)?))
}

/// `disabled` there is `access = false` here.
pub(super) fn access_log(node: &Node) -> Converted {
    one("log.access", Value::Flag(!flag(node)?))
}

/// `:5000` is every interface, as Go takes it.
pub(super) fn address_to(key: &'static str, node: &Node) -> Converted {
    let text = text(node)?;
    let address = match text.rsplit_once(':') {
        Some(("", port)) => format!("[::]:{port}"),
        Some(("localhost", port)) => format!("{}:{port}", Ipv4Addr::LOCALHOST),
        _ => text.to_owned(),
    };
    match address.parse::<SocketAddr>() {
        Ok(_) => one(key, Value::Text(address)),
        Err(_) => Err(format!("{text:?} has no IP address or no port: write one such as `0.0.0.0:5000`")),
    }
}

pub(super) fn formatter(node: &Node) -> Converted {
    match text(node)? {
        "text" => one("log.format", Value::Text("text".to_owned())),
        "json" | "logstash" => one("log.format", Value::Text("json".to_owned())),
        other => Err(format!("{other:?} is no formatter: write `text`, `json` or `logstash`")),
    }
}

pub(super) fn network(node: &Node) -> Converted {
    match text(node)? {
        "tcp" => Ok(Taken::Settings(Vec::new())),
        other => Err(format!("{other:?} cannot be listened on: only `tcp` can")),
    }
}

pub(super) fn prefix(node: &Node) -> Converted {
    match text(node)? {
        "/" => Ok(Taken::Settings(Vec::new())),
        other => {
            Err(format!("the registry is at `/v2/` and not below {other:?}: a proxy in front can do that"))
        }
    }
}

/// Only a validation that is switched off can be left out.
pub(super) fn validation(node: &Node) -> Converted {
    let says = |key: &str, value: bool| node.at(&[key]).is_some_and(|node| node.value == Value::Flag(value));
    if says("disabled", true) || says("enabled", false) {
        return Ok(Taken::Nothing("content of a manifest is always checked"));
    }
    Err("cannot be honoured: URLs of layers are not checked; `content.sparse` says what may be absent"
        .to_owned())
}

fn text(node: &Node) -> Result<&str, String> {
    match &node.value {
        Value::Text(text) => Ok(text),
        other => Err(format!("{} was given: write a text", other.kind())),
    }
}

fn flag(node: &Node) -> Result<bool, String> {
    match &node.value {
        Value::Flag(flag) => Ok(*flag),
        Value::Text(text) if node.origin.is_outside() && text == "true" => Ok(true),
        Value::Text(text) if node.origin.is_outside() && text == "false" => Ok(false),
        other => Err(format!("{} was given: write `true` or `false`", other.kind())),
    }
}
