//! What a server tells of itself.

mod access_log;
mod observer;
mod request_id;
mod trace;
