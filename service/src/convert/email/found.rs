//! What a list of search results shows of a message (MS-ASCMD 2.2.3.138.3).

use protocol::airsyncbase::BodyContent;
use protocol::class::email::Email;
use protocol::command::find::FoundMail;

use super::charset::Hint;
use super::fields::Fields;
use super::headers;

/// Makes a result of an item whose body is plain text.
#[must_use]
pub fn found(email: &Email) -> FoundMail {
    let names = |addresses: &Option<String>| {
        let header = format!("To: {}\n\n", addresses.as_deref()?);
        let (fields, _) = Fields::split(header.as_bytes());
        headers::names(&fields.mailboxes("to", Hint::default()))
    };
    let body = email.body.as_ref().and_then(|body| body.data.as_ref());
    let preview = body.and_then(|data| match data {
        BodyContent::Text(text) => Some(preview(text)),
        BodyContent::Bytes(_) | BodyContent::Part(_) => None,
    });
    FoundMail {
        subject: email.subject.clone(),
        date_received: email.date_received,
        display_to: email.display_to.clone(),
        display_cc: names(&email.cc),
        display_bcc: names(&email.bcc),
        importance: email.importance,
        read: email.read,
        is_draft: Some(email.is_draft.unwrap_or(false)),
        preview: preview.filter(|preview| !preview.is_empty()),
        has_attachments: Some(!email.attachments.listed.is_empty()),
        from: email.from.clone(),
    }
}

/// The first words, on one line.
fn preview(text: &str) -> String {
    let mut preview = String::new();
    for word in text.split_whitespace() {
        if preview.len() > 4 * FoundMail::PREVIEW_MAX {
            break;
        }
        if !preview.is_empty() {
            preview.push(' ');
        }
        preview.push_str(word);
    }
    match preview.char_indices().nth(FoundMail::PREVIEW_MAX) {
        Some((end, _)) => preview.get(..end).unwrap_or_default().to_owned(),
        None => preview,
    }
}

#[cfg(test)]
mod tests {
    use protocol::class::email::Email;
    use protocol::command::find::FoundMail;

    use super::{found, preview};

    #[test]
    fn a_result_says_who_and_what() {
        let mail = found(&Email {
            cc: Some("\"A, B\" <a@x>, c@x".to_owned()),
            ..Email::default()
        });
        assert_eq!(mail.display_cc.as_deref(), Some("A, B; c@x"));
        assert_eq!((mail.display_bcc, mail.preview), (None, None));
        assert_eq!(
            (mail.is_draft, mail.has_attachments),
            (Some(false), Some(false))
        );
    }

    #[test]
    fn previews_are_one_short_line() {
        assert_eq!(preview(" one\r\n\ttwo  "), "one two");
        let long = preview(&"\u{fc}\u{1f600} ".repeat(1000));
        assert_eq!(long.chars().count(), FoundMail::PREVIEW_MAX);
        assert_eq!(preview(&"x".repeat(5000)).len(), FoundMail::PREVIEW_MAX);
    }
}
