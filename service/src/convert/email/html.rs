//! HTML to plain text, in one pass.
//!
//! No document tree: mails come with a hundred thousand nested tables, tags that never close, and style sheets longer than
//! their text. Every byte is looked at a bounded number of times and nothing recurses, so time and memory are linear.

mod tag;

use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::html::add_html_token;

use tag::{Tag, Token, Tokens};

/// Longest entity that is looked up, in bytes.
const ENTITY_MAX: usize = 34;

/// What becomes of a link's address.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::convert) enum Links {
    /// In angle brackets behind the link's text, where it says something else.
    Shown,
    /// Left out.
    Hidden,
}

/// The text that a reader sees.
pub(in crate::convert) fn to_text(html: &str, links: Links) -> String {
    let mut writer = Writer {
        text: String::with_capacity(html.len() / 2),
        links,
        ..Writer::default()
    };
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(text) => writer.push_text(text),
            Token::Tag(tag) => {
                if let Some(name) = tag.hides().filter(|_| !tag.closing) {
                    tokens.skip_past(name);
                } else {
                    writer.push_tag(&tag);
                }
            }
        }
    }
    writer.close_link();
    writer.text.truncate(writer.text.trim_end().len());
    writer.text
}

/// The text so far, and what the next character must be preceded by.
struct Writer<'h> {
    text: String,
    links: Links,
    /// Line ends that are due before the next text.
    due_lines: usize,
    /// A space is due before the next text.
    due_space: bool,
    /// A list item's mark is due before the next text.
    due_bullet: bool,
    /// Depth of `pre`.
    preformatted: usize,
    /// The open link: where its text begins, and its address.
    link: Option<(usize, &'h str)>,
}

impl Default for Writer<'_> {
    fn default() -> Self {
        Self {
            text: String::new(),
            links: Links::Hidden,
            due_lines: 0,
            due_space: false,
            due_bullet: false,
            preformatted: 0,
            link: None,
        }
    }
}

impl<'h> Writer<'h> {
    fn push_text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if first == '&' {
                rest = self.push_entity(rest);
                continue;
            }
            let end = rest
                .char_indices()
                .skip(1)
                .find(|(_, char)| *char == '&' || is_blank(*char));
            let end = if is_blank(first) {
                first.len_utf8()
            } else {
                end.map_or(rest.len(), |(end, _)| end)
            };
            let (head, tail) = rest.split_at(end);
            if is_blank(first) && self.preformatted == 0 {
                self.due_space = true;
            } else {
                self.push(head);
            }
            rest = tail;
        }
    }

    /// Takes an entity off the start of `rest`.
    fn push_entity<'t>(&mut self, rest: &'t str) -> &'t str {
        let window = rest
            .get(..rest.floor_char_boundary(ENTITY_MAX))
            .unwrap_or(rest);
        let (entity, tail) = match window
            .find(';')
            .and_then(|end| rest.split_at_checked(end + 1))
        {
            Some((entity, tail))
                if entity
                    .bytes()
                    .skip(1)
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'#' | b';')) =>
            {
                (entity, tail)
            }
            _ => rest.split_at(1),
        };
        let mut decoded = String::new();
        match c1(entity) {
            Some(char) => decoded.push_str(&char),
            None => add_html_token(&mut decoded, entity.as_bytes(), false),
        }
        // A no-break space is layout more often than it is meant.
        self.push(&decoded.replace('\u{A0}', " "));
        tail
    }

    /// Writes text that is not white space (or is, and is meant).
    fn push(&mut self, text: &str) {
        if self.text.is_empty() {
            self.due_lines = 0;
            self.due_space = false;
        }
        if self.due_lines > 0 {
            self.text.truncate(self.text.trim_end_matches(' ').len());
            self.text.extend(std::iter::repeat_n('\n', self.due_lines));
        } else if self.due_space {
            self.text.push(' ');
        }
        if self.due_bullet {
            self.text.push_str("* ");
        }
        self.due_lines = 0;
        self.due_space = false;
        self.due_bullet = false;
        self.text.push_str(text);
    }

    /// At least this many line ends before the next text.
    fn lines(&mut self, least: usize) {
        self.due_lines = self.due_lines.max(least);
    }

    fn push_tag(&mut self, tag: &Tag<'h>) {
        match tag.name.to_ascii_lowercase().as_str() {
            "br" => self.due_lines = (self.due_lines + 1).min(3),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "dl" | "blockquote" => {
                self.lines(2)
            }
            "div" | "table" | "tr" | "section" | "article" | "header" | "footer" | "address"
            | "center" | "form" | "dt" | "dd" | "body" | "caption" => self.lines(1),
            "pre" => {
                self.lines(2);
                let depth = self.preformatted;
                self.preformatted = if tag.closing {
                    depth.saturating_sub(1)
                } else {
                    depth.saturating_add(1)
                };
            }
            "li" => {
                self.lines(1);
                self.due_bullet = !tag.closing;
            }
            "hr" => {
                self.lines(1);
                self.push("-----");
                self.lines(1);
            }
            "td" | "th" => self.due_space = true,
            "img" => {
                if let Some(alternative) =
                    tag.attribute("alt").filter(|text| !text.trim().is_empty())
                {
                    self.push_text(alternative);
                }
            }
            "a" => {
                self.close_link();
                if !tag.closing && self.links == Links::Shown {
                    self.link = tag
                        .attribute("href")
                        .map(|address| (self.text.len(), address));
                }
            }
            _ => {}
        }
    }

    fn close_link(&mut self) {
        let Some((start, address)) = self.link.take() else {
            return;
        };
        let address = address.trim().replace("&amp;", "&");
        let web = ["http://", "https://", "ftp://"]
            .iter()
            .any(|scheme| address.starts_with(scheme));
        let said = self.text.get(start..).unwrap_or_default().trim();
        let same = address
            .trim_end_matches('/')
            .ends_with(said.trim_end_matches('/'));
        if web && !said.is_empty() && !same {
            self.text.extend([" <", address.as_str(), ">"]);
        }
    }
}

