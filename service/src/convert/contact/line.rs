//! A vCard as lines that know their own bytes.
//!
//! What nobody edits is never written anew, so a line keeps the bytes that it came as. Reading is linear in the length of the
//! card and nests nowhere: a card within a card (`AGENT` of 2.1) is passed over by counting.

use std::borrow::Cow;
use std::collections::HashMap;

use super::ContactError;

/// Longest card that is taken apart, in bytes.
pub(super) const CARD_MAX: usize = 16 << 20;

/// Most lines of a card that is taken apart.
pub(super) const LINES_MAX: usize = 20_000;

/// Longest value that is looked at, in bytes, but for pictures; a line with a longer one stays as it is.
const VALUE_MAX: usize = 1 << 20;

/// Longest name and parameters of a line, in bytes; a line with more stays as it is.
const HEAD_MAX: usize = 8 << 10;

/// Physical lines in which the version is looked for.
const VERSION_WITHIN: usize = 64;

/// Versions of vCard, as far as they differ in how they are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Edition {
    /// 2.1: quoted-printable, bare types.
    V21,
    /// 3.0, and what says no version.
    V30,
    /// 4.0.
    V40,
}

/// One card; what stands around it stays as it is.
#[derive(Debug)]
pub(super) struct Card<'c> {
    pub(super) lines: Vec<Line<'c>>,
    pub(super) edition: Edition,
    pub(super) eol: &'static str,
    /// Where new lines go: the place of END.
    pub(super) end: usize,
    /// Labels of groups (`item1.X-ABLabel`), without Apple's brackets, in lower case.
    labels: HashMap<String, String>,
}

/// One logical line.
#[derive(Debug)]
pub(super) struct Line<'c> {
    /// With its folds and its end.
    pub(super) raw: &'c [u8],
    /// What it says, if it is a property of this card.
    pub(super) entry: Option<Entry<'c>>,
}

/// A property of the card.
#[derive(Debug)]
pub(super) struct Entry<'c> {
    /// In lower case; empty if there is none.
    pub(super) group: String,
    /// In upper case.
    pub(super) name: String,
    /// Group and name as they stand.
    pub(super) label: String,
    pub(super) params: Vec<Param>,
    /// Unfolded, still encoded and escaped.
    pub(super) value: Cow<'c, [u8]>,
}

/// A parameter.
#[derive(Debug)]
pub(super) struct Param {
    /// In upper case; bare words of 2.1 are values of TYPE or ENCODING.
    pub(super) name: &'static str,
    /// As they stand, without quotes.
    pub(super) values: Vec<String>,
    /// The parameter as it stands.
    pub(super) raw: String,
}

impl<'c> Card<'c> {
    /// Takes the first card in `bytes` apart.
    pub(super) fn parse(bytes: &'c [u8]) -> Result<Self, ContactError> {
        if bytes.len() > CARD_MAX {
            return Err(ContactError::TooLong);
        }
        let edition = edition(bytes);
        let mut lines = Vec::new();
        let mut labels = HashMap::new();
        let mut depth = 0_usize;
        let (mut begun, mut end) = (false, None);
        let mut rest = bytes;
        while !rest.is_empty() {
            if lines.len() >= LINES_MAX {
                return Err(ContactError::TooLong);
            }
            let (raw, tail) = rest.split_at(logical(rest));
            rest = tail;
            let mut entry = None;
            if end.is_none() {
                entry = Entry::parse(raw, edition);
                match entry.as_ref() {
                    Some(entry) if entry.name == "BEGIN" && (depth > 0 || entry.is_card()) => {
                        depth += 1;
                        begun = true;
                    }
                    Some(entry) if entry.name == "END" && depth > 0 => {
                        depth -= 1;
                        end = (depth == 0).then_some(lines.len());
                    }
                    _ => {}
                }
                entry = entry.filter(|entry| depth == 1 && entry.is_bounded());
                if let Some((group, label)) = entry.as_ref().and_then(Entry::group_label) {
                    labels.insert(group, label);
                }
            }
            lines.push(Line { raw, entry });
        }
        if !begun {
            return Err(ContactError::NotVcard);
        }
        let first = bytes.get(..physical(bytes)).unwrap_or_default();
        let crlf = first.ends_with(b"\r\n") || !first.ends_with(b"\n");
        Ok(Self {
            end: end.unwrap_or(lines.len()),
            lines,
            edition,
            eol: if crlf { "\r\n" } else { "\n" },
            labels,
        })
    }

