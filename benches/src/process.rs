//! What the server process costs, read from `/proc`.

use std::{fs, time::Duration};

use crate::Result;

/// Linux reports process times to user space in hundredths of a second, whatever its own tick is.
const TICKS_PER_SECOND: f64 = 100.0;

/// A process whose processor time and memory can be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// User and system time so far, over all threads, ended ones included.
    pub(crate) fn cpu(self) -> Result<Duration> {
        let path = format!("/proc/{}/stat", self.0);
        let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        // The second field is the program's name in parentheses and may hold spaces.
        let fields = text.rsplit_once(") ").map_or("", |(_, rest)| rest);
        let ticks: u64 =
            fields.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Ok(Duration::from_secs_f64(ticks as f64 / TICKS_PER_SECOND))
    }

    /// The most bytes that were resident at once since the last [`Self::forget_peak`].
    pub(crate) fn peak_memory(self) -> Result<u64> {
        let path = format!("/proc/{}/status", self.0);
        let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let kibibytes = text
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|value| value.trim().trim_end_matches(" kB").parse::<u64>().ok())
            .ok_or_else(|| format!("{path} has no VmHWM"))?;
        Ok(kibibytes * 1024)
    }

    /// Makes the present size the peak, so that the next reading speaks of one run only. Needs the right to write to the
    /// process; without it the peak covers the life of the process.
    pub(crate) fn forget_peak(self) {
        let _ = fs::write(format!("/proc/{}/clear_refs", self.0), "5");
    }
}

#[cfg(test)]
mod tests {
    use super::Process;

    #[test]
    fn reads_its_own_process() {
        let own = Process(std::process::id());
        assert!(own.peak_memory().expect("VmHWM") > 100_000);
        let before = own.cpu().expect("stat");
        let mut sum = 0_u64;
        while own.cpu().expect("stat") <= before {
            sum = sum.wrapping_add(1);
        }
        assert!(sum > 0);
    }

    #[test]
    fn says_which_process_is_missing() {
        let error = Process(u32::MAX).cpu().expect_err("no such process");
        assert!(error.to_string().contains("/proc/4294967295/stat"));
    }
}
