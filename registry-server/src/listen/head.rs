//! How long the head of a request may take.

use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use crate::server::Line;

/// Watches a connection for heads that do not come to their end.
pub(super) struct HeadWatch {
    line: Line,
    time: Duration,
    /// HTTP/2 sends heads in frames among others: bytes say nothing about them.
    frames: bool,
    /// How many requests there were when it was looked last.
    requests: usize,
    /// When the head began that is not whole.
    began: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl HeadWatch {
    /// Each head may take so long from its first byte.
    pub(super) const fn new(line: Line, time: Duration) -> Self {
        Self { line, time, frames: false, requests: 0, began: None, timer: None }
    }

    /// The connection speaks HTTP/2.
    pub(super) fn expect_frames(&mut self) {
        self.frames = true;
        self.began = None;
        self.line.note_beginning(false);
    }

    /// Whether what comes next is of a head.
    pub(super) fn is_in_head(&self) -> bool {
        !self.frames && !self.line.is_busy()
    }

    /// For how long the head has been coming that is not whole; nothing when none has begun.
    pub(super) fn since(&mut self) -> Option<Duration> {
        self.look();
        self.began.map(|began| began.elapsed())
    }

    /// Bytes have come.
    pub(super) fn received(&mut self) {
        self.look();
        if !self.frames && !self.line.is_busy() && self.began.is_none() {
            self.began = Some(Instant::now());
            self.line.note_beginning(true);
        }
    }

    /// Whether a head takes too long. To be asked when nothing has come; the task is woken to ask again.
    pub(super) fn is_overdue(&mut self, context: &mut Context<'_>) -> bool {
        self.look();
        let Some(deadline) = self.began.map(|began| began + self.time) else { return false };
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        // One that goes off early costs less than one that is set anew for every request.
        if timer.deadline() > deadline {
            timer.as_mut().reset(deadline);
        }
        while timer.as_mut().poll(context).is_ready() {
            if Instant::now() >= deadline {
                return true;
            }
            timer.as_mut().reset(deadline);
        }
        false
    }

    /// Forgets what was before the newest request.
    fn look(&mut self) {
        let requests = self.line.requests();
        if self.line.is_busy() || requests != self.requests {
            self.requests = requests;
            self.began = None;
        }
    }
}
