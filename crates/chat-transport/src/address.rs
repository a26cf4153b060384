//! Where a client is: the address at the other end of its connection, or the one that a trusted proxy names.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use http::HeaderMap;

/// A range of addresses with a common beginning (`10.0.0.0/8`), or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// The error for a text that names no network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an address or a network such as 10.0.0.0/8")]
pub struct NotNetwork(String);

/// The unit by which requests of strangers are counted: an IPv4 address, or the first 64 bits of an IPv6 address, since one
/// customer can use every address below them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Source(IpAddr);

/// The proxies that the operator trusts.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Vec<Network>);

impl Network {
    /// Tells whether the address lies in this network.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => same(own.to_bits().into(), other.to_bits().into(), 32, self.bits),
            (IpAddr::V6(own), IpAddr::V6(other)) => same(own.to_bits(), other.to_bits(), 128, self.bits),
            _ => false,
        }
    }
}

/// Tells whether the first `bits` of two addresses of this width are the same.
fn same(one: u128, other: u128, width: u32, bits: u8) -> bool {
    let rest = width.saturating_sub(bits.into());
    (one ^ other).checked_shr(rest).unwrap_or(0) == 0
}

impl FromStr for Network {
    type Err = NotNetwork;

    fn from_str(text: &str) -> Result<Network, NotNetwork> {
        let not = || NotNetwork(text.to_owned());
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| not())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(width), |bits| bits.parse().map_err(|_| not()))?;
        if bits > width { Err(not()) } else { Ok(Network { address, bits }) }
    }
}

impl Source {
    /// Returns the source that an address counts for.
    pub fn of(address: IpAddr) -> Source {
        Source(match address.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
            address => address,
        })
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

impl Proxies {
    /// Trusts proxies in these networks, and no others.
    pub fn new(trusted: Vec<Network>) -> Proxies {
        Proxies(trusted)
    }

    /// Tells whether the address is one of these proxies'.
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// Returns the client's address. Each proxy appends the address that it was called from to `X-Forwarded-For`; read from the
    /// end, the first one that is not a trusted proxy is the client. Entries before it are ignored: the client may have written
    /// them.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trusts(peer) {
            return peer;
        }
        let lines: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok()).collect();
        let mut client = peer;
        for entry in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            let Some(address) = address_in(entry.trim()) else { break };
            client = address;
            if !self.trusts(client) {
                break;
            }
        }
        client
    }

    /// Tells whether a trusted proxy says that the client came to it over TLS.
    pub(crate) fn says_https(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let last = headers.get_all(FORWARDED_PROTO).iter().next_back().and_then(|line| line.to_str().ok());
        let said = last.and_then(|line| line.rsplit(',').next()).is_some_and(|proto| proto.trim() == "https");
        said && self.trusts(peer)
    }
}

/// Reads an address as proxies write it: some add the port.
fn address_in(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(inside, _)| inside);
    let address = entry.parse().ok().or_else(|| bare?.parse().ok());
    address.or_else(|| entry.parse().ok().map(|with_port: std::net::SocketAddr| with_port.ip()))
}

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_PROTO: &str = "x-forwarded-proto";

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn proxies(trusted: &[&str]) -> Proxies {
        Proxies::new(trusted.iter().map(|network| network.parse().expect("a network")).collect())
    }

    #[test]
    fn a_network_is_what_begins_alike() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.6"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
            ("2001:db8::/32", "2001:db8:1::1", "2001:db9::1"),
            ("10.0.0.0/8", "::ffff:10.1.1.1", "::ffff:11.1.1.1"),
        ] {
            let network: Network = network.parse().expect(network);
            assert!(network.contains(address(inside)) && !network.contains(address(outside)), "{network:?}");
        }
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/-1", "localhost"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_the_word_of_trusted_proxies_counts() {
        let proxies = proxies(&["10.0.0.0/8", "::1"]);
        let client = |peer: &str, lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(FORWARDED_FOR, line.parse().expect("a header"));
            }
            proxies.client(address(peer), &headers).to_string()
        };
        assert_eq!(client("192.0.2.1", &["203.0.113.5"]), "192.0.2.1", "nobody trusts it");
        assert_eq!(client("10.0.0.1", &["203.0.113.5"]), "203.0.113.5");
        assert_eq!(client("10.0.0.1", &["1.2.3.4, 203.0.113.5, 10.0.0.2"]), "203.0.113.5", "what the client made up");
        assert_eq!(client("10.0.0.1", &["1.2.3.4", "203.0.113.5"]), "203.0.113.5", "in two lines");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["1.2.3.4, nonsense"]), "10.0.0.1");
        assert_eq!(client("::1", &["203.0.113.5:4711"]), "203.0.113.5");
        assert_eq!(client("::1", &["[2001:db8::5]:4711"]), "2001:db8::5");
    }

    #[test]
    fn tls_is_what_the_last_proxy_says() {
        let proxies = proxies(&["10.0.0.1"]);
        let mut headers = HeaderMap::new();
        assert!(!proxies.says_https(address("10.0.0.1"), &headers));
        headers.insert(FORWARDED_PROTO, "http, https".parse().expect("a header"));
        assert!(proxies.says_https(address("10.0.0.1"), &headers));
        assert!(!proxies.says_https(address("10.0.0.2"), &headers));
    }

    #[test]
    fn neighbours_in_ipv6_count_as_one() {
        let origin = |text: &str| Source::of(address(text));
        assert_eq!(origin("2001:db8::1"), origin("2001:db8::ffff:1"));
        assert_ne!(origin("2001:db8::1"), origin("2001:db8:0:1::1"));
        assert_eq!(origin("::ffff:192.0.2.1"), origin("192.0.2.1"));
        assert_ne!(origin("192.0.2.2"), origin("192.0.2.1"));
    }
}
