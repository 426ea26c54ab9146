//! A deliberately wrong registry: a real one behind a go-between that breaks one thing at a time.
//!
//! The go-between sits on the wire and reads what it forwards leniently, so that it can lie about anything: about
//! answers, by changing them; about what is accepted, by mending requests before the registry sees them; and about
//! state, by remembering what it should have done. Without a fault it hands on bytes and looks at nothing.

pub(crate) mod fault;
mod faults;
pub(crate) mod go_between;
pub(crate) mod message;
mod pins;
mod proof;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use fault::Fault;

use crate::own::Own;

/// A registry with at most one fault, on a port of its own. It ends when it is dropped.
struct Faulty {
    address: SocketAddr,
    serving: JoinHandle<()>,
    // Behind the go-between; dropped with it.
    _own: Own,
}

impl Faulty {
    /// Starts one; without a fault it is a registry like any other.
    async fn start(fault: Option<&'static Fault>) -> Self {
        let own = Own::start().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let memory = Arc::default();
        let serving = tokio::spawn(go_between::serve(listener, own.address(), fault, memory));
        Self { address, serving, _own: own }
    }

    /// What to run the suite against.
    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
