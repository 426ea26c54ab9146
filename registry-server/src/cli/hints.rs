//! The lines to paste.

use std::fmt;
use std::net::SocketAddr;

/// How to push to and pull from a registry at this address with common clients.
pub(super) struct Hints(pub(super) SocketAddr);

impl fmt::Display for Hints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.0;
        writeln!(f, "registry: listening on http://{host}")?;
        writeln!(f)?;
        writeln!(f, "  docker tag IMAGE {host}/NAME:TAG && docker push {host}/NAME:TAG")?;
        writeln!(f, "  podman push --tls-verify=false IMAGE {host}/NAME:TAG")?;
        writeln!(f, "  podman pull --tls-verify=false {host}/NAME:TAG")?;
        writeln!(f, "  skopeo copy --dest-tls-verify=false docker-archive:FILE docker://{host}/NAME:TAG")
    }
}
