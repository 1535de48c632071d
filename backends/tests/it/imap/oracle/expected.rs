//! The other implementation's values in our terms.

use backends::imap::wire::{
    Code, Condition, Fetch, Listed, MailboxName, MailboxStatus, Malformed, Namespace, Namespaces,
    Response, Search, Status, UidSet, Untagged, Value,
};
use imap_codec::imap_types::core::QuotedChar;
use imap_codec::imap_types::extensions::namespace;
use imap_codec::imap_types::fetch::MessageDataItem;
use imap_codec::imap_types::flag::{FlagFetch, FlagNameAttribute, FlagPerm};
use imap_codec::imap_types::mailbox::Mailbox;
use imap_codec::imap_types::response as theirs;
use imap_codec::imap_types::response::{Data, StatusKind};
use imap_codec::imap_types::sequence::{SeqOrUid, Sequence, SequenceSet};
use imap_codec::imap_types::status::StatusDataItem;

use crate::imap::oracle::parts;

/// What a response means to us.
#[derive(Debug)]
pub(super) enum Meaning {
    /// Just this.
    Data(Untagged),
    /// An end or a status, with its code and text.
    Status(Option<Status>, Option<Condition>, Option<Coded>, String),
    /// A request to go on.
    Continue,
}

/// A code, or its name where there is nothing in it that we look at.
#[derive(Debug)]
pub(super) enum Coded {
    Code(Code),
    Name(String),
}

pub(super) fn same(meaning: &Meaning, ours: &Result<Response, Malformed>) -> bool {
    match (meaning, ours) {
        (Meaning::Data(expected), Ok(Response::Untagged(read))) => envelopes_apart(expected, read),
        (Meaning::Continue, Ok(Response::Continue(_))) => true,
        (
            Meaning::Status(Some(expected), None, code, text),
            Ok(Response::Tagged {
                status,
                code: read,
                text: read_text,
                ..
            }),
        ) => {
            expected == status
                && coded(code.as_ref(), read.as_ref())
                && spoken(text, read_text.as_str())
        }
        (
            Meaning::Status(None, Some(expected), code, text),
            Ok(Response::Untagged(Untagged::Condition {
                condition,
                code: read,
                text: read_text,
            })),
        ) => {
            expected == condition
                && coded(code.as_ref(), read.as_ref())
                && spoken(text, read_text.as_str())
        }
        _ => false,
    }
}

/// We keep envelopes as they come, so only whether there is one can be compared.
fn envelopes_apart(expected: &Untagged, read: &Untagged) -> bool {
    let (Untagged::Fetch(expected), Untagged::Fetch(read)) = (expected, read) else {
        return expected == read;
    };
    let (mut expected, mut read) = (expected.clone(), read.clone());
    let both = expected.envelope.take().is_some() == read.envelope.take().is_some();
    both && expected == read
}

fn coded(expected: Option<&Coded>, read: Option<&Code>) -> bool {
    match (expected, read) {
        (None, None) => true,
        (Some(Coded::Code(expected)), Some(read)) => expected == read,
        (Some(Coded::Name(expected)), Some(read)) => {
            read.name().contains('?') || expected.to_uppercase().starts_with(read.name())
        }
        _ => false,
    }
}

fn spoken(expected: &str, read: &str) -> bool {
    let expected = expected.replace(char::is_control, " ");
    expected.trim().starts_with(read.trim())
}

pub(super) fn meaning(response: &theirs::Response<'_>) -> Option<Meaning> {
    Some(match response {
        theirs::Response::CommandContinuationRequest(_) => Meaning::Continue,
        theirs::Response::Status(status) => match status {
            theirs::Status::Tagged(tagged) => {
                let body = &tagged.body;
                Meaning::Status(
                    Some(ending(body.kind)),
                    None,
                    code(body.code.as_ref()),
                    body.text.inner().to_owned(),
                )
            }
            theirs::Status::Untagged(body) => {
                let condition = match ending(body.kind) {
                    Status::Ok => Condition::Ok,
                    Status::No => Condition::No,
                    Status::Bad => Condition::Bad,
                };
                Meaning::Status(
                    None,
                    Some(condition),
                    code(body.code.as_ref()),
                    body.text.inner().to_owned(),
                )
            }
            theirs::Status::Bye(bye) => Meaning::Status(
                None,
                Some(Condition::Bye),
                code(bye.code.as_ref()),
                bye.text.inner().to_owned(),
            ),
        },
        theirs::Response::Data(data) => Meaning::Data(untagged(data)?),
    })
}

