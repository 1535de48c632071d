//! An original below what was written, as text and as HTML.

use super::Bring;

/// The line above a text that is brought along.
const RULE: &str = "-----Original Message-----";

/// What was written, and the original below it.
pub(super) fn plain_text(
    written: &str,
    original: &str,
    about: &[(&'static str, String)],
    bring: Bring,
) -> String {
    let mut text = format!("{written}\r\n\r\n{RULE}\r\n");
    for (name, value) in about {
        text.extend([*name, ": ", value, "\r\n"]);
    }
    text.push_str("\r\n");
    let quote = if bring == Bring::Quote { ">" } else { "" };
    for line in original.lines() {
        text.push_str(quote);
        // Quoted lines stand together: `>>` is a quote within a quote (RFC 3676 section 4.5).
        if !quote.is_empty() && !line.is_empty() && !line.starts_with('>') {
            text.push(' ');
        }
        text.extend([line, "\r\n"]);
    }
    text
}

/// The same as HTML, within the document that was written.
pub(super) fn rich_text(
    written: &str,
    original: &str,
    about: &[(&'static str, String)],
    bring: Bring,
) -> String {
    let mut block = String::from("<br>\r\n<hr>\r\n<div>");
    for (name, value) in about {
        block.push_str(&format!("<b>{name}:</b> {}<br>\r\n", escaped(value)));
    }
    block.push_str("</div>\r\n<br>\r\n");
    let (open, close) = match bring {
        Bring::Quote => ("<blockquote type=\"cite\">\r\n", "\r\n</blockquote>\r\n"),
        Bring::Everything | Bring::Thread => ("<div>\r\n", "\r\n</div>\r\n"),
    };
    block.extend([open, inner(original), close]);
    let end = written.to_ascii_lowercase().rfind("</body");
    let (above, below) = written.split_at(end.unwrap_or(written.len()));
    [above, &block, below].concat()
}

/// What is inside of `body`, or all of it.
fn inner(html: &str) -> &str {
    let lower = html.to_ascii_lowercase();
    let start = lower.find("<body").and_then(|open| {
        let close = lower.get(open..)?.find('>')?;
        Some(open + close + 1)
    });
    let start = start.unwrap_or(0);
    let end = lower.rfind("</body").filter(|end| *end >= start);
    html.get(start..end.unwrap_or(html.len())).unwrap_or(html)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
