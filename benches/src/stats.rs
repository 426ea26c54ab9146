//! Latencies of one run, and medians over runs.

use std::time::Duration;

/// How long each operation took.
#[derive(Debug, Default)]
pub(crate) struct Latencies {
    nanoseconds: Vec<u64>,
}

impl Latencies {
    pub(crate) fn record(&mut self, latency: Duration) {
        self.nanoseconds.push(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
    }

    pub(crate) fn join(&mut self, mut other: Self) {
        self.nanoseconds.append(&mut other.nanoseconds);
    }

    pub(crate) fn count(&self) -> usize {
        self.nanoseconds.len()
    }

    /// The latency that `percent` of the operations did not exceed (nearest rank); zero if there were none.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.nanoseconds.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100);
        let value = sorted.get(rank.saturating_sub(1));
        Duration::from_nanos(value.copied().unwrap_or(0))
    }
}

/// The middle value, or the mean of the two middle ones; zero of nothing.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        length if length % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// The distance between the largest and the smallest value, in percent of the median.
pub(crate) fn spread(values: &[f64]) -> f64 {
    let largest = values.iter().copied().fold(f64::MIN, f64::max);
    let smallest = values.iter().copied().fold(f64::MAX, f64::min);
    let median = median(values);
    if median > 0.0 { (largest - smallest) / median * 100.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Latencies, median, spread};

    #[test]
    fn percentiles_are_nearest_ranks() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.percentile(50), Duration::ZERO);
        for milliseconds in (1..=100).rev() {
            latencies.record(Duration::from_millis(milliseconds));
        }
        assert_eq!(latencies.percentile(50), Duration::from_millis(50));
        assert_eq!(latencies.percentile(99), Duration::from_millis(99));
        assert_eq!(latencies.percentile(100), Duration::from_millis(100));
    }

    #[test]
    fn medians_and_spreads() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
        assert!((spread(&[90.0, 100.0, 110.0]) - 20.0).abs() < 1e-9);
        assert!(median(&[]).abs() < 1e-9);
    }
}
