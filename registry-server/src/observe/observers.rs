//! All observers of a server as one.

use std::sync::Arc;

use super::{Finished, Observer};

/// All observers of a server, each told in turn.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observers(Arc<[Arc<dyn Observer>]>);

impl Observers {
    /// Whether there is nobody to tell.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same with one more.
    pub(crate) fn with(&self, observer: Arc<dyn Observer>) -> Self {
        Self(self.0.iter().cloned().chain([observer]).collect())
    }
}

impl Observer for Observers {
    fn begun(&self) {
        self.0.iter().for_each(|observer| observer.begun());
    }

    fn finished(&self, request: &Finished<'_>) {
        self.0.iter().for_each(|observer| observer.finished(request));
    }

    fn connected(&self) {
        self.0.iter().for_each(|observer| observer.connected());
    }

    fn disconnected(&self) {
        self.0.iter().for_each(|observer| observer.disconnected());
    }

    fn limited(&self, limit: &'static str) {
        self.0.iter().for_each(|observer| observer.limited(limit));
    }
}

/// A connection, from its beginning until this is dropped.
pub(crate) struct Present(Observers);

impl Present {
    pub(crate) fn of(observers: &Observers) -> Self {
        observers.connected();
        Self(observers.clone())
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.0.disconnected();
    }
}
