//! Runnable examples of the registry crates, and a place where the README of the workspace is tested.

#[doc = include_str!("../README.md")]
mod readme {}