fn ending(kind: StatusKind) -> Status {
    match kind {
        StatusKind::Ok => Status::Ok,
        StatusKind::No => Status::No,
        StatusKind::Bad => Status::Bad,
    }
}

fn code(code: Option<&theirs::Code<'_>>) -> Option<Coded> {
    use theirs::Code as Their;
    Some(Coded::Code(match code? {
        Their::Alert => Code::Alert,
        Their::ReadOnly => Code::ReadOnly,
        Their::ReadWrite => Code::ReadWrite,
        Their::TryCreate => Code::TryCreate,
        Their::Closed => Code::Closed,
        Their::NoModSeq => Code::NoModSeq,
        Their::OverQuota => Code::OverQuota,
        Their::TooBig => Code::TooBig,
        Their::UnknownCte => Code::UnknownCte,
        Their::UidNext(number) => Code::UidNext(number.get()),
        Their::UidValidity(number) => Code::UidValidity(number.get()),
        Their::Unseen(number) => Code::Unseen(number.get()),
        Their::HighestModSeq(number) => Code::HighestModSeq(number.get()),
        Their::AppendUid { uid_validity, uid } => Code::AppendUid {
            validity: uid_validity.get(),
            uids: UidSet::from(*uid),
        },
        Their::PermanentFlags(flags) => Code::PermanentFlags(flags.iter().map(permanent).collect()),
        Their::Modified(modified) => Code::Modified(set(modified)),
        other => return Some(Coded::Name(format!("{other:?}").to_uppercase())),
    }))
}

fn permanent(flag: &FlagPerm<'_>) -> Box<str> {
    match flag {
        FlagPerm::Flag(flag) => flag.to_string().into(),
        FlagPerm::Asterisk => "\\*".into(),
    }
}

fn untagged(data: &Data<'_>) -> Option<Untagged> {
    Some(match data {
        Data::Capability(all) => Untagged::Capability(words(all.as_ref())),
        Data::List {
            items,
            delimiter,
            mailbox,
        } => Untagged::List(listed(items, delimiter.as_ref(), mailbox)),
        Data::Lsub {
            items,
            delimiter,
            mailbox,
        } => Untagged::Lsub(listed(items, delimiter.as_ref(), mailbox)),
        Data::Status { mailbox, items } => Untagged::Status(Box::new(status(mailbox, items))),
        Data::Search(numbers, mod_seq) => Untagged::Search(Search {
            numbers: numbers.iter().map(|number| number.get()).collect(),
            mod_seq: mod_seq.map(std::num::NonZeroU64::get),
        }),
        Data::Flags(flags) => Untagged::Flags(words(flags)),
        Data::Exists(count) => Untagged::Exists(*count),
        Data::Recent(count) => Untagged::Recent(*count),
        Data::Expunge(number) => Untagged::Expunge(number.get()),
        Data::Fetch { seq, items } => Untagged::Fetch(fetch(seq.get(), items.as_ref())),
        Data::Enabled { capabilities } => Untagged::Enabled(words(capabilities)),
        Data::Id { parameters } => {
            let field = |(name, value): &(_, _)| (parts::text(name), parts::nullable(value));
            Untagged::Id(parameters.iter().flatten().map(field).collect())
        }
        Data::Namespace {
            personal,
            other,
            shared,
        } => Untagged::Namespace(Box::new(Namespaces {
            personal: personal.iter().map(place).collect(),
            others: other.iter().map(place).collect(),
            shared: shared.iter().map(place).collect(),
        })),
        Data::Vanished {
            earlier,
            known_uids,
        } => Untagged::Vanished {
            earlier: *earlier,
            uids: set(known_uids),
        },
        _ => return None,
    })
}

fn words<T: ToString>(values: &[T]) -> Vec<Box<str>> {
    values
        .iter()
        .map(|value| value.to_string().into())
        .collect()
}

