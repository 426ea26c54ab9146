//! Everything that can be set, as data.

use super::section::{Section, Setting};

/// A section and what can be set in it.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) key: &'static str,
    pub(crate) docs: &'static str,
    /// Whether it is a list of such tables.
    pub(crate) repeated: bool,
    pub(crate) settings: Vec<Setting>,
}

impl Part {
    pub(crate) fn of<S: Section>(key: &'static str, repeated: bool) -> Self {
        Self { key, docs: S::DOCS, repeated, settings: S::settings() }
    }

    /// The variable of the environment that sets one of its settings.
    pub(crate) fn variable(&self, setting: &Setting) -> String {
        let index = if self.repeated { "_0" } else { "" };
        format!("REGISTRY_{}{index}_{}", self.key, setting.key).to_uppercase()
    }

    /// All of its variables.
    pub(crate) fn variables(&self) -> Vec<String> {
        self.settings.iter().map(|setting| self.variable(setting)).collect()
    }
}
