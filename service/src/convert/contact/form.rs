//! Values as a device is shown them, and back.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::line::{Edition, Entry};
use super::pools::Form;
use super::value;

/// Schemes of addresses for instant messages that a device is not shown.
const SERVICES: [&str; 13] = [
    "xmpp", "im", "aim", "skype", "msnim", "msn", "ymsgr", "icq", "gtalk", "qq", "sip", "sips",
    "x-apple",
];

/// What a URI may not hold as it is.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b'%')
    .add(b',')
    .add(b';');

/// The value of an entry as a device is shown it; empty is no value.
pub(super) fn shown(entry: &Entry<'_>, form: Form, edition: Edition) -> String {
    match form {
        Form::Text | Form::Uri => value::text(entry, edition),
        Form::List => {
            let items = value::split(&value::decoded(entry), ',');
            let items = items.iter().map(|item| value::unescape(item, edition));
            let items: Vec<_> = items
                .map(|item| value::clean(&item))
                .filter(|item| !item.is_empty())
                .collect();
            items.join(", ")
        }
        Form::Phone => phone(&value::text(entry, edition)),
        Form::Email => address(&value::text(entry, edition)).to_owned(),
        Form::Im => value::clean(&im(&value::text(entry, edition))),
    }
}

/// The number of a `tel:` URI, or what else stands there.
fn phone(text: &str) -> String {
    let Some(uri) = without_scheme(text, "tel") else {
        return text.to_owned();
    };
    let (number, parameters) = uri.split_once(';').unwrap_or((uri, ""));
    let number = percent_decode_str(number).decode_utf8_lossy();
    let extension = parameters
        .split(';')
        .find_map(|parameter| parameter.strip_prefix("ext="));
    value::clean(&match extension {
        Some(extension) => format!("{number} x{extension}"),
        None => number.into_owned(),
    })
}

/// The bare address in what a device sends or a card holds: `"Ann" <ann@example.org>`, `mailto:ann@example.org`.
pub(super) fn address(text: &str) -> &str {
    let text = text.trim();
    let text = without_scheme(text, "mailto").unwrap_or(text);
    let bracketed = text
        .strip_suffix('>')
        .and_then(|text| text.rsplit_once('<'))
        .map(|(_, address)| address.trim());
    bracketed
        .filter(|address| !address.is_empty())
        .unwrap_or(text)
}

/// An address for instant messages without the scheme that names the service.
pub(super) fn im(text: &str) -> String {
    match service(text) {
        Some((_, address)) => percent_decode_str(address).decode_utf8_lossy().into_owned(),
        None => text.to_owned(),
    }
}

/// The scheme and what follows, if it names a service.
fn service(text: &str) -> Option<(&str, &str)> {
    let (scheme, address) = text.split_once(':')?;
    SERVICES
        .into_iter()
        .any(|service| service.eq_ignore_ascii_case(scheme))
        .then_some((scheme, address))
}

fn without_scheme<'t>(text: &'t str, scheme: &str) -> Option<&'t str> {
    let (head, tail) = text.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme)
        .then_some(tail)?
        .strip_prefix(':')
}

/// The escaped value for what a device sent; `old` is the entry that it replaces.
pub(super) fn written(sent: &str, form: Form, edition: Edition, old: Option<&Entry<'_>>) -> String {
    match form {
        Form::Text | Form::Phone => value::escape(sent, edition),
        Form::Email => value::escape(address(sent), edition),
        // Line ends would end the property.
        Form::Uri => sent.chars().filter(|char| !char.is_control()).collect(),
        Form::List => {
            let items = sent.split(',').map(str::trim);
            let items: Vec<_> = items
                .filter(|item| !item.is_empty())
                .map(|item| value::escape_item(item, edition))
                .collect();
            items.join(",")
        }
        Form::Im => im_written(sent, edition, old),
    }
}

fn im_written(sent: &str, edition: Edition, old: Option<&Entry<'_>>) -> String {
    let uri = old.is_none_or(|old| old.name == "IMPP");
    if !uri {
        return value::escape(sent, edition);
    }
    let before = old.map(|old| value::text(old, edition)).unwrap_or_default();
    let scheme = match (service(sent), service(&before)) {
        (Some((scheme, _)), _) | (None, Some((scheme, _))) => scheme,
        (None, None) => "im",
    };
    let address = service(sent).map_or(sent, |(_, address)| address);
    format!("{scheme}:{}", utf8_percent_encode(address, UNSAFE))
}

/// Parameters that do not fit a new value of the form.
pub(super) fn outdated(form: Form, entry: &Entry<'_>) -> &'static [&'static str] {
    match form {
        // A number is written as text, which is what 4.0 takes it for without VALUE.
        Form::Phone if entry.says("VALUE", "URI") => &["VALUE"],
        _ => &[],
    }
}