    /// The property at `line`.
    pub(super) fn entry(&self, line: usize) -> Option<&Entry<'c>> {
        self.lines.get(line)?.entry.as_ref()
    }

    /// All properties, with their places.
    pub(super) fn entries(&self) -> impl Iterator<Item = (usize, &Entry<'c>)> {
        let lines = self.lines.iter().enumerate();
        lines.filter_map(|(at, line)| line.entry.as_ref().map(|entry| (at, entry)))
    }

    /// What the user calls the group of a property.
    pub(super) fn label(&self, entry: &Entry<'_>) -> &str {
        self.labels.get(&entry.group).map_or("", String::as_str)
    }
}

impl<'c> Entry<'c> {
    /// `None` if it has no colon, or its name is none.
    fn parse(raw: &'c [u8], edition: Edition) -> Option<Self> {
        let text = unfold(trim_end(raw), edition);
        let colon = colon(&text)?;
        let (head, value) = match text {
            Cow::Borrowed(text) => {
                let (head, value) = text.split_at_checked(colon)?;
                (Cow::Borrowed(head), Cow::Borrowed(value.get(1..)?))
            }
            Cow::Owned(mut text) => {
                let value = text.split_off(colon + 1);
                text.pop();
                (Cow::Owned(text), Cow::Owned(value))
            }
        };
        let head = std::str::from_utf8(&head).ok()?;
        let mut pieces = unquoted(head, ';').into_iter();
        let label = pieces.next()?.trim();
        let (group, name) = label.rsplit_once('.').unwrap_or(("", label));
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if name.is_empty() || !name.bytes().all(is_name) {
            return None;
        }
        Some(Self {
            group: group.to_lowercase(),
            name: name.to_ascii_uppercase(),
            label: label.to_owned(),
            params: pieces.map(Param::parse).collect(),
            value,
        })
    }

    /// Whether it opens a card.
    fn is_card(&self) -> bool {
        self.value.trim_ascii().eq_ignore_ascii_case(b"VCARD")
    }

    /// Whether its value is looked at.
    fn is_bounded(&self) -> bool {
        self.value.len() <= VALUE_MAX || self.name == "PHOTO"
    }

    fn group_label(&self) -> Option<(String, String)> {
        if self.name != "X-ABLABEL" || self.group.is_empty() {
            return None;
        }
        let value = String::from_utf8_lossy(&self.value);
        let label = value.trim().trim_start_matches("_$!<");
        let label = label.trim_end_matches(">!$_").trim();
        Some((self.group.clone(), label.to_lowercase()))
    }

    /// Values of a parameter, in upper case; lists in quotes count as lists.
    pub(super) fn values(&self, name: &str) -> impl Iterator<Item = String> {
        let params = self.params.iter().filter(move |param| param.name == name);
        let values = params.flat_map(|param| param.values.iter());
        values
            .flat_map(|value| value.split(','))
            .map(|value| value.trim().to_ascii_uppercase())
    }

    /// Whether a parameter has a value.
    pub(super) fn says(&self, name: &str, value: &str) -> bool {
        self.values(name).any(|given| given == value)
    }

    /// Place among its like: 1 is preferred most, 101 is not preferred at all.
    pub(super) fn preference(&self) -> u8 {
        let given = self.values("PREF").find_map(|value| value.parse().ok());
        match given {
            Some(place) => u8::clamp(place, 1, 100),
            None if self.says("TYPE", "PREF") => 1,
            None => 101,
        }
    }
}

impl Param {
    /// Parameters that anything depends on; the others are known by nothing but their bytes.
    const NAMES: [&str; 8] = [
        "TYPE",
        "PREF",
        "VALUE",
        "ENCODING",
        "CHARSET",
        "PHONETIC",
        "MEDIATYPE",
        "X-APPLE-OMIT-YEAR",
    ];

