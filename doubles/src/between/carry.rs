//! One request from the client to the service, and its answer back.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, BodyStream, Full, StreamBody};
use hyper::body::{Body as _, Frame, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::Fate;

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// How long before a body breaks off, so that what came before has left.
const SETTLE: Duration = Duration::from_millis(20);

/// Passes a request on, as far as its fate lets it. An error ends the connection without an answer.
pub(super) async fn carry(
    target: SocketAddr,
    request: Request<Incoming>,
    fate: Fate,
) -> io::Result<Response<Body>> {
    let request = match fate {
        Fate::Refused(place) => {
            // Some services answer before they have read a body, and some after.
            if place % 2 == 0 {
                let _ = request.into_body().collect().await;
            }
            return Ok(refusal(place));
        }
        Fate::Cut(place) => {
            let expected = request.body().size_hint().exact().unwrap_or(0);
            let request = request.map(|body| broken(body, (expected * place) >> 16));
            let _ = send(target, request).await;
            return Err(io::Error::other("cut"));
        }
        Fate::Stalled(time) => {
            tokio::time::sleep(time).await;
            request.map(whole)
        }
        Fate::Passed | Fate::Denied | Fate::CutAnswer(_) => request.map(whole),
    };
    let response = send(target, request).await?;
    match fate {
        Fate::Denied => {
            let _ = response.into_body().collect().await;
            Ok(answer(500, "InternalError"))
        }
        // In the head, which is no answer at all, or in the body.
        Fate::CutAnswer(place) if place % 4 == 0 => Err(io::Error::other("cut")),
        Fate::CutAnswer(place) => {
            let expected = response.body().size_hint().exact().unwrap_or(0);
            Ok(response.map(|body| broken(body, (expected * place) >> 16)))
        }
        _ => Ok(response.map(whole)),
    }
}

async fn send(target: SocketAddr, request: Request<Body>) -> io::Result<Response<Incoming>> {
    let socket = TcpStream::connect(target).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(socket)).await.map_err(io::Error::other)?;
    // It ends with the answer, or when nobody wants that any more.
    tokio::spawn(connection);
    sender.send_request(request).await.map_err(io::Error::other)
}

fn whole(body: Incoming) -> Body {
    body.map_err(io::Error::other).boxed_unsync()
}

/// The same body, which ends in a failure behind so many bytes.
fn broken(body: Incoming, at: u64) -> Body {
    let mut left = usize::try_from(at).unwrap_or(usize::MAX);
    let frames = BodyStream::new(body).map(move |frame| {
        let frame = frame.map_err(io::Error::other)?;
        let Ok(mut bytes) = frame.into_data() else { return Err(io::Error::other("cut")) };
        if left == 0 {
            return Err(io::Error::other("cut"));
        }
        bytes.truncate(left);
        left -= bytes.len();
        Ok(Frame::data(bytes))
    });
    let end = stream::once(async {
        tokio::time::sleep(SETTLE).await;
        Err(io::Error::other("cut"))
    });
    StreamBody::new(frames.chain(end)).boxed_unsync()
}

fn refusal(place: u64) -> Response<Body> {
    match place / 2 % 4 {
        0 => answer(500, "InternalError"),
        1 => {
            let mut response = answer(502, "");
            *response.body_mut() = text("<html>Bad Gateway</html>");
            response
        }
        2 => answer(503, "ServiceUnavailable"),
        _ => {
            let mut response = answer(503, "SlowDown");
            response.headers_mut().insert("retry-after", 0.into());
            response
        }
    }
}

fn answer(status: u16, code: &str) -> Response<Body> {
    let body = text(&format!("<Error><Code>{code}</Code><Message>bad weather</Message></Error>"));
    Response::builder().status(status).body(body).unwrap()
}

fn text(text: &str) -> Body {
    Full::new(Bytes::from(text.to_owned())).map_err(|never| match never {}).boxed_unsync()
}
