//! HTTP/2 with prior knowledge.

use bytes::Bytes;
use http::{Method, Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};

use crate::support::{House, digest, image};

pub(crate) async fn connect(house: &House) -> SendRequest<Full<Bytes>> {
    let stream = tokio::net::TcpStream::connect(house.address()).await.unwrap();
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn send(
    sender: &mut SendRequest<Full<Bytes>>,
    method: Method,
    target: &str,
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let request = Request::builder().method(method).uri(format!("http://registry.test{target}"));
    let request = request.version(Version::HTTP_2).body(Full::new(body.into())).unwrap();
    let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
    assert_eq!(parts.version, Version::HTTP_2);
    assert!(!parts.headers.contains_key("connection"));
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

#[test]
fn r31_pushes_and_pulls() {
    let house = House::new();
    let image = image("one");
    house.runtime().block_on(async {
        let mut sender = connect(&house).await;
        for bytes in [&image.config, &image.layers[0]] {
            let start = send(&mut sender, Method::POST, "/v2/a/b/blobs/uploads/", "").await;
            assert_eq!(start.status(), 202);
            let location = start.headers()["location"].to_str().unwrap().to_owned();
            let patch = send(&mut sender, Method::PATCH, &location, bytes.clone()).await;
            assert_eq!(
                (patch.status().as_u16(), patch.headers()["range"].to_str().unwrap()),
                (202, &*format!("0-{}", bytes.len() - 1))
            );
            let finish = format!("{location}?digest={}", digest(bytes));
            assert_eq!(send(&mut sender, Method::PUT, &finish, "").await.status(), 201);
        }
        let put = send(&mut sender, Method::PUT, "/v2/a/b/manifests/latest", image.manifest.clone()).await;
        assert_eq!(put.status(), 201);
        let get = send(&mut sender, Method::GET, "/v2/a/b/manifests/latest", "").await;
        assert_eq!((get.status().as_u16(), &get.body()[..]), (200, &image.manifest[..]));
        let head = send(&mut sender, Method::HEAD, "/v2/a/b/manifests/latest", "").await;
        assert_eq!(head.headers()["content-length"], image.manifest.len().to_string());
        assert!(head.body().is_empty());
    });
}

#[test]
fn a_body_that_nobody_wants_ends_its_stream_alone() {
    let house = House::new();
    let unknown = format!("/v2/a/b/blobs/uploads/{}", "0".repeat(32));
    house.runtime().block_on(async {
        let mut sender = connect(&house).await;
        for _ in 0..3 {
            let refused = send(&mut sender, Method::PATCH, &unknown, vec![1; 4 << 20]).await;
            assert_eq!(refused.status(), 404);
            assert_eq!(send(&mut sender, Method::GET, "/v2/", "").await.status(), 200);
        }
    });
}

#[test]
fn many_streams_of_one_connection() {
    let house = House::new();
    let bytes: Vec<u8> = (0..500_000).map(|n| u8::try_from(n % 253).unwrap()).collect();
    let own = house.push_blob("a/b", &bytes);
    house.runtime().block_on(async {
        let sender = connect(&house).await;
        let mut pulls = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let (mut sender, target) = (sender.clone(), format!("/v2/a/b/blobs/{own}"));
            pulls.spawn(async move { send(&mut sender, Method::GET, &target, "").await });
        }
        while let Some(pull) = pulls.join_next().await {
            assert!(pull.unwrap().body() == &bytes);
        }
    });
}