fn listed(
    items: &[FlagNameAttribute<'_>],
    delimiter: Option<&QuotedChar>,
    mailbox: &Mailbox<'_>,
) -> Box<Listed> {
    Box::new(Listed {
        name: name(mailbox),
        delimiter: delimiter.map(QuotedChar::inner),
        attributes: words(items),
        old_name: None,
        child_info: Vec::new(),
    })
}

fn fetch(number: u32, items: &[MessageDataItem<'_>]) -> Box<Fetch> {
    let mut fetch = Fetch {
        number,
        ..Fetch::default()
    };
    for item in items {
        take(&mut fetch, item);
    }
    Box::new(fetch)
}

fn place(place: &namespace::Namespace<'_>) -> Namespace {
    Namespace {
        prefix: parts::text(&place.prefix),
        delimiter: place.delimiter.as_ref().map(QuotedChar::inner),
    }
}

fn set(set: &SequenceSet) -> UidSet {
    let bound = |bound: &SeqOrUid| match bound {
        SeqOrUid::Value(value) => value.to_string(),
        SeqOrUid::Asterisk => "*".to_owned(),
    };
    let range = |sequence: &Sequence| match sequence {
        Sequence::Single(single) => bound(single),
        Sequence::Range(first, last) => format!("{}:{}", bound(first), bound(last)),
    };
    let ranges: Vec<String> = set.0.as_ref().iter().map(range).collect();
    UidSet::parse(ranges.join(",").as_bytes()).unwrap()
}

fn status(mailbox: &Mailbox<'_>, items: &[StatusDataItem]) -> MailboxStatus {
    let mut status = MailboxStatus {
        name: name(mailbox),
        messages: None,
        uid_next: None,
        uid_validity: None,
        unseen: None,
        highest_mod_seq: None,
        size: None,
        mailbox_id: None,
    };
    for item in items {
        match item {
            StatusDataItem::Messages(count) => status.messages = Some(*count),
            StatusDataItem::UidNext(uid) => status.uid_next = Some(uid.get()),
            StatusDataItem::UidValidity(validity) => status.uid_validity = Some(validity.get()),
            StatusDataItem::Unseen(count) => status.unseen = Some(*count),
            StatusDataItem::Size(size) => status.size = Some(*size),
            StatusDataItem::HighestModSeq(highest) => status.highest_mod_seq = Some(*highest),
            _ => {}
        }
    }
    status
}

pub(super) fn name(mailbox: &Mailbox<'_>) -> MailboxName {
    match mailbox {
        Mailbox::Inbox => MailboxName::inbox(),
        Mailbox::Other(other) => MailboxName::from_wire(other.as_ref(), false),
    }
}

fn take(fetch: &mut Fetch, item: &MessageDataItem<'_>) {
    match item {
        MessageDataItem::Flags(flags) => {
            let flag = |flag: &FlagFetch<'_>| match flag {
                FlagFetch::Flag(flag) => flag.to_string().into(),
                FlagFetch::Recent => "\\Recent".into(),
            };
            fetch.flags = Some(flags.iter().map(flag).collect());
        }
        MessageDataItem::InternalDate(date) => {
            fetch.internal_date = Some(date.as_ref().timestamp())
        }
        MessageDataItem::Rfc822Size(size) => fetch.size = Some((*size).into()),
        MessageDataItem::Uid(uid) => fetch.uid = Some(uid.get()),
        MessageDataItem::ModSeq(mod_seq) => fetch.mod_seq = Some(mod_seq.get()),
        MessageDataItem::Envelope(_) => fetch.envelope = Some(Value::Nil),
        MessageDataItem::Body(body) | MessageDataItem::BodyStructure(body) => {
            fetch.structure = Some(parts::part(body));
        }
        MessageDataItem::BodyExt {
            section: which,
            origin,
            data,
        } => {
            let name = parts::named(which.as_ref()).unwrap_or_default();
            fetch.sections.push(parts::section(&name, *origin, data));
        }
        MessageDataItem::Rfc822(data) => fetch.sections.push(parts::section("RFC822", None, data)),
        MessageDataItem::Rfc822Header(data) => {
            fetch
                .sections
                .push(parts::section("RFC822.HEADER", None, data));
        }
        MessageDataItem::Rfc822Text(data) => {
            fetch
                .sections
                .push(parts::section("RFC822.TEXT", None, data));
        }
        MessageDataItem::Binary { section, value } => {
            fetch.sections.push(parts::binary(section, value))
        }
        MessageDataItem::BinarySize { section, size } => {
            fetch.sections.push(parts::binary_size(section, *size));
        }
    }
}

/// Whether names of headers are in it: those could be literals, as no server writes them.
pub(super) fn names_headers(response: &theirs::Response<'_>) -> bool {
    let theirs::Response::Data(Data::Fetch { items, .. }) = response else {
        return false;
    };
    items.as_ref().iter().any(|item| match item {
        MessageDataItem::BodyExt { section, .. } => parts::named(section.as_ref()).is_none(),
        _ => false,
    })
}
