//! Properties that come from header fields.

use protocol::class::email::{Email, Importance};

use super::charset::Hint;
use super::fields::{Fields, Mailbox, tidy};
use super::thread;

/// Longest address list, in characters (MS-ASEMAIL 2.2.2.27, 2.2.2.80).
const LIST_MAX: usize = 32_768;

/// Fills in what the header says.
pub(super) fn fill(email: &mut Email, fields: &Fields<'_>, hint: Hint<'_>, received: i64) {
    let to = fields.mailboxes("To", hint);
    let from = fields.mailboxes("From", hint);
    let sender = fields.mailboxes("Sender", hint);
    let subject = fields.text("Subject", hint).map(|subject| tidy(&subject));
    let topic = thread::topic(subject.as_deref().unwrap_or_default());

    email.to = joined(&to, ",", Mailbox::full);
    email.cc = joined(&fields.mailboxes("Cc", hint), ",", Mailbox::full);
    email.display_to = names(&to);
    email.reply_to = joined(&fields.mailboxes("Reply-To", hint), ";", Mailbox::full);
    email.sender =
        joined(&sender, ",", Mailbox::full).filter(|_| !from.is_empty() && !same(&sender, &from));
    email.from = joined(
        if from.is_empty() { &sender } else { &from },
        ",",
        Mailbox::full,
    );
    email.conversation_id = Some(thread::conversation_id(fields, &topic));
    email.conversation_index = Some(thread::conversation_index(
        fields,
        fields.date("Date").unwrap_or(received),
    ));
    email.subject = subject;
    email.thread_topic = Some(topic);
    email.importance = Some(importance(fields));
}

/// The conversation that a header belongs to.
pub(super) fn conversation(fields: &Fields<'_>, hint: Hint<'_>) -> Vec<u8> {
    let subject = fields.text("Subject", hint).map(|subject| tidy(&subject));
    let topic = thread::topic(subject.as_deref().unwrap_or_default());
    thread::conversation_id(fields, &topic)
}

/// Hidden recipients, which only drafts have.
pub(super) fn bcc(fields: &Fields<'_>, hint: Hint<'_>) -> Option<String> {
    joined(&fields.mailboxes("Bcc", hint), ",", Mailbox::full)
}

impl Mailbox {
    /// `"Name" <address>`, or the address alone.
    pub(super) fn full(&self) -> String {
        match &self.name {
            Some(name) if self.address.is_empty() => quoted(name),
            Some(name) => format!("{} <{}>", quoted(name), self.address),
            None => self.address.clone(),
        }
    }

    /// The name, or the address where there is none.
    fn display(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.address.clone())
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Names, or addresses where there are none, separated by semicolons.
pub(super) fn names(mailboxes: &[Mailbox]) -> Option<String> {
    joined(mailboxes, "; ", Mailbox::display)
}

/// The list, cut where an entry ends; `None` if it is empty.
fn joined(mailboxes: &[Mailbox], separator: &str, form: fn(&Mailbox) -> String) -> Option<String> {
    let mut list = String::new();
    let mut length = 0;
    for mailbox in mailboxes {
        let entry = form(mailbox);
        let added = entry.chars().count() + if list.is_empty() { 0 } else { separator.len() };
        if length + added > LIST_MAX {
            break;
        }
        if !list.is_empty() {
            list.push_str(separator);
        }
        list.push_str(&entry);
        length += added;
    }
    Some(list).filter(|list| !list.is_empty())
}

fn same(one: &[Mailbox], other: &[Mailbox]) -> bool {
    let address = |mailboxes: &[Mailbox]| {
        mailboxes
            .first()
            .map(|mailbox| mailbox.address.to_lowercase())
    };
    address(one) == address(other)
}

/// Always said: Android reads a missing one as low.
fn importance(fields: &Fields<'_>) -> Importance {
    if let Some(word) = fields
        .word("Importance")
        .or_else(|| fields.word("X-MSMail-Priority"))
    {
        return match word.as_str() {
            "high" => Importance::High,
            "low" => Importance::Low,
            _ => Importance::Normal,
        };
    }
    let priority = fields
        .word("X-Priority")
        .or_else(|| fields.word("Priority"))
        .unwrap_or_default();
    match priority.as_bytes().first() {
        Some(b'1' | b'2' | b'u') => Importance::High,
        Some(b'4' | b'5') => Importance::Low,
        _ if priority == "non-urgent" => Importance::Low,
        _ => Importance::Normal,
    }
}

#[cfg(test)]
mod tests {
    use protocol::class::email::{Email, Importance};

    use super::{Fields, Hint, LIST_MAX, bcc, fill, importance};

    fn filled(header: &str) -> Email {
        let mut email = Email::default();
        fill(
            &mut email,
            &Fields::split(header.as_bytes()).0,
            Hint::default(),
            0,
        );
        email
    }

    #[test]
    fn address_lists() {
        let email = filled(
            "From: Ann \\\"A\\\" <ann@x>\nSender: Bob <bob@x>\nTo: =?utf-8?q?C=C3=A4?= <c@x>, d@x\nCc: \"E, F\" <e@x>\n\
             Reply-To: <g@x>, h@x\n\n",
        );
        assert_eq!(email.to.as_deref(), Some("\"Cä\" <c@x>,d@x"));
        assert_eq!(email.cc.as_deref(), Some("\"E, F\" <e@x>"));
        assert_eq!(email.display_to.as_deref(), Some("Cä; d@x"));
        assert_eq!(email.reply_to.as_deref(), Some("g@x;h@x"));
        assert_eq!(email.sender.as_deref(), Some("\"Bob\" <bob@x>"));
    }

    #[test]
    fn the_sender_stands_in_and_is_not_repeated() {
        let email = filled("Sender: Bob <bob@x>\n\n");
        assert_eq!(
            (email.from.as_deref(), email.sender),
            (Some("\"Bob\" <bob@x>"), None)
        );
        assert_eq!(filled("From: B <bob@x>\nSender: Bob@X\n\n").sender, None);
        assert_eq!(filled("Subject:\n\n").from, None);
    }

    #[test]
    fn long_lists_end_at_an_entry() {
        let header = format!("To: {}z@x\n\n", "someone@example.org, ".repeat(3_000));
        let email = filled(&header);
        let to = email.to.unwrap();
        assert!(to.len() <= LIST_MAX && to.len() > LIST_MAX - 21);
        assert!(to.ends_with("someone@example.org"));
        assert_eq!(
            bcc(&Fields::split(b"Bcc: a@x\n\n").0, Hint::default()).as_deref(),
            Some("a@x")
        );
    }

    #[test]
    fn importance_by_several_fields() {
        for (header, expected) in [
            ("", Importance::Normal),
            ("Importance: High", Importance::High),
            ("Importance: low\nX-Priority: 1", Importance::Low),
            ("X-Priority: 1 (Highest)", Importance::High),
            ("X-Priority: 3", Importance::Normal),
            ("X-Priority: 5", Importance::Low),
            ("Priority: urgent", Importance::High),
            ("Priority: non-urgent", Importance::Low),
            ("X-MSMail-Priority: Normal", Importance::Normal),
        ] {
            let header = format!("{header}\n\n");
            assert_eq!(
                importance(&Fields::split(header.as_bytes()).0),
                expected,
                "{header}"
            );
        }
    }
}
