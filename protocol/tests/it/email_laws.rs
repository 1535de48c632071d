//! Laws over generated mails: what is written is read back, and nothing is written that the version lacks.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use protocol::airsyncbase::{
    Attachment, AttachmentAdd, AttachmentMethod, Attachments, Body, BodyContent, BodyPart,
    BodyPartPreference, BodyPreference, BodyType, VoiceAttachment,
};
use protocol::class::email::{
    ActiveFlag, CompleteFlag, DraftContent, DraftParts, DraftUpload, Email, EmailUpload, Flag,
    FlagDates, Importance, LastVerb,
};
use protocol::datetime;
use protocol::element::Element;
use protocol::version::Version;
use protocol::wbxml::{Limits, decode, encode};

use crate::meeting::meeting;

fn text() -> impl Strategy<Value = Option<String>> {
    option::of("[ -~\t\nàß€\u{1F600}]{0,40}")
}

fn date() -> impl Strategy<Value = Option<i64>> {
    option::of(datetime::EARLIEST..=datetime::LATEST)
}

fn kind() -> impl Strategy<Value = BodyType> {
    select(vec![
        BodyType::Plain,
        BodyType::Html,
        BodyType::Rtf,
        BodyType::Mime,
    ])
}

fn body() -> impl Strategy<Value = Body> {
    let data = prop_oneof![
        "[ -~\r\nß]{0,60}".prop_map(BodyContent::Text),
        vec(any::<u8>(), 1..60).prop_map(BodyContent::Bytes),
        any::<u32>().prop_map(BodyContent::Part),
    ];
    (
        kind(),
        option::of(any::<u32>()),
        any::<bool>(),
        option::of(data),
        text(),
    )
        .prop_map(
            |(kind, estimated_data_size, truncated, data, preview)| Body {
                kind,
                estimated_data_size,
                truncated,
                data,
                preview,
            },
        )
}

fn attachments() -> impl Strategy<Value = Attachments> {
    let method = || {
        select(vec![
            AttachmentMethod::Normal,
            AttachmentMethod::Embedded,
            AttachmentMethod::Ole,
        ])
    };
    let listed = (
        text(),
        "[0-9:.]{0,20}",
        text(),
        method(),
        option::of(any::<u32>()),
        text(),
        any::<bool>(),
    )
        .prop_map(
            |(
                display_name,
                file_reference,
                client_id,
                method,
                estimated_data_size,
                content_id,
                is_inline,
            )| Attachment {
                content_location: display_name.clone(),
                display_name,
                file_reference,
                client_id,
                method,
                estimated_data_size,
                content_id,
                is_inline,
                voice: is_inline.then_some(VoiceAttachment {
                    duration_s: 61,
                    order: 1,
                }),
            },
        );
    let added = (
        "[a-z]{1,9}",
        method(),
        text(),
        vec(any::<u8>(), 0..40),
        any::<bool>(),
    )
        .prop_map(
            |(client_id, method, content_type, content, is_inline)| AttachmentAdd {
                display_name: client_id.clone(),
                client_id,
                method,
                content_id: content_type.clone(),
                content_location: None,
                content_type,
                content,
                is_inline,
            },
        );
    (
        vec(listed, 0..3),
        vec(added, 0..2),
        vec("[0-9:.]{1,20}", 0..2),
    )
        .prop_map(|(listed, added, removed)| Attachments {
            listed,
            added,
            removed,
        })
}

fn flag() -> impl Strategy<Value = Flag> {
    let dates = (date(), date(), date(), date()).prop_map(|(start, due, utc_start, utc_due)| {
        Some(FlagDates {
            start: start?,
            due: due?,
            utc_start: utc_start?,
            utc_due: utc_due?,
        })
    });
    let active = (text(), text(), dates, date(), date(), text()).prop_map(
        |(subject, flag_type, dates, reminder, ordinal_date, sub_ordinal_date)| ActiveFlag {
            subject,
            flag_type,
            dates,
            reminder,
            ordinal_date,
            sub_ordinal_date,
        },
    );
    let complete = (text(), text(), date(), date()).prop_map(
        |(subject, flag_type, complete_time, date_completed)| CompleteFlag {
            subject,
            flag_type,
            complete_time,
            date_completed,
        },
    );
    prop_oneof![
        Just(Flag::Cleared),
        active.prop_map(Flag::Active),
        complete.prop_map(Flag::Complete),
    ]
}

/// Importance, last verb and when, whether it was read, its conversation, whether to send it.
type Rest = (
    Option<Importance>,
    Option<LastVerb>,
    Option<i64>,
    Option<bool>,
    Option<Vec<u8>>,
    bool,
);

fn rest() -> impl Strategy<Value = Rest> {
    let importance = option::of(select(vec![
        Importance::Low,
        Importance::Normal,
        Importance::High,
    ]));
    let verb = option::of(select(vec![
        LastVerb::Unknown,
        LastVerb::ReplyToSender,
        LastVerb::Forward,
    ]));
    let bytes = option::of(vec(any::<u8>(), 0..22));
    let read = option::of(any::<bool>());
    (importance, verb, date(), read, bytes, any::<bool>())
}

