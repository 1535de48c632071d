//! Another implementation of IMAP says and hears the same: what it can generate we read with its meaning, and what we
//! write it reads with ours.

mod expected;
mod parts;

use arbitrary::{Arbitrary, Unstructured};
use backends::imap::wire::{
    Command, Decoder, Dialect, Flow, Limits, Literals, MailboxName, Malformed, Step, UidSet,
    interpret,
};
use imap_codec::decode::Decoder as _;
use imap_codec::encode::Encoder as _;
use imap_codec::imap_types::body::BodyStructure;
use imap_codec::imap_types::command::CommandBody;
use imap_codec::imap_types::core::IString;
use imap_codec::imap_types::fetch::MessageDataItem;
use imap_codec::imap_types::response::{Data, Response};
use imap_codec::{CommandCodec, ResponseCodec};
use proptest::prelude::{any, prop_assert_eq, proptest};

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut roll = || {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        };
        // Mostly what can stand in a word, and sometimes anything.
        let byte = |dice: u64| match dice % 4 {
            0 => dice.to_le_bytes()[3],
            1 => dice.to_le_bytes()[3] % 8,
            _ => b'a' + dice.to_le_bytes()[3] % 26,
        };
        (0..count).map(|_| byte(roll())).collect()
    }
}

/// Calls `make` until it has made so many values.
fn generated(count: usize, mut make: impl FnMut(&mut Unstructured<'_>) -> arbitrary::Result<()>) {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut made = 0;
    while made < count {
        let bytes = dice.bytes(600);
        made += usize::from(make(&mut Unstructured::new(&bytes)).is_ok());
    }
}

/// Reads what it says, and compares.
fn check(theirs: &Response<'_>) {
    let limits = Limits::default();
    let said = ResponseCodec::default().encode(theirs).dump();
    let text = String::from_utf8_lossy(&said);
    let mut decoder = Decoder::new(limits);
    decoder.feed(&said);
    let Ok(Some(Step::Response(frame))) = decoder.step() else {
        panic!("{theirs:?}: {text:?}")
    };
    assert!(decoder.is_empty(), "{text:?}");
    let ours = interpret(&frame, &limits, false);
    let same = match expected::meaning(theirs) {
        Some(meaning) => expected::same(&meaning, &ours),
        // What we have no use for.
        None => matches!(ours, Err(Malformed("response"))),
    };
    assert!(same, "{theirs:?}\n{text:?}\n{ours:?}");
}

#[test]
fn what_it_says_we_read() {
    generated(5_000, |dice| {
        let theirs = Response::arbitrary(dice)?;
        if !expected::names_headers(&theirs) {
            check(&theirs);
        }
        Ok(())
    });
}

/// A message of which it says this.
fn said(item: MessageDataItem<'_>) {
    let uid = MessageDataItem::Uid(7.try_into().unwrap());
    let theirs = Response::Data(Data::Fetch {
        seq: 3.try_into().unwrap(),
        items: vec![item, uid].try_into().unwrap(),
    });
    if !expected::names_headers(&theirs) {
        check(&theirs);
    }
}

#[test]
fn what_it_says_of_messages_we_read() {
    generated(5_000, |dice| {
        said(MessageDataItem::arbitrary(dice)?);
        Ok(())
    });
    generated(300, |dice| {
        let one = BodyStructure::arbitrary(dice)?;
        said(MessageDataItem::Body(one.clone()));
        // By itself it makes no parts of parts.
        let both = BodyStructure::Multi {
            bodies: vec![one.clone(), one].try_into().unwrap(),
            subtype: "MIXED".try_into().unwrap(),
            extension_data: None,
        };
        said(MessageDataItem::BodyStructure(BodyStructure::Multi {
            bodies: vec![both].try_into().unwrap(),
            subtype: IString::arbitrary(dice)?,
            extension_data: Option::arbitrary(dice)?,
        }));
        Ok(())
    });
}

/// The command as the other reads it.
fn heard(command: &Command, dialect: Dialect) -> imap_codec::imap_types::command::Command<'static> {
    use imap_codec::imap_types::IntoStatic as _;
    let mut flow = Flow::new(Limits::default());
    flow.speak(dialect);
    flow.submit(command).unwrap();
    let mut written = Vec::new();
    while flow.wants_write() {
        let piece = flow.output().to_vec();
        flow.written(piece.len());
        written.extend_from_slice(&piece);
    }
    match CommandCodec::default().decode(&written) {
        Ok(([], command)) => command.into_static(),
        other => panic!("{other:?}: {:?}", String::from_utf8_lossy(&written)),
    }
}

