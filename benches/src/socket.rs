//! What the standard library's socket cannot do: wait for a certain amount, and receive without copying.

use std::{
    io,
    net::TcpStream,
    os::fd::{AsFd, AsRawFd},
};

use nix::{
    libc,
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::socket::{MsgFlags, recv, setsockopt},
};

/// `SO_RCVLOWAT`: the reader is woken when so many bytes are there, not at every segment.
#[derive(Clone, Copy, Debug)]
struct ReceiveLowMark;

nix::setsockopt_impl!(
    ReceiveLowMark,
    libc::SOL_SOCKET,
    libc::SO_RCVLOWAT,
    usize,
    nix::sys::socket::sockopt::SetUsize
);

/// Sets how many bytes must be there before [`receive`] returns, if it is told to wait for them.
pub(crate) fn set_low_mark(stream: &TcpStream, bytes: usize) -> io::Result<()> {
    Ok(setsockopt(stream, ReceiveLowMark, &bytes)?)
}

/// Waits for the low mark, then receives what is there; with `discard` the kernel passes over the bytes uncopied.
///
/// Waiting is poll's work: a blocking receive takes what has come before it sleeps, and is then woken by the mark alone,
/// which the rest of the body may never reach.
pub(crate) fn receive(stream: &TcpStream, buffer: &mut [u8], discard: bool) -> io::Result<usize> {
    let mut waiting = [PollFd::new(stream.as_fd(), PollFlags::POLLIN)];
    let copying = if discard { MsgFlags::MSG_TRUNC } else { MsgFlags::empty() };
    loop {
        poll(&mut waiting, PollTimeout::NONE)?;
        match recv(stream.as_raw_fd(), buffer, copying | MsgFlags::MSG_DONTWAIT) {
            Err(nix::Error::EAGAIN) => {}
            other => return Ok(other?),
        }
    }
}
