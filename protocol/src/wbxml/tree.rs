//! Tokens to a tree, with a stack of our own: depth on the wire is no depth of calls.

use nom::Err;

use super::parse::{self, Content, Fault, Token};
use super::{Document, Limits, Skipped, WbxmlError, WbxmlErrorKind as Kind};
use crate::element::{Element, Node};
use crate::tag::Tag;

pub(super) fn decode(input: &[u8], limits: &Limits) -> Result<Document, WbxmlError> {
    if input.len() > limits.bytes {
        return Err(WbxmlError {
            offset: limits.bytes,
            kind: Kind::TooLong,
        });
    }
    let locate = |error: Err<Fault<'_>>| located(input, &error);
    let (mut rest, ()) = parse::header(input).map_err(locate)?;
    let mut builder = Builder::new(limits);
    loop {
        let offset = input.len() - rest.len();
        let token;
        (rest, token) = parse::token(rest, limits.text).map_err(locate)?;
        let root = builder
            .step(token, offset)
            .map_err(|kind| WbxmlError { offset, kind })?;
        if let Some(root) = root {
            end(input, rest)?;
            return Ok(Document {
                root,
                skipped: builder.skipped,
            });
        }
    }
}

/// Some clients pad with zero bytes; anything else after the root is a second document.
fn end(input: &[u8], rest: &[u8]) -> Result<(), WbxmlError> {
    rest.iter()
        .position(|&byte| byte != 0)
        .map_or(Ok(()), |at| {
            Err(WbxmlError {
                offset: input.len() - rest.len() + at,
                kind: Kind::Trailing,
            })
        })
}

fn located(input: &[u8], error: &Err<Fault<'_>>) -> WbxmlError {
    match error {
        // Complete parsers do not ask for more; it would mean the same.
        Err::Incomplete(_) => WbxmlError {
            offset: input.len(),
            kind: Kind::Truncated,
        },
        Err::Error(fault) | Err::Failure(fault) => WbxmlError {
            offset: input.len() - fault.rest.len(),
            kind: fault.kind,
        },
    }
}

/// The tree so far.
struct Builder<'a> {
    limits: &'a Limits,
    /// Global through the document: it does not go back at the end of an element.
    page: u8,
    /// Begun and not ended, outermost first.
    open: Vec<Element>,
    /// How many elements are open inside an unknown one, that one included.
    unknown: usize,
    /// Elements and pieces of text so far: what costs memory, so what is counted.
    nodes: usize,
    skipped: Vec<Skipped>,
}

impl<'a> Builder<'a> {
    fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            page: 0,
            open: Vec::new(),
            unknown: 0,
            nodes: 0,
            skipped: Vec::new(),
        }
    }

    /// Takes a token; returns the root once it is complete.
    fn step(&mut self, token: Token<'_>, offset: usize) -> Result<Option<Element>, Kind> {
        match token {
            Token::SwitchPage(page) => {
                self.page = page;
                Ok(None)
            }
            Token::Tag(token, content) => self.begin(token, content, offset),
            Token::End => self.end(),
            // An empty piece says nothing, and an element that holds only such is an empty one.
            Token::Text([]) | Token::Opaque([]) => self.content(|| None),
            Token::Text(bytes) => self.content(|| Some(text(bytes))),
            Token::Opaque(bytes) => self.content(|| Some(Node::Opaque(bytes.to_vec()))),
        }
    }

    fn begin(
        &mut self,
        token: u8,
        content: Content,
        offset: usize,
    ) -> Result<Option<Element>, Kind> {
        self.count()?;
        self.deepen()?;
        let tag = Tag::new(self.page, token);
        if self.unknown > 0 {
            self.unknown += usize::from(content == Content::Follows);
            return Ok(None);
        }
        if !tag.is_known() {
            if self.open.is_empty() {
                return Err(Kind::UnknownRoot);
            }
            self.skipped.push(Skipped {
                page: self.page,
                token,
                offset,
            });
            self.unknown = usize::from(content == Content::Follows);
            return Ok(None);
        }
        let element = Element::new(tag);
        match content {
            Content::Empty => Ok(self.attach(element)),
            Content::Follows => {
                self.open.push(element);
                Ok(None)
            }
        }
    }

    fn count(&mut self) -> Result<(), Kind> {
        self.nodes += 1;
        if self.nodes > self.limits.elements {
            return Err(Kind::TooManyElements);
        }
        Ok(())
    }

    /// Whether one more element may stand inside those that are open.
    fn deepen(&self) -> Result<(), Kind> {
        if self.open.len() + self.unknown >= self.limits.depth.min(Limits::DEPTH_MAX) {
            return Err(Kind::TooDeep);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<Option<Element>, Kind> {
        if self.unknown > 0 {
            self.unknown -= 1;
            return Ok(None);
        }
        let element = self.open.pop().ok_or(Kind::UnexpectedEnd)?;
        Ok(self.attach(element))
    }

    /// Nothing is copied for what will be left out.
    fn content(&mut self, node: impl FnOnce() -> Option<Node>) -> Result<Option<Element>, Kind> {
        self.count()?;
        let parent = self.open.last_mut().ok_or(Kind::ContentBeforeRoot)?;
        if self.unknown == 0 {
            parent.children.extend(node());
        }
        Ok(None)
    }

    /// Puts a complete element into its parent; the one without a parent is the root.
    fn attach(&mut self, element: Element) -> Option<Element> {
        let Some(parent) = self.open.last_mut() else {
            return Some(element);
        };
        parent.push(element);
        None
    }
}

/// Text that is no UTF-8 (a Latin-1 message sent inline, say) is kept as the bytes it is.
fn text(bytes: &[u8]) -> Node {
    match str::from_utf8(bytes) {
        Ok(text) => Node::Text(text.to_owned()),
        Err(_) => Node::Opaque(bytes.to_vec()),
    }
}