/// White space that HTML folds.
fn is_blank(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\r' | '\n' | '\u{C}')
}

/// Numeric entities of C1 control characters mean Windows-1252, as browsers read them.
fn c1(entity: &str) -> Option<String> {
    let code: u8 = entity.strip_prefix("&#")?.strip_suffix(';')?.parse().ok()?;
    let decoder = charset_decoder(b"windows-1252")?;
    (0x80..0xA0).contains(&code).then(|| decoder(&[code]))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Links, to_text};

    #[test]
    fn what_a_reader_sees() {
        for (html, text) in [
            ("<p>Hello <b>Ann</b>,</p><p>bye</p>", "Hello Ann,\n\nbye"),
            ("a<br>b<br/>\n<br />c", "a\nb\n\nc"),
            ("  a \n\t b  ", "a b"),
            (
                "<html><head><title>t</title><style>p {}</style></head><body>x</body></html>",
                "x",
            ),
            ("<script>if (a < b) {}</script>x<STYLE>y</STYLE>z", "xz"),
            ("<script>never closed", ""),
            ("a<!-- <b>c</b> -->d", "ad"),
            ("a<!-- never closed", "a"),
            ("<!DOCTYPE html><?xml version=\"1.0\"?>a", "a"),
            (
                "a &lt;b&gt; &amp; &quot;c&quot; &#228;&#xE4;&uuml; &nbsp;d",
                "a <b> & \"c\" ääü  d",
            ),
            ("&#150;&#8211; &bogus; & &", "–– &bogus; & &"),
            ("1 < 2 and 3 <4", "1 < 2 and 3 <4"),
            ("<ul><li>one</li><li>two</li></ul>x", "* one\n* two\n\nx"),
            (
                "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
                "a b\nc",
            ),
            ("<pre>a\n  b</pre>c", "a\n  b\n\nc"),
            ("a<hr>b", "a\n-----\nb"),
            ("<img alt='A cat' src=x> <img alt=''>!", "A cat !"),
            ("<a title='>' href=\"x\">y</a>", "y"),
            ("<a href=\"never closed", ""),
            ("", ""),
            ("<", "<"),
            ("</", "</"),
            ("a<b", "a"),
        ] {
            assert_eq!(to_text(html, Links::Hidden), text, "{html}");
        }
    }

    #[test]
    fn links_are_shown_where_they_say_more() {
        for (html, text) in [
            (
                "<a href='https://x.org/a?b=1&amp;c'>here</a>.",
                "here <https://x.org/a?b=1&c>.",
            ),
            (
                "<a href=\"https://x.org/\">https://x.org</a>",
                "https://x.org",
            ),
            ("<a href=\"https://x.org/\">x.org</a>", "x.org"),
            ("<a href=\"mailto:a@x\">a</a>", "a"),
            ("<a href='https://x.org'><img src=y></a>", ""),
            ("<a href='https://x.org'>open", "open <https://x.org>"),
        ] {
            assert_eq!(to_text(html, Links::Shown), text, "{html}");
        }
    }

    #[test]
    fn hostile_html_costs_time_in_proportion() {
        let begun = Instant::now();
        for html in [
            "<div>".repeat(100_000) + "x" + &"</div>".repeat(100_000),
            "<table><tr><td>".repeat(50_000) + "x",
            "<pre>".repeat(200_000),
            "<a href='".repeat(100_000),
            "<!--".repeat(200_000),
            "<script>".repeat(100_000),
            "<".repeat(1_000_000),
            "&".repeat(1_000_000),
            "&#x".repeat(300_000),
            "<a b=".repeat(200_000),
            "<a b='\"".repeat(200_000),
            "</a".repeat(200_000),
            "<br>".repeat(200_000),
            " ".repeat(1_000_000),
        ] {
            let _ = to_text(&html, Links::Shown);
        }
        // About half a second unoptimised; anything quadratic takes minutes.
        assert!(begun.elapsed() < Duration::from_secs(30));
    }
}
