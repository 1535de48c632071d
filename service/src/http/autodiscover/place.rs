//! Where the service is, as devices are to see it.

use http::uri::Authority;
use http::{HeaderMap, Uri};
use protocol::header;

use crate::http::request::Route;

/// The address that devices are sent to, `https` always: no device keeps a password for anything else.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Place {
    url: String,
    host: String,
}

impl Place {
    /// The place that was configured, or else the name under which the device asked. `None` when it gave none that is
    /// a name.
    pub(crate) fn of(
        configured: Option<&str>,
        uri: &Uri,
        headers: &HeaderMap,
        route: Route,
    ) -> Option<Self> {
        if let Some(url) = configured {
            let host = url.parse::<Uri>().ok()?.authority()?.to_string();
            return Some(Self {
                url: url.to_owned(),
                host,
            });
        }
        let forwarded = match route {
            Route::Proxied => text(headers, "x-forwarded-host"),
            Route::Direct => None,
        };
        let asked = forwarded
            .or_else(|| uri.authority().map(Authority::as_str))
            .or_else(|| text(headers, "host"))?;
        let host = host(asked)?;
        Some(Self {
            url: format!("https://{host}{}", header::PATH),
            host,
        })
    }

    /// Where devices sync.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where the XML form of Autodiscover is.
    pub(crate) fn pox_url(&self) -> String {
        format!("https://{}/autodiscover/autodiscover.xml", self.host)
    }
}

/// A name or address with an optional port; the usual port is left out.
fn host(asked: &str) -> Option<String> {
    // A chain of proxies appends: the first is the device's own word.
    let first = asked.split(',').next()?.trim();
    let authority: Authority = first.parse().ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-[]:".contains(c);
    let host = authority.host();
    if host.is_empty() || !host.chars().all(plain) || first.contains('@') {
        return None;
    }
    let host = host.to_ascii_lowercase();
    match authority.port_u16() {
        None | Some(443 | 80) => Some(host),
        Some(port) => Some(format!("{host}:{port}")),
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn url(configured: Option<&str>, headers: &[(&'static str, &str)], route: Route) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let uri = Uri::from_static("/autodiscover/autodiscover.xml");
        Place::of(configured, &uri, &map, route).map_or_else(String::new, |place| place.url)
    }

    #[test]
    fn the_place_is_the_configured_one_or_the_one_that_was_asked() {
        let (direct, proxied) = (Route::Direct, Route::Proxied);
        let own = "https://mail.example.org/Microsoft-Server-ActiveSync";
        let asked = [("host", "Mail.Example.ORG:443")];
        let other = [("host", "elsewhere.example")];
        let ported = [("host", "mail.example.org:8443")];
        let behind = [
            ("host", "10.0.0.7:8080"),
            ("x-forwarded-host", "mail.example.org"),
        ];
        assert_eq!(url(None, &asked, direct), own);
        assert_eq!(url(Some(own), &other, direct), own);
        assert_eq!(
            url(None, &ported, direct),
            "https://mail.example.org:8443/Microsoft-Server-ActiveSync"
        );
        assert_eq!(url(None, &behind, proxied), own);
        assert_eq!(
            url(None, &behind, direct),
            "https://10.0.0.7:8080/Microsoft-Server-ActiveSync"
        );
    }

    #[test]
    fn what_is_no_name_is_not_sent_back() {
        for host in [
            "",
            "a b",
            "<script>",
            "user@mail.example",
            "mail\"example",
            "/",
        ] {
            assert_eq!(url(None, &[("host", host)], Route::Direct), "", "{host:?}");
        }
        assert_eq!(url(None, &[], Route::Direct), "");
    }
}
