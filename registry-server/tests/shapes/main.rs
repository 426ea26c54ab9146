//! What real clients send, replayed on a machine that has none of them.
//!
//! Each file in `fixtures/` is one operation of one client, written down from a recording of that client at work
//! (where a client could not be recorded, its first lines say so). A fixture reads like this:
//!
//! ```text
//! # Lines of explanation.
//! let layer = 300 bytes                     contents: bytes that are always the same, or JSON,
//! let config = {"os":"linux"}               which may go over several lines until a `}` of its own
//! given team/app has layer, config          what the registry holds before: blobs and manifests by digest,
//! given team/app:v1 is image                a manifest under a tag, or under each of `t000..t149`
//!
//! connection 2                              a connection by name, at first 1; it is kept to the end, and made
//!                                           anew after the client or the server wanted it closed
//! > PATCH {upload}                          a request, with its headers as they were sent, in their order
//! > Transfer-Encoding: chunked              (HTTP/1.1 and, where none is given, Host go without saying)
//! >> layer[..100]                           its body; without a length, each such line is one chunk
//! >> layer[100..]
//! < 202                                     the answer's status, and the headers that the client needs:
//! < Range: 0-{layer.last}                   with this value,
//! < Location -> upload                      with a value that is kept for later,
//! < no Link                                 or absent
//! << error BLOB_UNKNOWN                     the answer's body: an error with these codes, a content or a slice
//!                                           of one, JSON that means the same, `parts layer 0-9 20-29`, or
//!                                           `tags team/app t000..t149`; without such a line it must be empty
//! > PUT {upload} and digest={layer.encoded}      a parameter added behind those of the target,
//! > PUT {upload} after digest={layer}            or put in front of them
//! > TLS                                          the greeting of a client that tries TLS first
//! ```
//!
//! `{layer}` is the digest of a content; `.encoded` writes its colon as `%3A`, `.hex` leaves the algorithm out, `.size`
//! and `.last` are the number of its bytes and of its last one. `{host}` is the server's address, and `.link` is where a
//! kept `Link` leads. A fixture holds no
//! digest, identifier, host or time of its own, so it stays true.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod altered;
mod clients;
mod replay;
mod script;
mod server;
mod wire;