const PLUS: Dialect = Dialect {
    literals: Literals::Plus,
    utf8: false,
};

proptest! {
    #[test]
    fn texts_are_heard_as_they_are(user in any::<String>(), password in "\\PC*|[\r\n\"\\\\{}0-9+]{0,8}") {
        let (user, password) = (user.replace('\0', ""), password.replace('\0', ""));
        let command = Command::new("LOGIN").text(&user).text(&password);
        let heard = heard(&command, PLUS);
        let CommandBody::Login { username, password: secret } = heard.body else {
            panic!("{:?}", heard.body)
        };
        prop_assert_eq!(username.as_ref(), user.as_bytes());
        prop_assert_eq!(secret.declassify().as_ref(), password.as_bytes());
    }

    #[test]
    fn names_and_sets_are_heard_as_they_are(name in "[^\0]{1,12}", uids in proptest::collection::vec(1_u32.., 1..20)) {
        let uids: UidSet = uids.into_iter().map(|uid| uid.try_into().unwrap()).collect();
        let mailbox = MailboxName::new(&name);
        let copy = Command::new("UID COPY").set(&uids).mailbox(&mailbox);
        let CommandBody::Copy { sequence_set, mailbox: other, uid: true } = heard(&copy, PLUS).body else {
            panic!("{name}")
        };
        let heard = sequence_set.iter(u32::MAX.try_into().unwrap()).take(1000);
        let heard: Vec<u32> = heard.map(std::num::NonZeroU32::get).collect();
        prop_assert_eq!(heard, uids.iter().take(1000).collect::<Vec<_>>());
        prop_assert_eq!(expected::name(&other), mailbox);
    }
}

#[test]
fn commands_are_heard_as_commands() {
    let inbox = MailboxName::inbox();
    let set = UidSet::parse(b"1:3,7").unwrap();
    let name = |command: &Command| heard(command, PLUS).body.name().to_owned();
    for command in [
        Command::new("SELECT").mailbox(&inbox).words("(CONDSTORE)"),
        Command::new("SELECT")
            .mailbox(&inbox)
            .open()
            .words("QRESYNC")
            .open()
            .number(7)
            .number(9)
            .set(&set)
            .close()
            .close(),
        Command::new("STATUS")
            .mailbox(&inbox)
            .words("(MESSAGES UIDNEXT)"),
        Command::new("STORE")
            .set(&set)
            .words("+FLAGS.SILENT")
            .open()
            .flag("\\Seen")
            .flag("$X")
            .close(),
        Command::new("SEARCH").words("SINCE").date(0),
        Command::new("FETCH")
            .set(&set)
            .words("(UID FLAGS MODSEQ BODY.PEEK[HEADER.FIELDS (A)]<0.5>)"),
        Command::new("APPEND")
            .mailbox(&inbox)
            .open()
            .flag("\\Seen")
            .close()
            .date_time(0)
            .literal(b"x".as_slice().into()),
        Command::new("ID")
            .open()
            .text("name")
            .text("directpush")
            .close(),
        Command::new("ENABLE").words("CONDSTORE"),
        Command::idle(),
    ] {
        assert_eq!(name(&command), command.name(), "{command:?}");
    }
}
