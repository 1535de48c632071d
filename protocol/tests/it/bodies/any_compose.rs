//! Messages to be sent, in every shape that a version has.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Strategy, any, prop_oneof};
use protocol::airsyncbase::{Body as MailBody, BodyType};
use protocol::command::compose_mail::{
    ComposeOptions, ForwardContent, Forwardee, Forwardees, MailSource, SendMailFailure,
    SendMailRequest, SmartForwardRequest, SmartReplyRequest, SourceItem,
};
use protocol::version::Version;

use super::any::{client_id, collection_id, server_id, since, status, text};

fn options(version: Version) -> impl Strategy<Value = ComposeOptions> {
    (
        since(version, Version::V14_1, text()),
        any::<bool>(),
        since(version, Version::V14_1, text()),
    )
        .prop_map(|(account_id, save_in_sent, template_id)| ComposeOptions {
            account_id,
            save_in_sent,
            template_id,
        })
}

fn mime() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..200)
}

fn source() -> impl Strategy<Value = MailSource> {
    let item = (collection_id(), server_id());
    let item = prop_oneof![
        item.prop_map(|(folder_id, item_id)| SourceItem::Item { folder_id, item_id }),
        "[a-z:0-9]{1,40}".prop_map(SourceItem::LongId),
    ];
    (item, option::of(text())).prop_map(|(item, instance_id)| MailSource { item, instance_id })
}

pub(super) fn send_request(version: Version) -> BoxedStrategy<SendMailRequest> {
    (client_id(), options(version), mime())
        .prop_map(|(client_id, options, mime)| SendMailRequest {
            client_id,
            options,
            mime,
        })
        .boxed()
}

pub(super) fn reply_request(version: Version) -> BoxedStrategy<SmartReplyRequest> {
    (
        client_id(),
        source(),
        options(version),
        any::<bool>(),
        mime(),
    )
        .prop_map(
            |(client_id, source, options, replace_mime, mime)| SmartReplyRequest {
                client_id,
                source,
                options,
                replace_mime,
                mime,
            },
        )
        .boxed()
}

pub(super) fn forward_request(version: Version) -> BoxedStrategy<SmartForwardRequest> {
    let whole = (client_id(), source(), options(version), content(version));
    whole
        .prop_map(|(client_id, source, mut options, content)| {
            // A meeting that is passed on is kept nowhere.
            options.save_in_sent &= matches!(content, ForwardContent::Mime { .. });
            SmartForwardRequest {
                client_id,
                source,
                options,
                content,
            }
        })
        .boxed()
}

fn content(version: Version) -> BoxedStrategy<ForwardContent> {
    let message =
        (mime(), any::<bool>()).prop_map(|(mime, replace)| ForwardContent::Mime { mime, replace });
    if version < Version::V16_0 {
        return message.boxed();
    }
    let one = (option::of(text()), text()).prop_map(|(name, email)| Forwardee { name, email });
    let forwardees = (vec(one, 1..4), option::of("[ -~]{1,40}")).prop_map(|(list, text)| {
        ForwardContent::Forwardees {
            forwardees: Forwardees::new(list).unwrap(),
            body: text.map(|text| MailBody::text(BodyType::Plain, text)),
        }
    });
    prop_oneof![message, forwardees].boxed()
}

pub(super) fn failure() -> impl Strategy<Value = SendMailFailure> {
    status().prop_map(|status| SendMailFailure { status })
}
