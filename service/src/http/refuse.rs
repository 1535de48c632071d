//! What a device is told when its request cannot be served: statuses from 14.0 on, HTTP statuses before.
//!
//! `docs/architecture.md`, "Bad input", has all of it as a table.

use http::{HeaderValue, StatusCode};
use protocol::element::Element;
use protocol::query::{Command, QueryError};
use protocol::status::CommonStatus;
use protocol::version::Version;
use protocol::wbxml;

use crate::http::answer::{Answer, Refusal};
use crate::http::auth::SignInError;

/// The answer `status` to `command`: from 14.0 on the command's own root with nothing but the status, before
/// that, and for commands without a root, the HTTP status that says the same.
pub(crate) fn status(command: Command, version: Version, status: CommonStatus) -> Answer {
    let root = command
        .root()
        .zip(command.status())
        .filter(|_| version >= Version::V14_0);
    let Some((root, status_tag)) = root else {
        return http(status).into();
    };
    let document = Element::new(root).with(Element::text(status_tag, status.code().to_string()));
    Answer::wbxml(wbxml::encode(&document, version))
}

/// The HTTP status that says the same as `status`.
fn http(status: CommonStatus) -> Refusal {
    let code = StatusCode::from_u16(status.http_before_14());
    let code = code.unwrap_or(StatusCode::BAD_REQUEST);
    match code {
        // What can go over is 503 with a time to wait, and 500 is never said: iOS would start over.
        StatusCode::INTERNAL_SERVER_ERROR | StatusCode::SERVICE_UNAVAILABLE => {
            Refusal::unavailable(30, "status before 14.0")
        }
        code => Refusal::new(code, "status before 14.0"),
    }
}

/// The answer to a request line that could not be read. `version` is the header's, for the plain form.
pub(crate) fn request_line(error: &QueryError, query: &str, version: Option<Version>) -> Answer {
    let told = match error {
        QueryError::MissingDeviceId | QueryError::InvalidDeviceId => {
            CommonStatus::DeviceIdMissingOrInvalid
        }
        QueryError::MissingDeviceType | QueryError::InvalidDeviceType => {
            CommonStatus::DeviceTypeMissingOrInvalid
        }
        QueryError::UnknownVersion(_) => CommonStatus::VersionNotSupported,
        QueryError::UnknownCommand(_) => {
            return Refusal::new(StatusCode::NOT_IMPLEMENTED, "unknown command").into();
        }
        _ => return Refusal::new(StatusCode::BAD_REQUEST, "unreadable request line").into(),
    };
    let (command, version) = glimpse(query, version);
    match (command, version) {
        (Some(command), Some(version)) => status(command, version, told),
        (_, _) => http(told).into(),
    }
}

/// Command and version of a request line that is wrong elsewhere. A newer version than we know counts as
/// 14.0, in which statuses are understood.
fn glimpse(query: &str, version: Option<Version>) -> (Option<Command>, Option<Version>) {
    let plain = query.split('&').find_map(|field| {
        let (name, value) = field.split_once('=')?;
        name.eq_ignore_ascii_case("Cmd")
            .then(|| Command::parse(value))
    });
    if let Some(command) = plain {
        return (command, version);
    }
    let packed = base64::Engine::decode(
        &base64::engine::general_purpose::STANDARD_NO_PAD,
        query.get(..4).unwrap_or(""),
    );
    let Ok([version, command, _]) = packed.as_deref() else {
        return (None, None);
    };
    let newer = (*version > Version::V16_1.byte()).then_some(Version::V14_0);
    (
        Command::from_code(*command),
        Version::from_byte(*version).or(newer),
    )
}

/// The answer when the version is missing or not served. `text` is the header's, if there was one.
pub(crate) fn version(command: Command, version: Option<Version>, text: Option<&str>) -> Answer {
    if text == Some("1.0") {
        return Refusal::new(StatusCode::HTTP_VERSION_NOT_SUPPORTED, "version 1.0").into();
    }
    let major = text.and_then(|text| text.trim().split('.').next()?.parse::<u32>().ok());
    let newer = major.filter(|major| *major >= 14).map(|_| Version::V14_0);
    match version.or(newer) {
        Some(version) => status(command, version, CommonStatus::VersionNotSupported),
        None => http(CommonStatus::VersionNotSupported).into(),
    }
}

