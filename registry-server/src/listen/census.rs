//! How many connections there are, and from where.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::Limits;
use crate::error::Refusal;

/// How many connections there are, and from where.
#[derive(Debug, Clone, Default)]
pub(super) struct Census(Arc<Mutex<Count>>);

#[derive(Debug, Default)]
struct Count {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// Why a connection is one too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    House,
    Address,
}

impl Full {
    /// The name of the limit.
    pub(super) const fn limit(self) -> &'static str {
        match self {
            Self::House => "connections",
            Self::Address => "connections_per_address",
        }
    }
}

impl From<Full> for Refusal {
    fn from(full: Full) -> Self {
        match full {
            Full::House => Self::house_is_full(),
            Full::Address => Self::address_is_full(),
        }
    }
}

/// A connection that is counted until this is dropped.
#[derive(Debug)]
pub(super) struct Counted {
    census: Census,
    address: IpAddr,
}

impl Census {
    /// Counts one more connection from there.
    ///
    /// # Errors
    /// When it is one too many.
    pub(super) fn admit(&self, address: IpAddr, limits: &Limits) -> Result<Counted, Full> {
        let address = address.to_canonical();
        let mut count = self.lock();
        if count.all >= limits.connections {
            return Err(Full::House);
        }
        // Counted without a limit as well: there may be one tomorrow.
        let here = count.by_address.entry(address).or_default();
        if limits.connections_per_address > 0 && *here >= limits.connections_per_address {
            return Err(Full::Address);
        }
        *here += 1;
        count.all += 1;
        Ok(Counted { census: self.clone(), address })
    }

    fn lock(&self) -> MutexGuard<'_, Count> {
        // Nothing under it can panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut count = self.census.lock();
        count.all -= 1;
        if let Some(here) = count.by_address.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                count.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_of_those_who_went() {
        let mut limits = Limits::default();
        (limits.connections, limits.connections_per_address) = (3, 2);
        let census = Census::default();
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let one = census.admit(address("192.0.2.1"), &limits).unwrap();
        // The same address as it looks to a socket for both families.
        let _two = census.admit(address("::ffff:192.0.2.1"), &limits).unwrap();
        assert_eq!(census.admit(address("192.0.2.1"), &limits).unwrap_err(), Full::Address);
        let three = census.admit(address("192.0.2.2"), &limits).unwrap();
        assert_eq!(census.admit(address("192.0.2.3"), &limits).unwrap_err(), Full::House);
        drop(one);
        drop(census.admit(address("192.0.2.1"), &limits).unwrap());
        drop(three);
        let count = census.lock();
        assert_eq!((count.all, count.by_address.len()), (1, 1));
    }

    #[test]
    fn a_limit_that_comes_later_counts_those_who_came_before() {
        let (census, mut limits) = (Census::default(), Limits::default());
        let address = IpAddr::from([192, 0, 2, 1]);
        let here: Vec<_> = (0..3).map(|_| census.admit(address, &limits).unwrap()).collect();
        limits.connections_per_address = 3;
        assert_eq!(census.admit(address, &limits).unwrap_err(), Full::Address);
        drop(here);
        limits.connections = 1;
        let _one = census.admit(address, &limits).unwrap();
        assert_eq!(census.admit(address, &limits).unwrap_err(), Full::House);
    }
}
