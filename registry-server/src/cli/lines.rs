//! Lines on their way to standard error, gathered so that no request waits for it.

use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use registry_server::observe::LineSink;

/// How long lines are gathered before they are written together.
const GATHER: Duration = Duration::from_millis(10);
/// How many bytes may wait. What comes on top is lost, and counted: nobody reads the log any more then.
const MOST: usize = 4 << 20;
/// How long the last lines may take at the end.
const FAREWELL: Duration = Duration::from_secs(1);

/// Takes lines from any thread.
#[derive(Debug, Default)]
pub(super) struct Lines {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    lost: u64,
    /// The writer has nothing to do and waits.
    rests: bool,
    /// No more lines are wanted.
    over: bool,
    /// The writer has ended.
    ended: bool,
}

/// Writes lines until it is dropped, and then what is left.
#[derive(Debug)]
pub(super) struct Writing(Arc<Lines>);

impl Writing {
    /// Begins to write to standard error, on a thread of its own.
    pub(super) fn start() -> std::io::Result<Self> {
        let lines = Arc::new(Lines::default());
        let own = Arc::clone(&lines);
        thread::Builder::new().name("access-log".to_owned()).spawn(move || own.write())?;
        Ok(Self(lines))
    }

    /// What takes the lines.
    pub(super) fn sink(&self) -> Arc<Lines> {
        Arc::clone(&self.0)
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.over = true;
        self.0.changed.notify_all();
        // Whether or not somebody takes it: then it is not waited for any longer.
        drop(self.0.changed.wait_timeout_while(state, FAREWELL, |state| !state.ended));
    }
}

impl LineSink for Lines {
    fn line(&self, line: &[u8]) {
        let mut state = self.state();
        if state.bytes.len() + line.len() > MOST {
            state.lost += 1;
            return;
        }
        state.bytes.extend_from_slice(line);
        if std::mem::take(&mut state.rests) {
            drop(state);
            self.changed.notify_all();
        }
    }
}

impl Lines {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under it can panic half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) {
        let mut bytes = Vec::new();
        while let Some(lost) = self.take(&mut bytes) {
            // There is nobody to tell of a failure.
            let _ = std::io::stderr().write_all(&bytes);
            bytes.clear();
            if lost > 0 {
                tracing::warn!(
                    lines = lost,
                    "the log is not taken as fast as it is written, and lines of the access log are lost"
                );
            }
        }
        self.state().ended = true;
        self.changed.notify_all();
    }

    /// Waits for lines; answers how many were lost, and nothing when there will be no more.
    fn take(&self, bytes: &mut Vec<u8>) -> Option<u64> {
        let mut state = self.state();
        while state.bytes.is_empty() {
            if state.over {
                return None;
            }
            state.rests = true;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.rests = false;
        if !state.over {
            drop(state);
            thread::sleep(GATHER);
            state = self.state();
        }
        std::mem::swap(&mut state.bytes, bytes);
        Some(std::mem::take(&mut state.lost))
    }
}
