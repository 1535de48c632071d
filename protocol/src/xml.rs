//! An XML view of a document, for people.
//!
//! Not what travels: the wire is WBXML. The view follows the schemas of MS-ASCMD 6, so that a body can be
//! validated, with each namespace declared where it begins.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::codepages::{email2, item_operations, search};
use crate::element::{Element, Node};
use crate::tag::Tag;

/// Writes a tree as indented XML with a line end after the root.
///
/// Bytes are shown as text where they can be, else in base64; identifiers of conversations always in base64.
/// Characters that XML 1.0 forbids are left out.
#[must_use]
pub fn to_xml(root: &Element) -> String {
    let mut out = String::new();
    element(&mut out, root, "", 0);
    out.push('\n');
    out
}

/// Whether XML 1.0 allows the character (2.2).
pub(crate) const fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

fn element(out: &mut String, element: &Element, outer: &str, indent: usize) {
    let (name, namespace) = (element.tag.name(), element.tag.namespace());
    out.push('<');
    out.push_str(name);
    if namespace != outer {
        out.push_str(" xmlns=\"");
        out.push_str(namespace);
        out.push('"');
    }
    if element.is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    content(out, element, namespace, indent);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Only elements: one a line. As soon as there is text, no space is added that would be taken for text.
fn content(out: &mut String, parent: &Element, namespace: &str, indent: usize) {
    let lines = parent
        .children
        .iter()
        .all(|node| matches!(node, Node::Element(_)));
    for node in &parent.children {
        match node {
            Node::Element(child) => {
                if lines {
                    new_line(out, indent + 1);
                }
                element(out, child, namespace, indent + 1);
            }
            Node::Text(text) => escape(out, text),
            Node::Opaque(bytes) => opaque(out, parent.tag, bytes),
        }
    }
    if lines {
        new_line(out, indent);
    }
}

fn new_line(out: &mut String, indent: usize) {
    out.push('\n');
    for _ in 0..indent {
        out.push_str("  ");
    }
}

fn opaque(out: &mut String, tag: Tag, bytes: &[u8]) {
    match str::from_utf8(bytes) {
        Ok(text) if !BINARY.contains(&tag) && text.chars().all(is_char) => escape(out, text),
        _ => STANDARD.encode_string(bytes, out),
    }
}

/// Byte arrays that may look like text by chance.
const BINARY: [Tag; 4] = [
    email2::CONVERSATION_ID,
    email2::CONVERSATION_INDEX,
    item_operations::CONVERSATION_ID,
    search::CONVERSATION_ID,
];

fn escape(out: &mut String, text: &str) {
    for c in text.chars().filter(|&c| is_char(c)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"), // a bare one would be read as a line feed
            _ => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codepages::{airsync, airsyncbase, compose_mail};

    fn check(root: &Element, xml: &str) {
        assert_eq!(to_xml(root), xml);
    }

    #[test]
    fn a_namespace_is_declared_where_it_begins() {
        let body = Element::new(airsyncbase::BODY).with(Element::number(airsyncbase::TYPE, 1));
        check(
            &Element::new(airsync::APPLICATION_DATA)
                .with(body)
                .with(Element::new(airsync::MORE_AVAILABLE)),
            "<ApplicationData xmlns=\"AirSync\">\n  <Body xmlns=\"AirSyncBase\">\n    <Type>1</Type>\n  </Body>\n  <MoreAvailable/>\n</ApplicationData>\n",
        );
    }

    #[test]
    fn text_is_escaped_and_cleaned() {
        check(
            &Element::text(airsyncbase::DATA, "a<b>&c\u{1}\r\n"),
            "<Data xmlns=\"AirSyncBase\">a&lt;b&gt;&amp;c&#13;\n</Data>\n",
        );
    }

    #[test]
    fn bytes_are_text_where_they_can_be() {
        for (tag, bytes, xml) in [
            (
                compose_mail::MIME,
                &b"From: a"[..],
                "<Mime xmlns=\"ComposeMail\">From: a</Mime>\n",
            ),
            (
                compose_mail::MIME,
                &[0xFF, 0x00],
                "<Mime xmlns=\"ComposeMail\">/wA=</Mime>\n",
            ),
            (
                email2::CONVERSATION_ID,
                b"abc",
                "<ConversationId xmlns=\"Email2\">YWJj</ConversationId>\n",
            ),
        ] {
            check(&Element::opaque(tag, bytes), xml);
        }
    }

    #[test]
    fn text_beside_elements_gets_no_space() {
        let mut mixed = Element::text(airsync::SYNC, "a");
        mixed.push(Element::new(airsync::ADD));
        check(&mixed, "<Sync xmlns=\"AirSync\">a<Add/></Sync>\n");
    }
}
