//! How long the other side may do nothing.

use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// Watches for how long the other side does nothing, with one timer that is rarely touched.
#[derive(Default)]
pub(crate) struct Patience {
    timer: Option<Pin<Box<Sleep>>>,
    moved: bool,
}

impl Patience {
    /// Patience lasts between one and two times so long.
    pub(crate) const SPAN: Duration = Duration::from_secs(60);

    /// The other side has done something.
    pub(crate) const fn renew(&mut self) {
        self.moved = true;
    }

    /// Whether the other side has done nothing for too long. To be asked when there is nothing to do but to wait; the
    /// task is woken to ask again.
    pub(crate) fn is_lost(&mut self, context: &mut Context<'_>) -> bool {
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(Self::SPAN)));
        while timer.as_mut().poll(context).is_ready() {
            if !std::mem::take(&mut self.moved) {
                return true;
            }
            timer.as_mut().reset(Instant::now() + Self::SPAN);
        }
        false
    }
}
