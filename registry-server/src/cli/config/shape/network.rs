//! Networks of clients.

use registry_server::Network;
use serde_json::Value as Json;

use super::super::tree::{Node, Problem};
use super::{Kind, Shape};

impl Shape for Network {
    fn kind() -> Kind {
        Kind::Network
    }

    fn read(node: &Node) -> Result<Self, Vec<Problem>> {
        let text = String::read(node).map_err(|_| Self::kind().unlike(node))?;
        text.parse().map_err(|error| {
            let text = format!("{text:?} is no network: {error}; write {}", Self::kind().what());
            vec![Problem::at(&node.origin, text)]
        })
    }

    fn write(&self) -> Json {
        Json::from(self.to_string())
    }
}
