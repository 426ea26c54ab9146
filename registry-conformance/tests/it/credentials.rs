//! Who asks goes with every request, and into no report.

use std::sync::{Arc, Mutex};

use registry_conformance::{Error, Suite};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// `a` and `secret` in base64.
const AUTHORIZATION: &str = "Authorization: Basic YTpzZWNyZXQ=";

#[tokio::test]
async fn a_name_and_a_password_go_with_every_request_and_into_no_report() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heads = Arc::new(Mutex::new(Vec::new()));
    let serving = tokio::spawn(refuse_all(listener, Arc::clone(&heads)));
    let suite = Suite::new(&url).unwrap().credentials("a", "secret").unwrap();
    let suite = suite.only("C-12.unknown").only("malformed.line.").only("C-69.sha512-post");
    assert!(!format!("{suite:?}").contains("secret") && !format!("{suite:?}").contains("YTpz"));
    let report = suite.run().await.unwrap();
    serving.abort();
    assert!(report.failed > 2, "{report}");
    let heads = heads.lock().unwrap();
    assert!(heads.len() > 2 && heads.iter().all(|head: &String| head.contains(AUTHORIZATION)), "{heads:?}");
    for text in [report.to_json(), report.to_junit(), report.to_string()] {
        assert!(!text.contains("YTpz"), "{text}");
    }
}

#[test]
fn a_name_with_a_colon_is_none() {
    let suite = Suite::new("127.0.0.1:1").unwrap().credentials("a:b", "c");
    assert!(matches!(suite, Err(Error::Credentials { .. })));
}

/// Answers every request with the same fault, and remembers its head.
async fn refuse_all(listener: TcpListener, heads: Arc<Mutex<Vec<String>>>) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let heads = Arc::clone(&heads);
        tokio::spawn(async move {
            let mut read = vec![0; 64 << 10];
            let length = stream.read(&mut read).await.unwrap_or_default();
            if length > 0 {
                heads.lock().unwrap().push(String::from_utf8_lossy(&read[..length]).into_owned());
                let _ = stream
                    .write_all(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .await;
            }
        });
    }
}
