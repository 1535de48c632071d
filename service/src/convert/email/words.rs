//! Encoded words (RFC 2047) that were split in the middle of a character.
//!
//! Each word must be decodable alone, but many programs cut the bytes anywhere. Neighbours of the same charset and encoding
//! are joined before anybody decodes them.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::charset;

/// One encoded word.
#[derive(Clone, Copy)]
struct Word<'t> {
    charset: &'t str,
    encoding: char,
    text: &'t str,
}

/// Joins neighbouring encoded words that belong together. Text without such is given back as it is.
pub(super) fn join(value: &str) -> Cow<'_, str> {
    let odd = |start: usize| {
        let found = value.get(start..).and_then(word);
        found.is_some_and(|(word, _)| charset::usual(word.charset) != word.charset)
    };
    let mut starts = value.match_indices("=?").map(|(start, _)| start);
    let alone = starts.next().is_none_or(|first| !odd(first));
    if alone && starts.next().is_none() {
        return Cow::Borrowed(value);
    }
    let mut joined = String::with_capacity(value.len());
    let mut run: Vec<Word<'_>> = Vec::new();
    let mut rest = value;
    while !rest.is_empty() {
        let blank = rest.len() - rest.trim_ascii_start().len();
        let (space, after) = rest.split_at(blank);
        match word(after) {
            Some((word, tail)) => {
                // White space between encoded words is no text; before the first one it is.
                if !run.last().is_some_and(|last| last.goes_with(&word)) {
                    flush(&mut run, &mut joined);
                    joined.push_str(space);
                }
                run.push(word);
                rest = tail;
            }
            None => {
                flush(&mut run, &mut joined);
                joined.push_str(space);
                let ends = |char: &(usize, char)| matches!(char.1, ' ' | '\t' | '\r' | '\n' | '=');
                let end = after
                    .char_indices()
                    .skip(1)
                    .find(ends)
                    .map_or(after.len(), |(end, _)| end);
                let (text, tail) = after.split_at(end);
                joined.push_str(text);
                rest = tail;
            }
        }
    }
    flush(&mut run, &mut joined);
    Cow::Owned(joined)
}

impl Word<'_> {
    fn goes_with(&self, next: &Self) -> bool {
        self.charset.eq_ignore_ascii_case(next.charset)
            && self.encoding == next.encoding
            // Charsets with shift states begin anew in each word.
            && !self.charset.to_ascii_lowercase().starts_with("iso-2022")
    }
}

/// The encoded word at the start of `text`, and what follows.
fn word(text: &str) -> Option<(Word<'_>, &str)> {
    let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let encoding = match encoding {
        "b" | "B" => 'B',
        "q" | "Q" => 'Q',
        _ => return None,
    };
    let (encoded, tail) = rest.split_once('?')?;
    let tail = tail.strip_prefix('=')?;
    let valid = !charset.is_empty()
        && charset.bytes().all(|byte| byte.is_ascii_graphic())
        && !encoded.contains(['\r', '\n']);
    valid.then_some((
        Word {
            charset,
            encoding,
            text: encoded,
        },
        tail,
    ))
}

fn flush(run: &mut Vec<Word<'_>>, joined: &mut String) {
    let Some(first) = run.first().copied() else {
        return;
    };
    let text: Option<String> = match (run.len(), first.encoding) {
        (1, _) => Some(first.text.to_owned()),
        (_, 'Q') => Some(run.iter().map(|word| word.text).collect()),
        _ => joined_base64(run),
    };
    match text {
        Some(text) => write(joined, first, &text),
        // Not decodable together: leave them as they are.
        None => run.iter().for_each(|word| {
            write(joined, *word, word.text);
            joined.push(' ');
        }),
    }
    run.clear();
}

fn write(joined: &mut String, word: Word<'_>, text: &str) {
    joined.extend(["=?", charset::usual(word.charset), "?"]);
    joined.push(word.encoding);
    joined.extend(["?", text, "?="]);
}

fn joined_base64(run: &[Word<'_>]) -> Option<String> {
    let mut bytes = Vec::new();
    for word in run {
        bytes.extend(STANDARD.decode(word.text.trim()).ok()?);
    }
    Some(STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn odd_names_of_charsets_become_usual() {
        assert_eq!(join("=?eucgb2312_cn?b?1tA=?="), "=?gb18030?B?1tA=?=");
    }

    #[test]
    fn neighbours_are_joined() {
        for (value, joined) in [
            ("plain", "plain"),
            ("=?utf-8?q?a?=", "=?utf-8?q?a?="),
            (
                "x =?utf-8?q?a=C3?= =?UTF-8?Q?=A4?= y",
                "x =?utf-8?Q?a=C3=A4?= y",
            ),
            ("=?utf-8?B?4pw=?=\r\n =?utf-8?B?kw==?=", "=?utf-8?B?4pyT?="),
            (
                "=?utf-8?B?4pw=?= =?utf-8?B?k?=",
                "=?utf-8?B?4pw=?= =?utf-8?B?k?= ",
            ),
            ("=?a?q?x?= =?b?q?y?=", "=?a?Q?x?= =?b?Q?y?="),
            (
                "=?iso-2022-jp?B?YQ==?= =?iso-2022-jp?B?Yg==?=",
                "=?iso-2022-jp?B?YQ==?= =?iso-2022-jp?B?Yg==?=",
            ),
            ("=?a?x?y?= =?", "=?a?x?y?= =?"),
            ("=?=?=?=?", "=?=?=?=?"),
            ("ä =?ü", "ä =?ü"),
        ] {
            assert_eq!(join(value), joined, "{value}");
        }
    }

    #[test]
    fn hostile_values_cost_little() {
        let value = "=?".repeat(32 << 10);
        assert_eq!(join(&value), value);
    }
}
