//! Who the client is, when a proxy stands in between.
//!
//! Only proxies on the list are believed. Of a chain of addresses, the last one that is not itself a trusted
//! proxy counts, since whatever stands before it was written by somebody unknown.

mod header;

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

use crate::config::{ClientFrom, Proxy};
use crate::http::connection::EndToEnd;
use crate::http::request::Route;

pub(crate) use header::{ProxyHeader, read_header};

/// Where a connection comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Origin {
    /// The client as far as it is known when the connection is made.
    pub(crate) peer: SocketAddr,
    /// Whether a proxy stands between.
    pub(crate) route: Route,
    /// Whether the connection is this one client's.
    pub(crate) end_to_end: EndToEnd,
}

impl Origin {
    /// Of a connection whose first bytes are not a PROXY header.
    pub(crate) fn of_socket(peer: SocketAddr, proxy: &Proxy) -> Self {
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        if is_trusted(proxy, peer.ip()) {
            return Self {
                peer,
                route: Route::Proxied,
                end_to_end: EndToEnd::No,
            };
        }
        Self {
            peer,
            route: Route::Direct,
            end_to_end: EndToEnd::Yes,
        }
    }

    /// Of a connection that began with a PROXY header.
    pub(crate) fn of_header(peer: SocketAddr, header: ProxyHeader) -> Self {
        match header {
            ProxyHeader::Client(client) => Self {
                peer: SocketAddr::new(client.ip().to_canonical(), client.port()),
                route: Route::Proxied,
                end_to_end: EndToEnd::Yes,
            },
            // The proxy's own checks: it speaks for nobody.
            ProxyHeader::Local => Self {
                peer,
                route: Route::Proxied,
                end_to_end: EndToEnd::No,
            },
        }
    }
}

/// Whether an address is a proxy's that is believed.
pub(crate) fn is_trusted(proxy: &Proxy, address: IpAddr) -> bool {
    proxy
        .trusted
        .iter()
        .any(|network| network.contains(address))
}

/// The client of a request that came on a connection of a trusted proxy. Port 0: not passed on.
pub(crate) fn client(proxy: &Proxy, headers: &HeaderMap, connection: SocketAddr) -> SocketAddr {
    let chain = match proxy.client {
        ClientFrom::ProxyProtocol => return connection,
        ClientFrom::XForwardedFor => list(headers, "x-forwarded-for", |part| Some(part)),
        ClientFrom::Forwarded => list(headers, "forwarded", forwarded_for),
    };
    let mut nearest = None;
    for part in chain.iter().rev() {
        let Some(address) = address(part) else { break };
        nearest = Some(address);
        if !is_trusted(proxy, address.ip()) {
            break;
        }
    }
    let Some(client) = nearest else {
        return SocketAddr::new(connection.ip(), 0);
    };
    if client.port() != 0 {
        return client;
    }
    let port = headers
        .get(&proxy.port_header)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok());
    SocketAddr::new(client.ip(), port.unwrap_or(0))
}

/// The elements of a header that is a list, over all its lines.
fn list(headers: &HeaderMap, name: &str, part: impl Fn(&str) -> Option<&str>) -> Vec<String> {
    let lines = headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let elements = lines.flat_map(|line| line.split(','));
    elements
        .map(|element| part(element.trim()).unwrap_or_default().to_owned())
        .collect()
}

/// The value of `for=` in an element of `Forwarded` (RFC 7239 4).
fn forwarded_for(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for")
            .then(|| value.trim_matches('"'))
    })
}

/// `192.0.2.1`, `192.0.2.1:5000`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:5000`.
fn address(text: &str) -> Option<SocketAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    let address = match bare.parse::<IpAddr>() {
        Ok(ip) => SocketAddr::new(ip, 0),
        Err(_) => text.parse().ok()?,
    };
    Some(SocketAddr::new(address.ip().to_canonical(), address.port()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Network;

    fn proxy(client: ClientFrom) -> Proxy {
        Proxy {
            trusted: vec![Network::parse("10.0.0.0/8").unwrap()],
            client,
            port_header: "x-real-port".parse().unwrap(),
        }
    }

    #[track_caller]
    fn check(from: ClientFrom, headers: &[(&'static str, &str)], expected: &str) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let found = client(&proxy(from), &map, "10.0.0.1:80".parse().unwrap());
        assert_eq!(found.to_string(), expected, "{headers:?}");
    }

    #[test]
    fn the_last_address_that_is_no_proxy_counts() {
        let from = ClientFrom::XForwardedFor;
        check(from, &[("x-forwarded-for", "192.0.2.1")], "192.0.2.1:0");
        check(
            from,
            &[("x-forwarded-for", "192.0.2.1:5000")],
            "192.0.2.1:5000",
        );
        check(
            from,
            &[("x-forwarded-for", "1.2.3.4, 192.0.2.1, 10.9.9.9")],
            "192.0.2.1:0",
        );
        check(
            from,
            &[
                ("x-forwarded-for", "1.2.3.4"),
                ("x-forwarded-for", "192.0.2.1"),
            ],
            "192.0.2.1:0",
        );
        check(
            from,
            &[("x-forwarded-for", "2001:db8::1"), ("x-real-port", "5000")],
            "[2001:db8::1]:5000",
        );
        check(
            from,
            &[("x-forwarded-for", "192.0.2.1, nonsense")],
            "10.0.0.1:0",
        );
        check(from, &[], "10.0.0.1:0");
    }

    #[test]
    fn forwarded_is_read_as_well() {
        let from = ClientFrom::Forwarded;
        check(
            from,
            &[("forwarded", "for=192.0.2.1;proto=https")],
            "192.0.2.1:0",
        );
        check(
            from,
            &[("forwarded", "For=\"[2001:db8::1]:4711\"")],
            "[2001:db8::1]:4711",
        );
        check(
            from,
            &[("forwarded", "for=1.2.3.4, for=192.0.2.1;by=x")],
            "192.0.2.1:0",
        );
    }

    #[test]
    fn a_stranger_is_not_believed() {
        let stranger = Origin::of_socket(
            "192.0.2.1:5000".parse().unwrap(),
            &proxy(ClientFrom::XForwardedFor),
        );
        assert_eq!(
            (stranger.route, stranger.end_to_end),
            (Route::Direct, EndToEnd::Yes)
        );
    }
}
