//! The JSON form: `GET …/autodiscover.json?Email=a%40b&Protocol=ActiveSync`, without credentials.
//!
//! The address is not looked at, so nobody learns which addresses exist.

use http::StatusCode;
use percent_encoding::percent_decode_str;
use serde_json::json;

use crate::http::autodiscover::Place;

/// An HTTP status and a JSON document.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Answer {
    /// 200, or 400 for what is not spoken here.
    pub(crate) status: StatusCode,
    /// The document.
    pub(crate) body: String,
}

/// Answers a query.
pub(crate) fn answer(query: &str, place: &Place) -> Answer {
    let Some(protocol) = parameter(query, "protocol") else {
        let text = "A valid value must be provided for the query parameter 'Protocol'";
        return refused("MandatoryParameterMissing", text);
    };
    let (name, url) = match protocol.to_ascii_lowercase().as_str() {
        "activesync" => ("ActiveSync", place.url().to_owned()),
        "autodiscoverv1" => ("AutodiscoverV1", place.pox_url()),
        _ => {
            let text = "The given protocol value is invalid. Supported values: 'ActiveSync,AutodiscoverV1'";
            return refused("InvalidProtocol", text);
        }
    };
    Answer {
        status: StatusCode::OK,
        body: json!({ "Protocol": name, "Url": url }).to_string(),
    }
}

fn refused(code: &str, message: &str) -> Answer {
    Answer {
        status: StatusCode::BAD_REQUEST,
        body: json!({ "ErrorCode": code, "ErrorMessage": message }).to_string(),
    }
}

/// A parameter by its name, in any letter case.
fn parameter(query: &str, wanted: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let value = percent_decode_str(value).decode_utf8_lossy();
        name.eq_ignore_ascii_case(wanted)
            .then(|| value.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Uri};

    use super::*;
    use crate::http::request::Route;

    #[test]
    fn protocols_and_letter_cases() {
        let host = HeaderMap::from_iter([(
            http::header::HOST,
            HeaderValue::from_static("mail.example.org"),
        )]);
        let place = Place::of(None, &Uri::from_static("/"), &host, Route::Direct).unwrap();
        for (query, status, part) in [
            (
                "Email=a%40b&Protocol=ActiveSync&RedirectCount=1",
                200,
                "https://mail.example.org/Microsoft-Server-ActiveSync",
            ),
            ("protocol=activesync", 200, r#""Protocol":"ActiveSync""#),
            (
                "PROTOCOL=AutodiscoverV1&Email=nobody%40nowhere",
                200,
                "https://mail.example.org/autodiscover/autodiscover.xml",
            ),
            ("Protocol=EWS", 400, "InvalidProtocol"),
            ("Protocol=%22%3C", 400, "InvalidProtocol"),
            ("Email=a%40b", 400, "MandatoryParameterMissing"),
            ("", 400, "MandatoryParameterMissing"),
        ] {
            let answer = answer(query, &place);
            assert_eq!(answer.status.as_u16(), status, "{query}");
            assert!(answer.body.contains(part), "{query}: {}", answer.body);
        }
    }
}
