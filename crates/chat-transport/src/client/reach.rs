//! Finding the addresses of hosts, and deciding which of them may be reached.

use std::fmt;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use tokio::net::lookup_host;

/// Finds the addresses of a host, which may itself be written as an address. It is asked for each connection, and the connection
/// goes to one of the addresses that it returned: so no name, however it resolves, leads to an address that it leaves out.
pub trait Resolve: fmt::Debug + Send + Sync {
    /// Returns the addresses, best first. An error of the kind `PermissionDenied` means that the host has addresses, none of
    /// which may be reached.
    fn resolve(&self, host: String, port: u16) -> Resolving;
}

/// The future of a lookup.
pub type Resolving = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Looks names up as the system does, and allows every address.
#[derive(Clone, Copy, Debug)]
pub struct Dns;

impl Resolve for Dns {
    fn resolve(&self, host: String, port: u16) -> Resolving {
        Box::pin(async move { Ok(lookup_host((host, port)).await?.collect()) })
    }
}

/// Returns only those addresses of another resolver that are allowed.
#[derive(Clone, Debug)]
pub struct Only {
    /// The resolver that looks names up.
    pub by: Arc<dyn Resolve>,
    /// Tells which addresses may be reached. For hosts that strangers name use [`is_public`].
    pub allows: fn(IpAddr) -> bool,
}

impl Resolve for Only {
    fn resolve(&self, host: String, port: u16) -> Resolving {
        let (looking, allows) = (self.by.resolve(host, port), self.allows);
        Box::pin(async move {
            let mut found = looking.await?;
            found.retain(|address| allows(address.ip()));
            if found.is_empty() { Err(ErrorKind::PermissionDenied.into()) } else { Ok(found) }
        })
    }
}

/// Tells whether an address belongs to the public Internet. Addresses of this machine, of its neighbours and for special purposes
/// do not, nor do they in any IPv6 notation.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => hidden(address).map_or_else(|| is_public_v6(address), is_public_v4),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let special = match (first, second, third) {
        // "This network"; carrier-grade NAT; IETF protocols; benchmarks; former class E and broadcast.
        (0 | 240..=255, ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18..=19, _) => true,
        // 6to4 relays.
        (192, 88, 99) => true,
        _ => address.is_loopback() || address.is_private() || address.is_link_local() || address.is_documentation(),
    };
    !special && !address.is_multicast()
}

/// Public IPv6 addresses all lie in 2000::/3, some blocks of which have special purposes.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let special = matches!((first, second), (0x2001, 0..=0x1ff | 0xdb8) | (0x3fff, 0..=0xfff));
    (0x2000..=0x3fff).contains(&first) && !special
}

/// Returns the IPv4 address to which packets for this IPv6 address go: of a mapped address, NAT64 or 6to4.
fn hidden(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let from = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(from(high, low)),
        [0x2002, high, low, ..] => Some(from(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_of_the_internet_is_not_public() {
        let public = |text: &str| is_public(text.parse().expect(text));
        for good in ["1.1.1.1", "100.128.0.1", "198.20.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"] {
            assert!(public(good), "{good}");
        }
        for wrong in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "192.0.2.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "::127.0.0.1",
            "64:ff9b:1::1",
            "3fff::1",
            "5f00::1",
        ] {
            assert!(!public(wrong), "{wrong}");
        }
    }
}