/// The answer to who could not be let in.
pub(crate) fn sign_in(error: SignInError, realm: &str) -> Refusal {
    match error {
        SignInError::Unauthorized => {
            let challenge = HeaderValue::from_str(&format!("Basic realm=\"{realm}\""));
            let challenge = challenge.unwrap_or(HeaderValue::from_static("Basic"));
            Refusal::new(StatusCode::UNAUTHORIZED, "not signed in")
                .with_header(http::header::WWW_AUTHENTICATE, challenge)
        }
        SignInError::NotNow(wait) => {
            let seconds = u32::try_from(wait.as_secs())
                .unwrap_or(u32::MAX)
                .clamp(5, 300);
            Refusal::unavailable(seconds, "sign-in was not checked")
        }
    }
}

/// The answer to a device that has too many requests under way.
pub(crate) fn too_many() -> Refusal {
    Refusal::throttled("limits.requests_per_device", "ConcurrentRequests")
}

/// The answer to new work while there is too much to do.
pub(crate) fn overloaded() -> Refusal {
    Refusal::throttled("overloaded", "ServerBusy")
}

/// The answer to a command that the device's version does not have.
pub(crate) fn command() -> Answer {
    Refusal::new(StatusCode::NOT_IMPLEMENTED, "command of another version").into()
}

/// The answer to a method that is not served.
pub(crate) fn method() -> Refusal {
    let allow = HeaderValue::from_static("OPTIONS,POST");
    Refusal::new(StatusCode::NOT_IMPLEMENTED, "method").with_header(http::header::ALLOW, allow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::answer::Content;

    /// The status inside of a WBXML answer, or the HTTP status.
    #[track_caller]
    fn told(answer: Answer) -> String {
        match answer.content {
            Content::Wbxml(bytes) => {
                let document = wbxml::decode(&bytes, &wbxml::Limits::default()).unwrap();
                let status = document.root.elements().next().unwrap();
                format!("{} {}", document.root.tag.name(), status.value())
            }
            Content::Http(refusal) => refusal.status.as_u16().to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn statuses_depend_on_the_version() {
        let unsupported = CommonStatus::CommandNotSupported;
        assert_eq!(
            told(status(Command::Search, Version::V14_1, unsupported)),
            "Search 137"
        );
        assert_eq!(
            told(status(Command::Search, Version::V12_1, unsupported)),
            "501"
        );
        assert_eq!(
            told(status(Command::GetAttachment, Version::V14_1, unsupported)),
            "501"
        );
    }

    #[test]
    fn request_lines_that_are_wrong_in_one_place_are_answered_in_the_command_s_way() {
        let line = |query: &str, version| {
            let error = protocol::query::parse(query).unwrap_err();
            told(request_line(&error, query, version))
        };
        let new = Some(Version::V14_1);
        assert_eq!(line("Cmd=Ping&DeviceType=x", new), "Ping 108");
        assert_eq!(line("Cmd=Ping&DeviceType=x", Some(Version::V12_1)), "400");
        assert_eq!(line("Cmd=Ping&DeviceType=x", None), "400");
        assert_eq!(line("Cmd=Sync&DeviceId=x", new), "Sync 109");
        assert_eq!(line("Cmd=Dance&DeviceId=x&DeviceType=y", new), "501");
        assert_eq!(line("User=anna", new), "400");
        assert_eq!(line("", new), "400");
        // 17.0, Ping, id and type in order
        assert_eq!(line("qhIJBANhYmMAAXg=", None), "Ping 138");
        // 2.0
        assert_eq!(line("FBIJBANhYmMAAXg=", None), "400");
        // 14.1, Ping, no device id
        assert_eq!(line("jRIJBAAAAXg=", None), "Ping 108");
    }

    #[test]
    fn versions_that_are_not_served() {
        let wrong = |version, text| told(super::version(Command::Sync, version, text));
        assert_eq!(wrong(Some(Version::V16_1), Some("16.1")), "Sync 138");
        assert_eq!(wrong(Some(Version::V2_5), Some("2.5")), "400");
        assert_eq!(wrong(None, None), "400");
        assert_eq!(wrong(None, Some("1.0")), "505");
        assert_eq!(wrong(None, Some("99.9")), "Sync 138");
        assert_eq!(wrong(None, Some("new")), "400");
    }
}
