//! Requests and answers of Provision and Settings.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::{select, subsequence};
use protocol::command::provision::{
    PolicyAnswer, PolicyRequest, ProvisionDocument, ProvisionRequest, ProvisionResponse, Wipe,
    WipeReport,
};
use protocol::command::settings::{
    Account, DeviceInformation, EmailAddresses, Oof, OofAudience, OofMessage, OofState, OofTimes,
    SettingsAnswer, SettingsProperty, SettingsRequest, SettingsResponse, UserInformation,
};
use protocol::version::Version;

use super::any::{since, status, text};

fn information(version: Version) -> impl Strategy<Value = DeviceInformation> {
    let text = || option::of(text());
    (
        (text(), text(), text(), text(), text(), text(), text()),
        since(version, Version::V14_0, any::<bool>()),
        since(version, Version::V14_0, super::any::text()),
    )
        .prop_map(
            |(texts, enable_outbound_sms, mobile_operator)| DeviceInformation {
                model: texts.0,
                imei: texts.1,
                friendly_name: texts.2,
                os: texts.3,
                os_language: texts.4,
                phone_number: texts.5,
                user_agent: texts.6,
                enable_outbound_sms,
                mobile_operator,
            },
        )
}

fn wipe(version: Version) -> BoxedStrategy<Wipe> {
    if version < Version::V16_1 {
        Just(Wipe::Device).boxed()
    } else {
        select(vec![Wipe::Device, Wipe::Account]).boxed()
    }
}

pub(super) fn provision_request(version: Version) -> impl Strategy<Value = ProvisionRequest> {
    let policy = (
        option::of(text()),
        option::of(any::<u32>()),
        option::of(status()),
    );
    let policy = policy.prop_map(|(policy_type, policy_key, status)| PolicyRequest {
        policy_type,
        policy_key,
        status,
    });
    let report = (wipe(version), status()).prop_map(|(wipe, status)| WipeReport { wipe, status });
    (
        option::of(information(version)),
        option::of(policy),
        option::of(report),
    )
        .prop_map(|(device_information, policy, wipe)| ProvisionRequest {
            device_information,
            policy,
            wipe,
        })
}

fn document() -> impl Strategy<Value = ProvisionDocument> {
    let flag = || option::of(any::<bool>());
    let number = || option::of(any::<i32>());
    let list = || vec(text(), 0..3);
    (
        flag(),
        flag(),
        number(),
        number(),
        flag(),
        number(),
        list(),
        list(),
    )
        .prop_map(|parts| ProvisionDocument {
            device_password_enabled: parts.0,
            attachments_enabled: parts.1,
            min_device_password_length: parts.2,
            max_attachment_size: parts.3,
            allow_html_email: parts.4,
            max_email_body_truncation_size: parts.5,
            unapproved_in_rom_applications: parts.6,
            approved_applications: parts.7,
            ..ProvisionDocument::default()
        })
}

pub(super) fn provision_response(version: Version) -> impl Strategy<Value = ProvisionResponse> {
    let policy = (
        text(),
        status(),
        option::of(any::<u32>()),
        option::of(document()),
    );
    let policy = policy.prop_map(|(policy_type, status, policy_key, document)| PolicyAnswer {
        policy_type,
        status,
        policy_key,
        document,
    });
    (
        option::of(status()),
        status(),
        option::of(policy),
        option::of(wipe(version)),
    )
        .prop_map(
            |(device_information, status, policy, wipe)| ProvisionResponse {
                device_information,
                status,
                policy,
                wipe,
            },
        )
}

fn oof() -> impl Strategy<Value = Oof> {
    let times = (option::of(text()), option::of(text()));
    let state = prop_oneof![
        Just(OofState::Off),
        Just(OofState::On),
        times.prop_map(|(start, end)| OofState::Timed(OofTimes { start, end })),
    ];
    let audiences = vec![
        OofAudience::Internal,
        OofAudience::ExternalKnown,
        OofAudience::ExternalUnknown,
    ];
    let message = (
        select(audiences),
        option::of(any::<bool>()),
        option::of(text()),
        option::of(text()),
    )
        .prop_map(|(audience, enabled, reply_message, body_type)| OofMessage {
            audience,
            enabled,
            reply_message,
            body_type,
        });
    (state, vec(message, 0..4)).prop_map(|(state, messages)| Oof { state, messages })
}

pub(super) fn settings_request(version: Version) -> BoxedStrategy<SettingsRequest> {
    let oof = prop_oneof![
        text().prop_map(|body_type| SettingsProperty::GetOof { body_type }),
        oof().prop_map(SettingsProperty::SetOof),
    ];
    let information = information(version).prop_map(SettingsProperty::SetDeviceInformation);
    (oof, information, 0..=5_usize)
        .prop_flat_map(move |(oof, information, count)| {
            let mut all = vec![
                oof,
                information,
                SettingsProperty::SetDevicePassword,
                SettingsProperty::GetUserInformation,
            ];
            if version >= Version::V14_1 {
                all.push(SettingsProperty::GetRightsManagementInformation);
            }
            let count = count.min(all.len());
            subsequence(all, count).prop_shuffle()
        })
        .prop_map(|properties| SettingsRequest { properties })
        .boxed()
}

fn user_information(version: Version) -> BoxedStrategy<UserInformation> {
    let smtp = vec(text(), 0..3);
    if version < Version::V14_1 {
        return smtp
            .prop_map(|smtp| UserInformation {
                accounts: vec![Account {
                    addresses: EmailAddresses {
                        smtp,
                        primary: None,
                    },
                    ..Account::default()
                }],
            })
            .boxed();
    }
    let text = || option::of(text());
    let account = (
        (text(), text(), text()),
        option::of(any::<bool>()),
        smtp,
        text(),
    )
        .prop_map(|(texts, send_disabled, smtp, primary)| Account {
            account_id: texts.0,
            account_name: texts.1,
            user_display_name: texts.2,
            send_disabled,
            addresses: EmailAddresses { smtp, primary },
        });
    vec(account, 0..3)
        .prop_map(|accounts| UserInformation { accounts })
        .boxed()
}

pub(super) fn settings_response(version: Version) -> impl Strategy<Value = SettingsResponse> {
    let oof = (status(), option::of(oof()));
    let user = (status(), option::of(user_information(version)));
    let answer = prop_oneof![
        oof.prop_map(|(status, oof)| SettingsAnswer::Oof { status, oof }),
        status().prop_map(|status| SettingsAnswer::DevicePassword { status }),
        status().prop_map(|status| SettingsAnswer::DeviceInformation { status }),
        user.prop_map(|(status, information)| SettingsAnswer::UserInformation {
            status,
            information
        }),
    ];
    (status(), vec(answer, 0..4)).prop_map(|(status, answers)| SettingsResponse { status, answers })
}
