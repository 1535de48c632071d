//! Names and values of the HTTP headers (MS-ASHTTP 2.2.1.1.2, 2.2.2.1.2).
//!
//! Header names compare without case. What carries credentials is no business of this crate.

use crate::query::Command;
use crate::version::Version;

/// Path of every request; clients differ in case and may add a slash (see [`is_path`]).
pub const PATH: &str = "/Microsoft-Server-ActiveSync";

/// Request: the version of a plain query's body.
pub const PROTOCOL_VERSION: &str = "MS-ASProtocolVersion";
/// Answer to OPTIONS: the versions served, see [`protocol_versions`].
pub const PROTOCOL_VERSIONS: &str = "MS-ASProtocolVersions";
/// Answer to OPTIONS: the commands served, see [`protocol_commands`].
pub const PROTOCOL_COMMANDS: &str = "MS-ASProtocolCommands";
/// Answer: the server's version, free text.
pub const SERVER: &str = "MS-Server-ActiveSync";
/// Request: the policy key of a plain query, see [`parse_policy_key`].
pub const POLICY_KEY: &str = "X-MS-PolicyKey";
/// Request: `T` asks for the parts of an ItemOperations answer one after the other.
pub const ACCEPT_MULTIPART: &str = "MS-ASAcceptMultiPart";
/// Answer: the versions changed, run OPTIONS again and synchronise from the start.
pub const RESYNC: &str = "X-MS-RP";
/// Answer with 503: why the device is slowed down, free text.
pub const THROTTLE: &str = "X-MS-ASThrottle";
/// Answer with 451: the URL to use from now on.
pub const LOCATION: &str = "X-MS-Location";
/// Answer: days until the password expires.
pub const CREDENTIALS_EXPIRE: &str = "X-MS-Credentials-Expire";
/// Answer to Autodiscover: where the password can be changed.
pub const CREDENTIAL_SERVICE_URL: &str = "X-MS-Credential-Service-Url";
/// Answer with 503: seconds to wait.
pub const RETRY_AFTER: &str = "Retry-After";
/// Type of a body.
pub const CONTENT_TYPE: &str = "Content-Type";
/// Request: the user's languages, for searching.
pub const ACCEPT_LANGUAGE: &str = "Accept-Language";
/// Request: the client's name; it does not change but for upgrades.
pub const USER_AGENT: &str = "User-Agent";

/// Type of every body but the following.
pub const WBXML: &str = "application/vnd.ms-sync.wbxml";
/// Another name for [`WBXML`] that clients use.
pub const WBXML_SHORT: &str = "application/vnd.ms-sync";
/// Type of an ItemOperations answer in parts.
pub const MULTIPART: &str = "application/vnd.ms-sync.multipart";
/// Type of a SendMail, SmartReply or SmartForward body before 14.0.
pub const MESSAGE: &str = "message/rfc822";
/// Type of Autodiscover bodies.
pub const XML: &str = "text/xml";

/// Whether a request's path is ours: without regard to case, with or without a slash at the end.
#[must_use]
pub fn is_path(path: &str) -> bool {
    path.strip_suffix('/')
        .unwrap_or(path)
        .eq_ignore_ascii_case(PATH)
}

/// Whether a `Content-Type` says WBXML; its parameters do not matter.
#[must_use]
pub fn is_wbxml(content_type: &str) -> bool {
    is_type(content_type, WBXML) || is_type(content_type, WBXML_SHORT)
}

/// Whether a `Content-Type` says a MIME message; its parameters do not matter.
#[must_use]
pub fn is_message(content_type: &str) -> bool {
    is_type(content_type, MESSAGE)
}

/// The value of [`PROTOCOL_VERSIONS`], without spaces: some clients do not trim.
#[must_use]
pub fn protocol_versions(versions: &[Version]) -> String {
    join(versions.iter().map(|version| version.as_str()))
}

/// The value of [`PROTOCOL_COMMANDS`]; a client takes the absence of a command as «cannot».
#[must_use]
pub fn protocol_commands(commands: &[Command]) -> String {
    join(commands.iter().map(|command| command.as_str()))
}

/// Reads [`PROTOCOL_VERSIONS`]; what we do not know is left out.
#[must_use]
pub fn parse_protocol_versions(value: &str) -> Vec<Version> {
    value.split(',').filter_map(Version::parse).collect()
}

/// Reads [`PROTOCOL_COMMANDS`]; what we do not know is left out.
#[must_use]
pub fn parse_protocol_commands(value: &str) -> Vec<Command> {
    value
        .split(',')
        .filter_map(|name| Command::parse(name.trim()))
        .collect()
}

/// Reads [`POLICY_KEY`]: a decimal number of 32 bits. `None` when it is none.
#[must_use]
pub fn parse_policy_key(value: &str) -> Option<u32> {
    value.trim().parse().ok()
}

/// Reads [`ACCEPT_MULTIPART`].
#[must_use]
pub fn parse_accept_multipart(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("T")
}

fn is_type(content_type: &str, expected: &str) -> bool {
    content_type
        .split(';')
        .next()
        .is_some_and(|name| name.trim().eq_ignore_ascii_case(expected))
}

fn join<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_lead_back() {
        let versions = protocol_versions(&Version::SERVED);
        assert_eq!(versions, "12.1,14.0,14.1,16.0,16.1");
        assert_eq!(parse_protocol_versions(&versions), Version::SERVED);
        assert_eq!(parse_protocol_versions("1.0, 14.1"), [Version::V14_1]);
        let commands = protocol_commands(&Command::ALL);
        assert_eq!(parse_protocol_commands(&commands), Command::ALL);
    }

    #[test]
    fn policy_keys() {
        for (value, key) in [
            ("1307199584", Some(1_307_199_584)),
            (" 0 ", Some(0)),
            ("4294967296", None),
            ("", None),
            ("-1", None),
        ] {
            assert_eq!(parse_policy_key(value), key, "{value:?}");
        }
    }

    #[test]
    fn paths_and_types_are_compared_loosely() {
        assert!(is_path("/microsoft-server-activesync/"));
        assert!(!is_path("/Microsoft-Server-ActiveSync/x"));
        assert!(is_wbxml("Application/vnd.ms-sync; charset=utf-8"));
        assert!(is_wbxml(WBXML));
        assert!(!is_wbxml("text/xml"));
        assert!(is_message("message/rfc822"));
        assert!(parse_accept_multipart("t"));
        assert!(!parse_accept_multipart("F"));
    }
}
