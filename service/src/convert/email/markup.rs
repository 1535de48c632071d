//! HTML as it goes on the wire: made of plain text, or freed of what a changed charset makes a lie.

use std::borrow::Cow;
use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

/// How far into HTML a charset declaration is looked for, in bytes. Browsers look at 1,024.
const DECLARATION_WINDOW: usize = 8 << 10;

/// Plain text as HTML that looks the same.
pub(in crate::convert) fn from_text(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 16 + 16);
    html.push_str("<div>");
    // A blank is kept unless it could be folded away: at the start of a line, or behind another.
    let mut folds = true;
    for char in text.chars() {
        match char {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\n' => html.push_str("<br>\n"),
            '\r' => continue,
            ' ' if folds => html.push_str("&nbsp;"),
            '\t' => html.push_str("&nbsp;&nbsp;&nbsp; "),
            char => html.push(char),
        }
        folds = matches!(char, '\n' | '\t') || char == ' ' && !folds;
    }
    html.push_str("</div>");
    html
}

/// Drops `meta` elements that declare a charset: on the wire it is UTF-8, whatever they say.
pub(super) fn without_charset(html: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut rest = html;
    let mut dropped = false;
    while let Some((before, meta, after)) = next_meta(rest) {
        kept.push_str(before);
        if contains_ignoring_case(meta, "charset") {
            dropped = true;
        } else {
            kept.push_str(meta);
        }
        rest = after;
    }
    if !dropped {
        return Cow::Borrowed(html);
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// The charset that the HTML itself declares.
pub(super) fn declared_charset(html: &[u8]) -> Option<String> {
    let window = String::from_utf8_lossy(html.get(..DECLARATION_WINDOW).unwrap_or(html));
    let mut rest = window.as_ref();
    while let Some((_, meta, after)) = next_meta(rest) {
        if let Some(at) = meta.to_ascii_lowercase().find("charset") {
            let value = meta
                .get(at + "charset".len()..)?
                .trim_start()
                .strip_prefix('=')?;
            let value = value.trim_start_matches([' ', '"', '\'']);
            let end =
                value.find(|char: char| !char.is_ascii_alphanumeric() && !"-_:.".contains(char));
            return Some(value.get(..end.unwrap_or(value.len()))?.to_owned())
                .filter(|label| !label.is_empty());
        }
        rest = after;
    }
    None
}

/// What stands before the next `meta` tag, the tag, and what follows.
fn next_meta(html: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + html.get(from..)?.find('<')?;
        let tag = html.get(start..)?;
        if tag
            .get(1..5)
            .is_some_and(|name| name.eq_ignore_ascii_case("meta"))
        {
            let length = tag.find('>')? + 1;
            return Some((html.get(..start)?, tag.get(..length)?, tag.get(length..)?));
        }
        from = start + 1;
    }
}

/// All content ids that the HTML refers to, in lower case.
pub(super) fn referenced_ids(html: &str) -> BTreeSet<String> {
    let lower = html.to_ascii_lowercase();
    let mut ids = BTreeSet::new();
    for reference in lower.split("cid:").skip(1) {
        let end =
            reference.find(|char: char| char.is_ascii_whitespace() || "\"'()<>".contains(char));
        let id = reference
            .get(..end.unwrap_or(reference.len()))
            .unwrap_or_default();
        ids.insert(percent_decode_str(id).decode_utf8_lossy().into_owned());
    }
    ids
}

fn contains_ignoring_case(text: &str, needle: &str) -> bool {
    text.to_ascii_lowercase().contains(needle)
}

#[cfg(test)]
mod tests {
    use super::{declared_charset, from_text, referenced_ids, without_charset};

    #[test]
    fn text_becomes_html_that_looks_the_same() {
        let html = "<div>a &lt;b&gt; &amp; &quot;c&quot;<br>\n&nbsp; x &nbsp;y</div>";
        assert_eq!(from_text("a <b> & \"c\"\r\n  x  y"), html);
        assert_eq!(from_text(""), "<div></div>");
    }

    #[test]
    fn charset_declarations_go() {
        for (html, kept) in [
            ("<p>a</p>", "<p>a</p>"),
            (
                "<META http-equiv=\"Content-Type\" content=\"text/html; charset=koi8-r\">a",
                "a",
            ),
            (
                "<meta name=\"x\"><meta charset='utf-8'/>a",
                "<meta name=\"x\">a",
            ),
            ("<meta charset", "<meta charset"),
            ("é<é<meta charset=x>é", "é<éé"),
        ] {
            assert_eq!(without_charset(html), kept);
        }
    }

    #[test]
    fn charset_declarations_are_read() {
        for (html, label) in [
            ("<meta charset=koi8-r>", Some("koi8-r")),
            ("<meta charset = \"UTF-8\" />", None),
            (
                "<meta http-equiv='Content-Type' content='text/html; charset=windows-1251'>",
                Some("windows-1251"),
            ),
            ("<meta charset=\"\">", None),
            ("<p>charset=x</p>", None),
        ] {
            let declared = declared_charset(html.as_bytes());
            assert_eq!(
                declared.as_deref().filter(|label| *label != "UTF-8"),
                label,
                "{html}"
            );
        }
        assert_eq!(
            declared_charset(b"<meta charset = \"UTF-8\" />").as_deref(),
            Some("UTF-8")
        );
    }

    #[test]
    fn references_are_found() {
        let html = "<img src=\"cid:A%40b\"><img src='CID:c'><td style=\"x: url(cid:d)\">cid:";
        let ids: Vec<_> = referenced_ids(html).into_iter().collect();
        assert_eq!(ids, ["", "a@b", "c", "d"]);
    }
}
