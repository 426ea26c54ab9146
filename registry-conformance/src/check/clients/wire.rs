//! How clients use connections.

use super::{Check, Context, Profile, check};
use crate::check::Verdict;
use crate::check::content::Image;
use crate::client::Request;

const SOURCE: &str = "RFC 9112, section 9.3; seen from clients";

pub(super) fn checks() -> Vec<Check> {
    let full = Profile::Full;
    vec![
        check("R31.kept", full, "one connection serves many requests, refused ones too", SOURCE, kept),
        check("R31.ahead", full, "requests sent ahead are answered in order", SOURCE, ahead),
        check("R31.close", full, "a connection ends when the client asks for it", SOURCE, closed),
    ]
}

async fn kept(cx: Context) -> Verdict {
    let (repository, image) = (cx.repository(), Image::new(&cx.unique()));
    repository.push("latest", &image).await?;
    let (mut connection, client) = (cx.connect().await?, cx.client());
    let accept = crate::check::content::ALL_TYPES;
    for _ in 0..5 {
        let get = Request::get(repository.manifest("latest")).header("Accept", accept);
        client.send_on(&mut connection, &get).await?.expect(200)?.has_body(&image.manifest)?;
        let head = Request::head(repository.manifest("latest")).header("Accept", accept);
        client.send_on(&mut connection, &head).await?.expect(200)?;
        client.send_on(&mut connection, &Request::get(repository.manifest("absent"))).await?.expect(404)?;
        client.send_on(&mut connection, &Request::head(repository.manifest("absent"))).await?.expect(404)?;
        let put =
            Request::put(repository.manifest("bad")).header("Content-Type", &*image.media_type).body("{}");
        client.send_on(&mut connection, &put).await?.expect(400)?;
    }
    Ok(())
}

async fn ahead(cx: Context) -> Verdict {
    let (repository, image) = (cx.repository(), Image::new(&cx.unique()));
    repository.push("latest", &image).await?;
    // Whoever needs a token to read has one from here on.
    repository.get_manifest("latest").await?.expect(200)?;
    let mut connection = cx.connect().await?;
    let accept = crate::check::content::ALL_TYPES;
    let requests = [
        Request::get(repository.manifest("latest")).header("Accept", accept),
        Request::get(repository.manifest("absent")).header("Accept", accept),
        Request::get(repository.path("tags/list")),
    ];
    let bytes: Vec<u8> = requests.iter().flat_map(|request| cx.client().bytes(request)).collect();
    connection.write(&bytes).await;
    let mut statuses = Vec::new();
    for _ in &requests {
        statuses.push(connection.read("GET", &bytes).await?.status);
    }
    let holds = statuses == [200, 404, 200];
    if holds { Ok(()) } else { Err(crate::check::Stop::failed("200, 404 and 200", format!("{statuses:?}"))) }
}

async fn closed(cx: Context) -> Verdict {
    let (mut connection, client) = (cx.connect().await?, cx.client());
    let request = Request::get("/v2/").header("Connection", "close");
    let response = client.send_on(&mut connection, &request).await?.expect_any(&[200, 401])?;
    let ends = connection.ends().await;
    response.holds(ends, "the end of the connection").map(drop)
}
