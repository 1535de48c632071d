//! Text as it goes on the wire: CRLF lines, only characters that XML has, cut where a character ends.

use std::borrow::Cow;

/// Whether XML 1.0 has the character. The encoder drops the others; dropping them here keeps sizes true.
pub(in crate::convert) fn is_xml(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

/// Drops what XML does not have, and makes every line end CRLF.
pub(in crate::convert) fn wire(text: &str) -> Cow<'_, str> {
    if is_wire(text) {
        return Cow::Borrowed(text);
    }
    let mut wire = String::with_capacity(text.len() + text.len() / 32);
    let mut chars = text.chars().filter(|char| is_xml(*char)).peekable();
    while let Some(char) = chars.next() {
        match char {
            '\r' => {
                chars.next_if_eq(&'\n');
                wire.push_str("\r\n");
            }
            '\n' => wire.push_str("\r\n"),
            char => wire.push(char),
        }
    }
    Cow::Owned(wire)
}

fn is_wire(text: &str) -> bool {
    let mut previous = ' ';
    for char in text.chars() {
        if !is_xml(char) || (char == '\n') != (previous == '\r') {
            return false;
        }
        previous = char;
    }
    previous != '\r'
}

/// At most `most` bytes of the beginning, whole characters only, no half line end.
pub(in crate::convert) fn cut(text: &str, most: usize) -> &str {
    let (head, tail) = text.split_at(text.floor_char_boundary(most));
    if tail.starts_with('\n') {
        head.strip_suffix('\r').unwrap_or(head)
    } else {
        head
    }
}

/// The first `most` characters on one line, runs of white space as one space.
pub(in crate::convert) fn preview(text: &str, most: usize) -> String {
    let mut preview = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        let space = usize::from(count > 0);
        if count + space >= most {
            break;
        }
        if space > 0 {
            preview.push(' ');
        }
        count += space;
        for char in word.chars().take(most - count) {
            preview.push(char);
            count += 1;
        }
    }
    preview
}

/// Joins the lines that `format=flowed` broke (RFC 3676).
pub(super) fn unflow(text: &str, del_sp: DelSp) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let quotes = line.bytes().take_while(|byte| *byte == b'>').count();
        let content = line.get(quotes..).unwrap_or_default();
        let content = content.strip_prefix(' ').unwrap_or(content);
        let signature = content == "-- ";
        match open.take().filter(|depth| *depth == quotes && !signature) {
            Some(_) => {}
            None => {
                if !whole.is_empty() {
                    whole.push('\n');
                }
                whole.extend(std::iter::repeat_n('>', quotes));
                if quotes > 0 {
                    whole.push(' ');
                }
            }
        }
        let flowed = content.ends_with(' ') && !signature;
        let kept = if flowed && del_sp == DelSp::Yes {
            content.strip_suffix(' ')
        } else {
            None
        };
        whole.push_str(kept.unwrap_or(content));
        open = flowed.then_some(quotes);
    }
    if text.ends_with('\n') {
        whole.push('\n');
    }
    whole
}

/// Whether the space at a flowed line's end belongs to the format.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum DelSp {
    /// It does.
    Yes,
    /// It is text.
    No,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::{DelSp, cut, is_xml, preview, unflow, wire};

    #[test]
    fn lines_end_with_crlf() {
        for (text, on_wire) in [
            ("a\r\nb", "a\r\nb"),
            ("a\nb\rc\n", "a\r\nb\r\nc\r\n"),
            ("a\r\r\n", "a\r\n\r\n"),
            ("\u{0}a\u{FFFF}\u{1F}\tb", "a\tb"),
            ("", ""),
        ] {
            assert_eq!(wire(text), on_wire);
        }
    }

    #[test]
    fn cuts_leave_whole_characters() {
        assert_eq!(cut("añb", 2), "a");
        assert_eq!(cut("añb", 3), "añ");
        assert_eq!(cut("a\r\nb", 2), "a");
        assert_eq!(cut("a\r\nb", 3), "a\r\n");
        assert_eq!(cut("ab", 9), "ab");
        assert_eq!(cut("ab", 0), "");
    }

    #[test]
    fn previews_are_one_line() {
        assert_eq!(preview(" a\r\n\r\n b  c", 255), "a b c");
        assert_eq!(preview("añb", 2), "añ");
        assert_eq!(preview("ab cd", 3), "ab");
        assert_eq!(preview("ab cd", 4), "ab c");
        assert_eq!(preview("ab", 0), "");
    }

    #[test]
    fn flowed_lines_are_joined() {
        assert_eq!(unflow("a \nb\nc", DelSp::No), "a b\nc");
        assert_eq!(unflow("a \nb", DelSp::Yes), "ab");
        assert_eq!(
            unflow("> a \n> b\n>> c \nd\n", DelSp::No),
            "> a b\n>> c \nd\n"
        );
        assert_eq!(unflow("a \n-- \nAnn", DelSp::No), "a \n-- \nAnn");
        assert_eq!(unflow(" >a\n From", DelSp::No), ">a\nFrom");
        assert_eq!(unflow("", DelSp::No), "");
    }

    proptest! {
        #[test]
        fn the_wire_has_only_what_xml_has(text in proptest::prelude::any::<String>(), most in 0_usize..40) {
            let on_wire = wire(&text).into_owned();
            prop_assert!(on_wire.chars().all(is_xml));
            prop_assert_eq!(on_wire.matches('\r').count(), on_wire.matches("\r\n").count());
            prop_assert_eq!(on_wire.matches('\n').count(), on_wire.matches("\r\n").count());
            prop_assert_eq!(wire(&on_wire), on_wire.as_str());
            prop_assert!(cut(&on_wire, most).len() <= most);
            prop_assert!(on_wire.starts_with(cut(&on_wire, most)));
            prop_assert!(preview(&text, most).chars().count() <= most);
            let _ = unflow(&text, DelSp::Yes);
        }
    }
}
