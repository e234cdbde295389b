//! Which addresses are on the public Internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether a provider can be at `address`: not this machine, not the network around it, not a cloud's metadata.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// IANA's IPv4 special-purpose address registry: whatever is not globally reachable.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        // "This network", benchmarking (RFC 2544), protocol assignments (RFC 6890), and 6to4 relays, which
        // nobody runs any more (RFC 7526).
        [0, ..] | [198, 18 | 19, ..] | [192, 0, 0, _] | [192, 88, 99, _] => true,
        // Shared by carriers (RFC 6598); some clouds keep their metadata there.
        [100, second, ..] => second & 0b1100_0000 == 0b0100_0000,
        // Reserved, and the broadcast address.
        [first, ..] => first >= 240,
    };
    !(special
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast())
}

/// IANA's IPv6 registry: global unicast is `2000::/3`, less what is carved out of it.
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(behind) = translated(address) {
        return is_public_v4(behind);
    }
    match address.segments() {
        // Protocol assignments with Teredo and ORCHID (RFC 2928), documentation, 6to4, documentation (RFC 9637).
        [0x2001, second, ..] => second >= 0x0200 && second != 0x0db8,
        [0x2002, ..] => false,
        [0x3fff, second, ..] => second >= 0x1000,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// The IPv4 address behind `64:ff9b::/96`, with which networks without IPv4 reach it (RFC 6052).
fn translated(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [0x0064, 0xff9b, 0, 0, 0, 0, high, low] = address.segments() else { return None };
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Some(Ipv4Addr::new(a, b, c, d))
}

#[cfg(test)]
mod tests {
    use super::is_public;

    const NOT_PUBLIC: [&str; 60] = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "127.0.0.1",
        "127.8.8.8",
        "169.254.0.1",
        "169.254.169.254",
        "169.254.170.2",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "192.168.255.255",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:100.64.0.1",
        "::ffff:192.168.0.1",
        "::ffff:0:127.0.0.1",
        "::ffff:8.8.8.8",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::a00:1",
        "64:ff9b::6440:1",
        "64:ff9b::e000:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::",
        "2002:c0a8:1::",
        "3fff::1",
        "3fff:fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ];
    /// Beside the ranges that are not public, and two providers.
    const PUBLIC: [&str; 21] = [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "104.192.141.1",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "64:ff9b::808:808",
        "2001:200::1",
        "2401:1d80:3000::1",
        "2606:4700::1111",
        "3fff:1000::1",
    ];

    #[test]
    fn addresses_that_are_not_on_the_public_internet_are_known() {
        for not_public in NOT_PUBLIC {
            assert!(!is_public(not_public.parse().unwrap()), "{not_public}");
        }
    }

    #[test]
    fn addresses_beside_them_are_public() {
        for public in PUBLIC {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}
