//! The XML form. Clients vary in namespaces and put blanks around values; the schema that they want is what counts.

use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::Event;

use crate::http::autodiscover::Place;

/// The answers that we know to write.
const MOBILE: &str =
    "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006";
/// The root's namespace.
const OUTER: &str = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006";

/// What a device asks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Asked {
    /// Its settings, for this address if it says one.
    Mobile(Option<String>),
    /// An answer in a schema that is not ours, such as Outlook's: error 601.
    OtherSchema,
    /// What cannot be understood: error 600.
    Malformed,
}

/// Reads a request. Entities but the predefined ones are not expanded, and nothing outside the document is read.
pub(crate) fn read(body: &[u8]) -> Asked {
    let Ok(text) = std::str::from_utf8(body) else {
        return Asked::Malformed;
    };
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let (mut address, mut schema) = (String::new(), String::new());
    let mut within: Option<Field> = None;
    let mut root = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                let name = start.local_name();
                let name = std::str::from_utf8(name.as_ref()).unwrap_or_default();
                root |= name == "Autodiscover";
                within = Field::of(name);
            }
            Ok(Event::End(_)) => within = None,
            Ok(Event::Text(text)) => {
                if let (Some(field), Ok(text)) = (within, text.xml_content()) {
                    field.of_two(&mut address, &mut schema).push_str(&text);
                }
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(_) => return Asked::Malformed,
        }
    }
    match schema.trim() {
        _ if !root => Asked::Malformed,
        "" => Asked::Malformed,
        MOBILE => Asked::Mobile(Some(address.trim().to_owned()).filter(|text| !text.is_empty())),
        _ => Asked::OtherSchema,
    }
}

/// The elements that count.
#[derive(Clone, Copy)]
enum Field {
    Address,
    Schema,
}

impl Field {
    fn of(name: &str) -> Option<Self> {
        match name {
            "EMailAddress" => Some(Self::Address),
            "AcceptableResponseSchema" => Some(Self::Schema),
            _ => None,
        }
    }

    fn of_two<'f>(self, address: &'f mut String, schema: &'f mut String) -> &'f mut String {
        match self {
            Self::Address => address,
            Self::Schema => schema,
        }
    }
}

/// The document for what was asked. `address` is the account's, where it is known.
pub(crate) fn answer(asked: &Asked, address: Option<&str>, place: &Place) -> String {
    let response = match asked {
        Asked::Mobile(said) => settings(address.or(said.as_deref()).unwrap_or_default(), place),
        Asked::OtherSchema => error(601, "The requested schema version is not supported."),
        Asked::Malformed => error(600, "The Autodiscover request is invalid."),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Autodiscover xmlns=\"{OUTER}\">{response}</Autodiscover>\n"
    )
}

fn settings(address: &str, place: &Place) -> String {
    let shown: String = address.chars().filter(|c| !c.is_control()).collect();
    let (address, url) = (escape(shown.as_str()), escape(place.url()));
    format!(
        "<Response xmlns=\"{MOBILE}\"><Culture>en:us</Culture>\
         <User><DisplayName>{address}</DisplayName><EMailAddress>{address}</EMailAddress></User>\
         <Action><Settings><Server><Type>MobileSync</Type><Url>{url}</Url><Name>{url}</Name></Server></Settings></Action>\
         </Response>"
    )
}

fn error(code: u16, message: &str) -> String {
    format!(
        "<Response><Error Time=\"00:00:00.0000000\" Id=\"0\"><ErrorCode>{code}</ErrorCode>\
         <Message>{message}</Message><DebugData/></Error></Response>"
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn request(schema: &str, address: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/\
             mobilesync/requestschema/2006\"><Request><EMailAddress>{address}</EMailAddress>\
             <AcceptableResponseSchema>{schema}</AcceptableResponseSchema></Request></Autodiscover>"
        )
    }

    #[test]
    fn requests_as_clients_write_them() {
        let anna = || Asked::Mobile(Some("anna@example.org".to_owned()));
        let outlook =
            "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";
        let prefixed = format!(
            "\u{feff}<a:Autodiscover xmlns:a=\"urn:x\"><a:Request><a:AcceptableResponseSchema>\n  {MOBILE}\n\
             </a:AcceptableResponseSchema><a:EMailAddress> anna@example.org </a:EMailAddress></a:Request></a:Autodiscover>"
        );
        for (body, asked) in [
            (request(MOBILE, "anna@example.org"), anna()),
            (prefixed, anna()),
            (request(MOBILE, ""), Asked::Mobile(None)),
            (request(outlook, "anna@example.org"), Asked::OtherSchema),
            (request("", "anna@example.org"), Asked::Malformed),
            (String::new(), Asked::Malformed),
            ("<Autodiscover><Request>".to_owned(), Asked::Malformed),
            ("<html><body>hello</body></html>".to_owned(), Asked::Malformed),
            (
                "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><Autodiscover>&b;</Autodiscover>"
                    .to_owned(),
                Asked::Malformed,
            ),
        ] {
            assert_eq!(read(body.as_bytes()), asked, "{body}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic_or_break_its_own_answer(body in any::<Vec<u8>>(), address in any::<String>()) {
            let place = Place::of(Some("https://m.example/Microsoft-Server-ActiveSync"), &"/".parse().unwrap(),
                &http::HeaderMap::new(), crate::http::request::Route::Direct).unwrap();
            let asked = match read(&body) {
                Asked::Malformed => Asked::Mobile(Some(address)),
                other => other,
            };
            let text = answer(&asked, None, &place);
            let mut reader = Reader::from_str(&text);
            loop {
                match reader.read_event() {
                    Ok(Event::Eof) => break,
                    Ok(_) => {}
                    Err(error) => prop_assert!(false, "{error}: {text}"),
                }
            }
        }
    }
}
