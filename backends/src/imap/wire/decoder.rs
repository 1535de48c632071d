//! Cuts a stream of bytes into responses: lines, and literals between them.

use bytes::{BufMut, Bytes, BytesMut};

/// What is held of one response at most, and how it may be built.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Longest line, in bytes; literals do not count.
    pub line: usize,
    /// Largest literal that is held, in bytes.
    pub literal: usize,
    /// Largest response that is held, in bytes, literals included.
    pub response: usize,
    /// Deepest list in lists.
    pub depth: usize,
    /// Most values in one response.
    pub values: usize,
}

impl Default for Limits {
    /// Room for the numbers of half a million messages in one line.
    fn default() -> Self {
        Self {
            line: 4 << 20,
            literal: 4 << 20,
            response: 32 << 20,
            depth: 64,
            values: 500_000,
        }
    }
}

/// One response without its last line end. A literal is within as `{n}`, line end and bytes; of one that was handed
/// out in pieces there is its size between two NULs, a byte that occurs nowhere else outside literals.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Frame(Bytes);

impl Frame {
    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }
}

/// What the stream yields.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// A response is complete.
    Response(Frame),
    /// A literal begins that is handed out in pieces. Its response follows when it is through.
    Begin {
        /// The response up to the literal.
        head: Frame,
        /// Size of the literal, in bytes.
        size: u64,
    },
    /// A piece of it; never empty.
    Piece(Bytes),
    /// All of it was handed out.
    End,
}

/// The stream cannot be cut into responses any more.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// A line is longer than [`Limits::line`].
    #[error("line too long")]
    Line,
    /// A literal is larger than [`Limits::literal`].
    #[error("literal too large")]
    Literal,
    /// A response is larger than [`Limits::response`].
    #[error("response too large")]
    Response,
}

/// Takes bytes, gives responses.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    /// What was received and not looked at yet.
    buffer: BytesMut,
    /// So many bytes of `buffer` hold no line end.
    scanned: usize,
    /// The response so far.
    held: BytesMut,
    /// What its first line says it is.
    kind: Kind,
    state: State,
    streams: bool,
    broken: Option<FrameError>,
}

/// What matters of a response before it is complete.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    /// Its line ends in text for people: braces in it mean nothing.
    Text,
    /// It may have the text of a message in it.
    Fetch,
    Other,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Line,
    Hold(usize),
    Stream(u64),
}

impl Decoder {
    /// At the begin of a stream.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            buffer: BytesMut::new(),
            scanned: 0,
            held: BytesMut::new(),
            kind: Kind::Other,
            state: State::Line,
            streams: false,
            broken: None,
        }
    }

    /// The limits that it keeps.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether the literals of message texts (`BODY[]`, `BINARY[]`) are handed out in pieces from now on. They may
    /// then have any size.
    pub fn stream_texts(&mut self, yes: bool) {
        self.streams = yes;
    }

    /// Where received bytes are to be appended.
    pub fn buffer(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// Appends received bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether nothing is begun, and nothing waits to be looked at.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buffer.is_empty() && self.held.is_empty() && matches!(self.state, State::Line)
    }

    /// Gives back memory that is not needed while nothing comes.
    pub fn shrink(&mut self) {
        if self.is_empty() {
            self.buffer = BytesMut::new();
            self.held = BytesMut::new();
        }
    }

    /// The next step, or `None` until there are more bytes.
    ///
    /// # Errors
    /// [`FrameError`], then and ever after.
    pub fn step(&mut self) -> Result<Option<Step>, FrameError> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        let step = self.advance();
        if let Err(error) = step {
            self.broken = Some(error);
            self.buffer = BytesMut::new();
            self.held = BytesMut::new();
        }
        step
    }

    fn advance(&mut self) -> Result<Option<Step>, FrameError> {
        loop {
            match self.state {
                State::Hold(0) => self.state = State::Line,
                State::Stream(0) => {
                    self.state = State::Line;
                    return Ok(Some(Step::End));
                }
                State::Hold(left) => {
                    let taken = self.buffer.split_to(left.min(self.buffer.len()));
                    if taken.is_empty() {
                        return Ok(None);
                    }
                    self.held.extend_from_slice(&taken);
                    self.state = State::Hold(left - taken.len());
                }
                State::Stream(left) => {
                    let most = usize::try_from(left).unwrap_or(usize::MAX);
                    let taken = self.buffer.split_to(most.min(self.buffer.len()));
                    if taken.is_empty() {
                        return Ok(None);
                    }
                    let taken_len = u64::try_from(taken.len()).unwrap_or(u64::MAX);
                    self.state = State::Stream(left.saturating_sub(taken_len));
                    return Ok(Some(Step::Piece(taken.freeze())));
                }
                State::Line => {
                    let Some(line) = self.line()? else {
                        return Ok(None);
                    };
                    if let Some(step) = self.take_line(line)? {
                        return Ok(Some(step));
                    }
                }
            }
        }
    }

    /// The next line without its end, which may be a bare line feed.
    fn line(&mut self) -> Result<Option<BytesMut>, FrameError> {
        let fresh = self.buffer.get(self.scanned..).unwrap_or_default();
        let Some(at) = fresh.iter().position(|byte| *byte == b'\n') else {
            self.scanned = self.buffer.len();
            if self.scanned > self.limits.line {
                return Err(FrameError::Line);
            }
            return Ok(None);
        };
        let mut line = self.buffer.split_to(self.scanned + at + 1);
        self.scanned = 0;
        line.truncate(line.len() - 1);
        if line.ends_with(b"\r") {
            line.truncate(line.len() - 1);
        }
        if line.len() > self.limits.line {
            return Err(FrameError::Line);
        }
        for byte in line.iter_mut().filter(|byte| **byte == 0) {
            *byte = b'?';
        }
        Ok(Some(line))
    }

    fn take_line(&mut self, line: BytesMut) -> Result<Option<Step>, FrameError> {
        if self.held.len() + line.len() > self.limits.response {
            return Err(FrameError::Response);
        }
        if self.held.is_empty() {
            self.kind = Kind::of(&line);
        }
        let literal = literal_at_end(&line).filter(|_| self.kind != Kind::Text);
        let Some(literal) = literal else {
            if self.held.is_empty() {
                // A line of nothing is nothing.
                return Ok((!line.is_empty()).then(|| Step::Response(Frame(line.freeze()))));
            }
            self.held.extend_from_slice(&line);
            let held = std::mem::take(&mut self.held);
            return Ok(Some(Step::Response(Frame(held.freeze()))));
        };
        let head = line.get(..literal.at).unwrap_or_default();
        if self.streams && self.kind == Kind::Fetch && is_text_of_message(head) {
            self.held.extend_from_slice(head);
            let so_far = Frame(Bytes::copy_from_slice(&self.held));
            self.held.put_u8(0);
            self.held
                .extend_from_slice(literal.size.to_string().as_bytes());
            self.held.put_u8(0);
            self.state = State::Stream(literal.size);
            return Ok(Some(Step::Begin {
                head: so_far,
                size: literal.size,
            }));
        }
        let size = usize::try_from(literal.size).unwrap_or(usize::MAX);
        if size > self.limits.literal {
            return Err(FrameError::Literal);
        }
        self.held.extend_from_slice(&line);
        self.held.extend_from_slice(b"\r\n");
        if self.held.len().saturating_add(size) > self.limits.response {
            return Err(FrameError::Response);
        }
        self.state = State::Hold(size);
        Ok(None)
    }
}

