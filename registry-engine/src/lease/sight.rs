//! What somebody who does not hold a lease has seen of it.

use std::time::Duration;

use registry_storage::metadata::JobRecord;
use tokio::time::Instant;

/// The record as it was seen last, and since when it is that.
#[derive(Debug, Default)]
pub(super) struct Sight {
    seen: Option<(u64, u64, Instant)>,
}

impl Sight {
    /// Whether the record may be taken over. `now` is when its answer had come, so that it was no younger then.
    pub(super) fn is_free(&mut self, job: &JobRecord, now: Instant, patience: Duration) -> bool {
        if job.holder.is_none() {
            return true;
        }
        match self.seen {
            Some((term, beat, since)) if (term, beat) == (job.term, job.beat) => {
                now.saturating_duration_since(since) >= patience
            }
            _ => {
                self.seen = Some((job.term, job.beat, now));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Instant, JobRecord, Sight};

    #[test]
    fn only_what_stood_still_is_free() {
        let (begin, patience) = (Instant::now(), Duration::from_secs(10));
        let held = |term, beat| JobRecord::new(Some("other".to_owned()), term, beat);
        let mut sight = Sight::default();
        for (seconds, job, free) in [
            (0, JobRecord::default(), true),
            (0, JobRecord::new(None, 7, 3), true),
            (1, held(8, 0), false),
            (10, held(8, 0), false),
            (11, held(8, 0), true),
            (12, held(8, 1), false),
            (21, held(8, 1), false),
            (22, held(9, 1), false),
            (31, held(9, 1), false),
            (32, held(9, 1), true),
        ] {
            let now = begin + Duration::from_secs(seconds);
            assert_eq!(sight.is_free(&job, now, patience), free, "{seconds} {job:?}");
        }
    }
}
