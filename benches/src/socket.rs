//! The two things the standard library's socket cannot do: wait for a certain amount, and receive without copying.

use std::{io, net::TcpStream};

use nix::{
    libc,
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

/// Sets how many bytes must have arrived before a read returns.
pub(crate) fn wait_for(stream: &TcpStream, bytes: usize) -> io::Result<()> {
    Ok(setsockopt(stream, ReceiveLowMark, &bytes)?)
}

/// Receives and throws away: the kernel advances the stream without copying to user space.
pub(crate) fn discard(stream: &TcpStream, most: &mut [u8]) -> io::Result<usize> {
    use std::os::fd::AsRawFd;
    Ok(recv(stream.as_raw_fd(), most, MsgFlags::MSG_TRUNC)?)
}
