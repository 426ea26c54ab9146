//! Our own registry passes everything.

use registry_conformance::Suite;

use crate::own::Own;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_registry_passes_every_check() {
    let own = Own::start().await;
    let report = Suite::new(&own.url()).unwrap().tidy(false).run().await.unwrap();
    assert!(report.is_clean(), "{report}");
    println!("{report}");
}
