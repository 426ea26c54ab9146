//! Which checks each fault turns red, as `known/faults.txt` has it.

use std::collections::BTreeSet;
use std::path::PathBuf;

/// The checks that a fault is pinned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pin {
    pub(super) fault: String,
    pub(super) checks: Vec<String>,
}

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pins {
    /// Faults that change one behaviour.
    pub(super) narrow: Vec<Pin>,
    /// Faults that change more.
    pub(super) broad: Vec<Pin>,
}

const HEAD: &str = "\
# Which checks each fault of the deliberately wrong registry turns red.
#
# A section names a fault of tests/it/faulty, and below it the checks that it is pinned to: the tests ask that each is
# red. Sections marked `broad` are of faults that change more than one behaviour; a check that stands in no other section
# is one that only such faults reach.
# With WRITE_KNOWN=1 that test measures first what has no section yet, and writes this file.
";

impl Pins {
    pub(super) fn read() -> Self {
        let mut pins = Self::default();
        for line in std::fs::read_to_string(path()).unwrap_or_default().lines() {
            let (line, broad) = line.strip_suffix(" broad").map_or((line, false), |line| (line, true));
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                Some(fault) => {
                    let list = if broad { &mut pins.broad } else { &mut pins.narrow };
                    list.push(Pin { fault: fault.to_owned(), checks: Vec::new() });
                }
                None => {
                    let list = if pins.broad.is_empty() { &mut pins.narrow } else { &mut pins.broad };
                    list.last_mut().expect("a check without a fault").checks.push(line.to_owned());
                }
            }
        }
        pins
    }

    pub(super) fn write(&self) {
        let mut text = HEAD.to_owned();
        let narrow = self.narrow.iter().map(|pin| (pin, ""));
        for (pin, mark) in narrow.chain(self.broad.iter().map(|pin| (pin, " broad"))) {
            text.push_str(&format!("\n[{}]{mark}\n", pin.fault));
            for check in &pin.checks {
                text.push_str(&format!("{check}\n"));
            }
        }
        std::fs::write(path(), text).unwrap();
    }

    pub(super) fn of_narrow(&self) -> BTreeSet<&str> {
        self.narrow.iter().flat_map(|pin| &pin.checks).map(String::as_str).collect()
    }

    pub(super) fn of_broad(&self) -> BTreeSet<&str> {
        self.broad.iter().flat_map(|pin| &pin.checks).map(String::as_str).collect()
    }
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("known/faults.txt")
}