fn email() -> impl Strategy<Value = Email> {
    let headers = (text(), text(), text(), text(), text(), date(), text());
    let part = prop_oneof![
        body().prop_map(BodyPart::Found),
        kind().prop_map(BodyPart::TooLong)
    ];
    let content = (
        attachments(),
        option::of(body()),
        option::of(part),
        option::of(kind()),
        option::of(flag()),
    );
    let categories = option::of(vec("[ -~ß]{0,12}", 0..4));
    let meeting = option::of(meeting(Version::V16_1).prop_map(Box::new)).boxed();
    (headers, content, rest(), categories, meeting).prop_map(
        |(headers, content, rest, categories, meeting_request)| {
            let (to, cc, from, subject, display_to, date_received, bcc) = headers;
            let (attachments, body, body_part, native_body_type, flag) = content;
            let (
                importance,
                last_verb_executed,
                last_verb_execution_time,
                read,
                conversation_id,
                send,
            ) = rest;
            Email {
                reply_to: to.clone(),
                thread_topic: subject.clone(),
                message_class: cc.clone(),
                content_class: from.clone(),
                sender: display_to.clone(),
                internet_cpid: body.as_ref().and_then(|body| body.estimated_data_size),
                voice_caller: to.clone(),
                voice_notes: cc.clone(),
                account_id: from.clone(),
                meeting_request,
                conversation_index: conversation_id.clone(),
                received_as_bcc: read,
                is_draft: read,
                to,
                cc,
                from,
                subject,
                display_to,
                date_received,
                bcc,
                attachments,
                body,
                body_part,
                native_body_type,
                flag,
                importance,
                last_verb_executed,
                last_verb_execution_time,
                read,
                conversation_id,
                categories,
                send,
            }
        },
    )
}

fn draft() -> impl Strategy<Value = DraftUpload> {
    let texts = (text(), text(), text(), text());
    let parts = (texts, attachments().boxed(), body().boxed());
    let parts = parts.prop_map(|(texts, attachments, mut body)| {
        body.kind = BodyType::Html;
        DraftContent::Parts(Box::new(DraftParts {
            to: texts.0,
            cc: texts.1,
            bcc: texts.2.clone(),
            reply_to: texts.2,
            subject: texts.3,
            importance: Some(Importance::High),
            body: Some(body),
            added: attachments.added,
            removed: attachments.removed,
        }))
    });
    let mime = vec(any::<u8>(), 1..60).prop_map(DraftContent::Mime);
    let categories = option::of(vec("[ -~ß]{0,12}", 0..4));
    let content = prop_oneof![3 => parts, 1 => mime];
    (
        content,
        option::of(any::<bool>()),
        categories,
        any::<bool>(),
    )
        .prop_map(|(content, read, categories, send)| DraftUpload {
            content,
            marks: EmailUpload {
                read,
                categories,
                flag: None,
            },
            send,
        })
}

/// Tags of an element and all within.
fn all_exist(element: &Element, version: Version) -> bool {
    element
        .elements()
        .all(|child| child.tag.exists_in(version) && all_exist(child, version))
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(email in email()) {
        let data = email.to_data(Version::V16_1);
        prop_assert_eq!(Email::from_data(&data), Ok(email.clone()));
        let decoded = decode(&encode(&data, Version::V16_1), &Limits::default()).unwrap().root;
        prop_assert_eq!(Email::from_data(&decoded), Ok(email));
    }

    #[test]
    fn what_is_written_exists_in_the_version(email in email(), version in select(Version::SERVED.to_vec())) {
        let data = email.to_data(version);
        prop_assert!(all_exist(&data, version));
        let read = Email::from_data(&data).unwrap();
        prop_assert_eq!(read.to_data(version), data);
    }

    #[test]
    fn preferences_are_read_back(
        kind in kind(),
        truncation_size in option::of(any::<u32>()),
        all_or_none in any::<bool>(),
        preview in option::of(any::<u8>()),
    ) {
        let preference = BodyPreference { kind, truncation_size, all_or_none, preview };
        let element = preference.to_element(Version::V14_1);
        prop_assert_eq!(BodyPreference::from_element(&element), Ok(preference));
        let element = BodyPartPreference(preference).to_element(Version::V14_1);
        prop_assert_eq!(BodyPartPreference::from_element(&element), Ok(BodyPartPreference(preference)));
        let old = BodyPreference::from_element(&preference.to_element(Version::V12_1));
        prop_assert_eq!(old, Ok(BodyPreference { preview: None, ..preference }));
    }

    #[test]
    fn uploads_of_marks_are_accepted(read in option::of(any::<bool>()), categories in option::of(vec("[a-z]{1,9}", 0..9))) {
        let flag = Some(Flag::Active(ActiveFlag::default()));
        let email = Email { read, categories: categories.clone(), flag: flag.clone(), ..Email::default() };
        let upload = EmailUpload { read, flag, categories };
        prop_assert_eq!(EmailUpload::parse(&email.to_data(Version::V14_1)), Ok(upload));
    }

    #[test]
    fn drafts_are_read_back(draft in draft()) {
        let data = draft.to_email().to_data(Version::V16_1);
        let decoded = decode(&encode(&data, Version::V16_1), &Limits::default()).unwrap().root;
        prop_assert_eq!(DraftUpload::parse(&decoded), Ok(draft));
    }

    #[test]
    fn any_data_is_survived(bytes in vec(any::<u8>(), 0..200)) {
        let document = [&[3, 1, 0x6A, 0, 0x5D, 0][..], &[2], &bytes, &[1]].concat();
        if let Ok(document) = decode(&document, &Limits::default()) {
            let _ = Email::from_data(&document.root);
            let _ = EmailUpload::parse(&document.root);
            let _ = DraftUpload::parse(&document.root);
        }
    }
}
