//! Where a person is: told to the service with every call, so that it limits the calls of each.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use tonic::{
    Request,
    metadata::{Ascii, MetadataValue},
};

/// Where proxies append whom they serve.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// By which the service is told.
const CLIENT_ADDRESS: &str = "latchkey-client-address";

tokio::task_local! {
    /// Where the person is whose request is being answered. Like its trace, it goes with the request's
    /// task, and not through every function on the way to a call.
    static CLIENT: Option<IpAddr>;
}

/// Answers a request of a person who is at `address`, if that is known.
pub(crate) async fn at<T>(address: Option<IpAddr>, answer: impl Future<Output = T>) -> T {
    CLIENT.scope(address, answer).await
}

/// Says in a call where the person is whom it is for.
pub(crate) fn tell(request: &mut Request<()>) {
    let Ok(Some(address)) = CLIENT.try_with(|address| *address) else { return };
    let value: Result<MetadataValue<Ascii>, _> = address.to_canonical().to_string().parse();
    if let Ok(value) = value {
        request.metadata_mut().insert(CLIENT_ADDRESS, value);
    }
}

/// Whom the last proxy that is not believed, or a browser, is served as: each proxy appends the
/// address that it was asked from, so what is true stands at the end.
pub(crate) fn forwarded(headers: &HeaderMap, is_proxy: impl Fn(IpAddr) -> bool) -> Option<IpAddr> {
    for line in headers.get_all(FORWARDED_FOR).iter().rev() {
        for entry in line.to_str().ok()?.rsplit(',') {
            let address = address(entry.trim())?;
            if !is_proxy(address) {
                return Some(address);
            }
        }
    }
    None
}

/// An address; some proxies write the port behind it.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let with_port = || text.parse().map(|address: SocketAddr| address.ip());
    bare.parse().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        let is_proxy = |address: IpAddr| address.to_string().starts_with("10.");
        forwarded(&headers, is_proxy).map(|address| address.to_string())
    }

    #[test]
    fn the_last_address_that_is_no_proxys_is_the_persons() {
        for (lines, expected) in [
            (&[][..], None),
            (&["192.0.2.1"], Some("192.0.2.1")),
            (&["203.0.113.9, 192.0.2.1"], Some("192.0.2.1")),
            (&["203.0.113.9, 192.0.2.1, 10.0.0.7,10.0.0.8"], Some("192.0.2.1")),
            (&["203.0.113.9", "192.0.2.1"], Some("192.0.2.1")),
            (&["192.0.2.1", "10.0.0.7"], Some("192.0.2.1")),
            (&["192.0.2.1:4711"], Some("192.0.2.1")),
            (&["2001:db8::1"], Some("2001:db8::1")),
            (&["[2001:db8::1]"], Some("2001:db8::1")),
            (&["[2001:db8::1]:4711"], Some("2001:db8::1")),
            (&["10.0.0.7"], None),
            (&["192.0.2.1, unknown"], None),
            (&["192.0.2.1,"], None),
        ] {
            assert_eq!(told(lines).as_deref(), expected, "{lines:?}");
        }
    }
}
