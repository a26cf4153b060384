//! Limits on the connections of one client address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::address::{Proxies, Source};

/// Counts connections by address. Those of trusted proxies are not counted, since many clients are behind them.
#[derive(Debug)]
pub(super) struct PerAddress {
    held: Mutex<HashMap<Source, usize>>,
    most: usize,
    proxies: Proxies,
}

/// One connection of an address, counted until this is dropped.
#[derive(Debug)]
pub(super) struct Counted {
    by_address: Arc<PerAddress>,
    /// `None` if the address is a trusted proxy's, and so not counted.
    by: Option<Source>,
}

impl PerAddress {
    /// Allows `most` connections for an address.
    pub(super) fn new(most: usize, proxies: Proxies) -> Arc<PerAddress> {
        Arc::new(PerAddress { held: Mutex::default(), most, proxies })
    }

    /// Counts one more connection of this address; `None` if it has as many as it may.
    pub(super) fn take(self: &Arc<PerAddress>, address: IpAddr) -> Option<Counted> {
        let by = Some(Source::of(address)).filter(|_| !self.proxies.trusts(address));
        if let Some(source) = by {
            let mut held = self.held();
            let count = held.entry(source).or_default();
            if *count >= self.most {
                return None;
            }
            *count += 1;
        }
        Some(Counted { by_address: self.clone(), by })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Source, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Some(source) = self.by else { return };
        let mut held = self.by_address.held();
        if let Some(count) = held.get_mut(&source) {
            *count -= 1;
            if *count == 0 {
                held.remove(&source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_and_a_proxy_as_many_as_it_likes() {
        let by_address = PerAddress::new(2, Proxies::new(vec!["10.0.0.1".parse().expect("an address")]));
        let [one, other, proxy]: [IpAddr; 3] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into(), [10, 0, 0, 1].into()];
        let first = by_address.take(one).expect("a place");
        let _second = by_address.take(one).expect("a place");
        assert!(by_address.take(one).is_none() && by_address.take(other).is_some());
        let through: Vec<_> = (0..9).map(|_| by_address.take(proxy)).collect();
        assert!(through.iter().all(Option::is_some));
        drop(first);
        assert!(by_address.take(one).is_some(), "it came free");
        drop((_second, through));
        assert!(by_address.held().is_empty());
    }
}