struct Literal {
    /// Where `~{` or `{` stands.
    at: usize,
    size: u64,
}

/// `{n}`, `{n+}` or `~{n}` at the end of a line.
fn literal_at_end(line: &[u8]) -> Option<Literal> {
    let inner = line.strip_suffix(b"}")?;
    let at = inner.iter().rposition(|byte| *byte == b'{')?;
    let digits = inner.get(at + 1..)?;
    let digits = digits.strip_suffix(b"+").unwrap_or(digits);
    // What nobody can count is as good as endless.
    let all_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let size = all_digits.then(|| number(digits).unwrap_or(u64::MAX))?;
    let before = inner.get(..at)?;
    let at = if before.ends_with(b"~") { at - 1 } else { at };
    Some(Literal { at, size })
}

fn number(digits: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(digits).ok()?;
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

impl Kind {
    fn of(line: &[u8]) -> Self {
        const CONDITIONS: [&[u8]; 5] = [b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH"];
        let mut words = line.split(|byte| *byte == b' ');
        let first = words.next().unwrap_or_default();
        let second = words.next().unwrap_or_default();
        let is = |word: &[u8]| second.eq_ignore_ascii_case(word);
        if first.starts_with(b"+") || CONDITIONS.into_iter().any(is) {
            return Self::Text;
        }
        match words.next() {
            Some(word) if first == b"*" && word.eq_ignore_ascii_case(b"FETCH") => Self::Fetch,
            _ => Self::Other,
        }
    }
}

/// Whether the literal after `head` is a message or a part of it: `BODY[1]<0>`, `BINARY[2]`, `RFC822`.
fn is_text_of_message(head: &[u8]) -> bool {
    let upper = head.trim_ascii_end().to_ascii_uppercase();
    let item = without_origin(&upper).unwrap_or(&upper);
    let (names, name): (&[&[u8]], _) = match item.strip_suffix(b"]") {
        Some(section) => {
            let at = section.iter().rposition(|byte| *byte == b'[');
            (&[b"BODY", b"BINARY"], section.get(..at.unwrap_or(0)))
        }
        None => (&[b"RFC822", b"RFC822.TEXT"], Some(item)),
    };
    let last = |name: &[u8]| {
        let mut words = name.rsplit(|byte| matches!(byte, b' ' | b'('));
        words.next().is_some_and(|word| names.contains(&word))
    };
    name.is_some_and(last)
}

/// What stands before `<0>`.
fn without_origin(item: &[u8]) -> Option<&[u8]> {
    let inner = item.strip_suffix(b">")?;
    let at = inner.iter().rposition(|byte| *byte == b'<')?;
    number(inner.get(at + 1..)?)?;
    inner.get(..at)
}

#[cfg(test)]
mod tests;
