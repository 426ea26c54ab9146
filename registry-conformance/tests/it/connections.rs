//! On how many connections the requests go out.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use registry_conformance::Suite;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use crate::own::Own;

/// How many connections a run of these checks took, seen by a balancer of connections.
async fn connections(keep: bool) -> usize {
    let own = Own::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (accepted, to) = (Arc::new(AtomicUsize::new(0)), own.address());
    let counting = Arc::clone(&accepted);
    let balancing = tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            counting.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                let mut server = TcpStream::connect(to).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    let suite = Suite::new(&url).unwrap().only("C-28.").only("C-45.").concurrency(1).keep_alive(keep);
    let report = suite.run().await.unwrap();
    balancing.abort();
    assert!(report.is_clean(), "{report}");
    accepted.load(Ordering::Relaxed)
}

#[tokio::test]
async fn every_request_has_a_connection_of_its_own_where_that_is_asked_for() {
    let (kept, fresh) = (connections(true).await, connections(false).await);
    assert!(fresh > 4 * kept, "{kept} connections, kept, and {fresh}, fresh");
}
