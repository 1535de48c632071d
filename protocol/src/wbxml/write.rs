//! A tree to bytes.

use super::parse::{CONTENT, END, OPAQUE, STR_I, SWITCH_PAGE};
use crate::element::{Element, Node};
use crate::version::Version;
use crate::xml;

pub(super) fn encode(root: &Element, version: Version) -> Vec<u8> {
    let mut writer = Writer {
        out: HEADER.to_vec(),
        page: 0,
        version,
    };
    writer.element(root);
    writer.out
}

/// WBXML 1.3, public identifier 1 (unknown), UTF-8, no string table.
const HEADER: [u8; 4] = [0x03, 0x01, 0x6A, 0x00];

struct Writer {
    out: Vec<u8>,
    page: u8,
    version: Version,
}

impl Writer {
    fn element(&mut self, element: &Element) {
        if element.tag.page() != self.page {
            self.page = element.tag.page();
            self.out.extend([SWITCH_PAGE, self.page]);
        }
        let token = element.tag.token();
        if !element.children.iter().any(|node| self.sends(node)) {
            self.out.push(token);
            return;
        }
        self.out.push(token | CONTENT);
        for node in &element.children {
            if self.sends(node) {
                self.node(node);
            }
        }
        self.out.push(END);
    }

    /// Whether anything of the node reaches a peer of this version.
    fn sends(&self, node: &Node) -> bool {
        match node {
            Node::Element(element) => element.tag.exists_in(self.version),
            Node::Text(text) => text.chars().any(xml::is_char),
            Node::Opaque(bytes) => !bytes.is_empty(),
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Element(element) => self.element(element),
            Node::Text(text) => self.text(text),
            Node::Opaque(bytes) => {
                self.out.push(OPAQUE);
                self.multi_byte(bytes.len());
                self.out.extend_from_slice(bytes);
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push(STR_I);
        for clean in text.split(|c| !xml::is_char(c)) {
            self.out.extend_from_slice(clean.as_bytes());
        }
        self.out.push(0);
    }

    /// `mb_u_int32`: groups of seven bits, the most significant first.
    fn multi_byte(&mut self, value: usize) {
        let groups = (usize::BITS - value.leading_zeros()).div_ceil(7).max(1);
        for group in (1..groups).rev() {
            self.out.push((value >> (7 * group)) as u8 & 0x7F | 0x80);
        }
        self.out.push(value as u8 & 0x7F);
    }
}
