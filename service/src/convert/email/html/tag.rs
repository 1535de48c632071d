//! Text and tags of HTML, one after the other.

/// A piece of HTML.
pub(super) enum Token<'h> {
    /// Text, with entities.
    Text(&'h str),
    /// An opening or closing tag.
    Tag(Tag<'h>),
}

/// A tag.
pub(super) struct Tag<'h> {
    /// Name, in whatever case.
    pub(super) name: &'h str,
    /// Whether it ends an element.
    pub(super) closing: bool,
    attributes: &'h str,
}

impl<'h> Tag<'h> {
    /// The name, if what stands up to the closing tag is not for readers.
    pub(super) fn hides(&self) -> Option<&'static str> {
        ["style", "script", "title", "template"]
            .into_iter()
            .find(|name| self.name.eq_ignore_ascii_case(name))
    }

    /// The value of an attribute, entities not decoded.
    pub(super) fn attribute(&self, wanted: &str) -> Option<&'h str> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|char: char| char.is_ascii_whitespace() || char == '/');
            if rest.is_empty() {
                return None;
            }
            let end =
                rest.find(|char: char| char.is_ascii_whitespace() || matches!(char, '=' | '/'));
            let (name, tail) = rest.split_at(end.unwrap_or(rest.len()));
            let (value, tail) = match tail.trim_ascii_start().strip_prefix('=') {
                Some(tail) => value(tail.trim_ascii_start()),
                None => ("", tail),
            };
            if name.eq_ignore_ascii_case(wanted) {
                return Some(value);
            }
            // An empty name is a stray equals sign, which was just passed.
            rest = tail;
        }
    }
}

/// The attribute value at the start of `text`, and what follows.
fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    let end = text
        .find(|char: char| char.is_ascii_whitespace())
        .unwrap_or(text.len());
    text.split_at(end)
}

/// Walks over HTML.
pub(super) struct Tokens<'h> {
    rest: &'h str,
}

impl<'h> Tokens<'h> {
    pub(super) fn new(html: &'h str) -> Self {
        Self { rest: html }
    }

    /// Goes on behind the closing tag of that name, or to the end.
    pub(super) fn skip_past(&mut self, name: &str) {
        while let Some(start) = self.rest.find("</") {
            let after = self.rest.get(start + 2..).unwrap_or_default();
            self.rest = after;
            if after
                .get(..name.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(name))
            {
                self.rest = after.split_once('>').map_or("", |(_, tail)| tail);
                return;
            }
        }
        self.rest = "";
    }

    /// Takes a tag or the like off the start: `None` if there is none, else the tag (if it is one) and the rest.
    fn markup(&self) -> Option<(Option<Tag<'h>>, &'h str)> {
        let inner = self.rest.strip_prefix('<')?;
        if let Some(comment) = inner.strip_prefix("!--") {
            return Some((None, comment.split_once("-->").map_or("", |(_, tail)| tail)));
        }
        if inner.starts_with(['!', '?']) {
            return Some((None, inner.split_once('>').map_or("", |(_, tail)| tail)));
        }
        let (closing, inner) = match inner.strip_prefix('/') {
            Some(inner) => (true, inner),
            None => (false, inner),
        };
        if !inner.starts_with(|char: char| char.is_ascii_alphabetic()) {
            return None;
        }
        let length = tag_length(inner);
        let (content, tail) = inner.split_at(length.unwrap_or(inner.len()));
        let end = content
            .find(|char: char| char.is_ascii_whitespace() || char == '/')
            .unwrap_or(content.len());
        let (name, attributes) = content.split_at(end);
        // A tag that never ends swallows the rest, as in browsers.
        let tag = length.map(|_| Tag {
            name,
            closing,
            attributes,
        });
        Some((tag, tail.strip_prefix('>').unwrap_or(tail)))
    }
}

impl<'h> Iterator for Tokens<'h> {
    type Item = Token<'h>;

    fn next(&mut self) -> Option<Token<'h>> {
        while !self.rest.is_empty() {
            match self.markup() {
                Some((tag, tail)) => {
                    self.rest = tail;
                    if let Some(tag) = tag {
                        return Some(Token::Tag(tag));
                    }
                }
                None => {
                    // The first character is text, be it a lone bracket.
                    let end = self
                        .rest
                        .char_indices()
                        .skip(1)
                        .find(|(_, char)| *char == '<');
                    let (text, tail) = self
                        .rest
                        .split_at(end.map_or(self.rest.len(), |(end, _)| end));
                    self.rest = tail;
                    return Some(Token::Text(text));
                }
            }
        }
        None
    }
}

/// Where the `>` of a tag is; one within quotes does not count.
fn tag_length(inner: &str) -> Option<usize> {
    let mut quote = None;
    let mut after_equals = false;
    for (index, byte) in inner.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(index),
            // A quote opens a value only behind an equals sign: others are typing errors.
            (None, b'"' | b'\'') if after_equals => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
        after_equals = byte == b'=' || after_equals && byte.is_ascii_whitespace();
    }
    None
}