    fn parse(raw: &str) -> Self {
        let (name, value) = match raw.split_once('=') {
            Some((name, value)) => (name.trim().to_ascii_uppercase(), value),
            None => (bare(raw).to_owned(), raw),
        };
        let known = Self::NAMES.into_iter().find(|known| *known == name);
        let values = unquoted(value, ',').into_iter();
        Self {
            name: known.unwrap_or_default(),
            values: values
                .map(|value| value.trim().trim_matches('"').to_owned())
                .collect(),
            raw: raw.to_owned(),
        }
    }
}

/// What a bare word of 2.1 is a value of.
fn bare(word: &str) -> &'static str {
    match word.trim().to_ascii_uppercase().as_str() {
        "QUOTED-PRINTABLE" | "BASE64" | "8BIT" | "7BIT" => "ENCODING",
        _ => "TYPE",
    }
}

/// Bytes of the logical line at the beginning of `bytes`.
fn logical(bytes: &[u8]) -> usize {
    let mut length = physical(bytes);
    let first = bytes.get(..length).unwrap_or_default();
    let quoted_printable = is_quoted_printable(first);
    let mut last = first;
    while let Some(rest) = bytes.get(length..).filter(|rest| !rest.is_empty()) {
        let folded = matches!(rest, [b' ' | b'\t', ..]);
        let soft = quoted_printable && trim_end(last).ends_with(b"=");
        if !folded && !soft {
            break;
        }
        let next = physical(rest);
        last = rest.get(..next).unwrap_or_default();
        length += next;
    }
    length
}

/// Bytes up to the next line end, with it.
fn physical(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(bytes.len(), |at| at + 1)
}

fn is_quoted_printable(line: &[u8]) -> bool {
    const NAME: &[u8] = b"QUOTED-PRINTABLE";
    let head = line.split(|byte| *byte == b':').next().unwrap_or_default();
    let head = head.get(..HEAD_MAX).unwrap_or(head);
    head.windows(NAME.len())
        .any(|window| window.eq_ignore_ascii_case(NAME))
}

fn trim_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Takes folds out: the line end and one blank, in 2.1 the line end only. Soft line breaks stay.
fn unfold(line: &[u8], edition: Edition) -> Cow<'_, [u8]> {
    if !line.contains(&b'\n') {
        return Cow::Borrowed(line);
    }
    let quoted_printable = is_quoted_printable(line);
    let mut whole: Vec<u8> = Vec::with_capacity(line.len());
    for (number, piece) in line.split(|byte| *byte == b'\n').enumerate() {
        let piece = piece.strip_suffix(b"\r").unwrap_or(piece);
        let soft = quoted_printable && whole.ends_with(b"=");
        let folded = number > 0 && !soft && matches!(piece, [b' ' | b'\t', ..]);
        if number > 0 && !folded {
            whole.extend_from_slice(b"\r\n");
        }
        let kept = match folded && edition != Edition::V21 {
            true => piece.get(1..).unwrap_or_default(),
            false => piece,
        };
        whole.extend_from_slice(kept);
    }
    Cow::Owned(whole)
}

/// Place of the colon that ends the parameters.
fn colon(line: &[u8]) -> Option<usize> {
    let mut quoted = false;
    line.iter().take(HEAD_MAX).position(|byte| {
        quoted ^= *byte == b'"';
        *byte == b':' && !quoted
    })
}

/// Splits outside of quotes.
fn unquoted(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|char| {
        quoted ^= char == '"';
        char == separator && !quoted
    })
    .collect()
}

fn edition(bytes: &[u8]) -> Edition {
    let lines = bytes.split(|byte| *byte == b'\n').take(VERSION_WITHIN);
    let mut said = lines.filter_map(|line| {
        let (name, value) = line.split_at_checked("VERSION:".len())?;
        name.eq_ignore_ascii_case(b"VERSION:")
            .then(|| value.trim_ascii())
    });
    match said.next() {
        Some(b"2.1" | b"2.0") => Edition::V21,
        Some(b"4.0") => Edition::V40,
        _ => Edition::V30,
    }
}
