//! Bodies as we write them, one for each shape that a phone gets to see or sends, to be compared with the vectors.

use protocol::airsyncbase::{BodyPreference, BodyType};
use protocol::class::email::Email;
use protocol::codepages::item_operations;
use protocol::command::get_item_estimate::{
    EstimateAnswer, EstimateCollection, GetItemEstimateRequest, GetItemEstimateResponse,
};
use protocol::command::item_operations::{
    ByteRange, FetchAnswer, FetchContent, FetchOperation, FetchOptions, FetchProperties,
    FetchTarget, ItemOperation, ItemOperationsRequest, ItemOperationsResponse, RangeAsked,
    STORE_MAILBOX,
};
use protocol::command::move_items::{Move, MoveAnswer, MoveItemsRequest, MoveItemsResponse};
use protocol::command::ping::{PingFolder, PingRequest, PingResponse};
use protocol::command::provision::{
    POLICY_TYPE_WBXML, PolicyAnswer, PolicyRequest, ProvisionDocument, ProvisionRequest,
    ProvisionResponse, Wipe, WipeReport,
};
use protocol::command::settings::{
    Account, DeviceInformation, EmailAddresses, Oof, SettingsAnswer, SettingsProperty,
    SettingsRequest, SettingsResponse, UserInformation,
};
use protocol::command::sync::{FilterType, MimeSupport, SyncOptions};
use protocol::command::{Body, CollectionId, ItemClass, ServerId, StatusCode, SyncKeyText};
use protocol::element::Element;
use protocol::version::Version;

use super::{
    samples_compose, samples_drafts, samples_folders, samples_recipients, samples_search,
    samples_sync,
};

/// A body, and the name of the vector that it must equal.
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) version: Version,
    pub(super) root: Element,
}

pub(super) const OK: StatusCode = StatusCode::SUCCESS;

pub(super) fn samples() -> Vec<Sample> {
    let mut all = samples_sync::sync_requests();
    all.extend(samples_sync::sync_answers());
    all.extend(samples_folders::folders());
    all.extend(pings());
    all.extend(estimates());
    all.extend(operations());
    all.extend(moves());
    all.extend(provisions());
    all.extend(settings());
    all.extend(samples_compose::messages());
    all.extend(samples_drafts::drafts());
    all.extend(samples_search::searches());
    all.extend(samples_search::finds());
    all.extend(samples_recipients::recipients());
    all
}

pub(super) fn sample(name: &'static str, version: Version, body: &impl Body) -> Sample {
    Sample {
        name,
        version,
        root: body.to_element(version),
    }
}

pub(super) fn key(text: &str) -> SyncKeyText {
    SyncKeyText::parse(text).unwrap()
}

pub(super) fn folder(number: u32) -> CollectionId {
    CollectionId::from_number(number)
}

pub(super) fn item(number: u32) -> ServerId {
    ServerId::from_numbers(5, number)
}

fn pings() -> Vec<Sample> {
    let request = PingRequest {
        heartbeat_s: Some(480),
        folders: Some(vec![PingFolder {
            id: folder(5),
            class: Some(ItemClass::Email),
        }]),
    };
    let changes = PingResponse::changes(vec![folder(5), folder(6)]);
    let many = PingResponse::too_many_folders(300);
    let bounds = PingResponse::heartbeat_out_of_bounds(3540);
    vec![
        sample("Ping.request.14.1-full", Version::V14_1, &request),
        sample(
            "Ping.response.14.1-expired",
            Version::V14_1,
            &PingResponse::expired(),
        ),
        sample("Ping.response.14.1-changes", Version::V14_1, &changes),
        sample("Ping.response.14.1-too-many", Version::V14_1, &many),
        sample("Ping.response.12.1-bounds", Version::V12_1, &bounds),
    ]
}

fn estimates() -> Vec<Sample> {
    let request = GetItemEstimateRequest {
        collections: vec![EstimateCollection {
            class: Some(ItemClass::Email),
            collection_id: folder(5),
            sync_key: key("a.1"),
            conversation_mode: None,
            options: vec![SyncOptions {
                filter_type: Some(FilterType::OneWeek),
                ..SyncOptions::default()
            }],
        }],
    };
    let answer = |number, code, estimate| EstimateAnswer {
        status: StatusCode::new(code),
        class: None,
        collection_id: Some(folder(number)),
        estimate,
    };
    let answers = vec![answer(5, 1, Some(12)), answer(99, 2, None)];
    let response = GetItemEstimateResponse::Answers(answers);
    vec![
        sample("GetItemEstimate.request.12.1", Version::V12_1, &request),
        sample("GetItemEstimate.request.16.1", Version::V16_1, &request),
        sample(
            "GetItemEstimate.response.14.1-two",
            Version::V14_1,
            &response,
        ),
    ]
}

fn operations() -> Vec<Sample> {
    let attachment = FetchTarget::FileReference("5:1:2".to_owned());
    let message = FetchTarget::Item {
        collection_id: folder(5),
        server_id: item(1),
    };
    let fetch = |target: &FetchTarget, options| {
        ItemOperation::Fetch(FetchOperation {
            store: STORE_MAILBOX.to_owned(),
            target: target.clone(),
            options,
        })
    };
    let range = Some(ByteRange { first: 0, last: 4 });
    let asked = Some(RangeAsked::Bytes {
        first: 0,
        last: Some(4),
    });
    let some = FetchOptions {
        range: asked,
        ..FetchOptions::default()
    };
    let whole = FetchOptions {
        mime_support: Some(MimeSupport::Always),
        body_preferences: vec![BodyPreference::whole(BodyType::Mime)],
        ..FetchOptions::default()
    };
    let empty = ItemOperation::EmptyFolderContents {
        collection_id: folder(4),
        delete_sub_folders: true,
    };
    let request = ItemOperationsRequest {
        operations: vec![fetch(&attachment, some), fetch(&message, whole), empty],
    };
    vec![
        sample(
            "ItemOperations.request.14.1-three",
            Version::V14_1,
            &request,
        ),
        sample(
            "ItemOperations.response.14.1-three",
            Version::V14_1,
            &operation_answers(attachment, message, range),
        ),
    ]
}

fn operation_answers(
    attachment: FetchTarget,
    message: FetchTarget,
    range: Option<ByteRange>,
) -> ItemOperationsResponse {
    let mail = Email {
        subject: Some("Hello".to_owned()),
        ..Email::default()
    };
    let properties = mail.to_data_as(item_operations::PROPERTIES, Version::V14_1);
    let answer = |target, properties| FetchAnswer {
        status: OK,
        target,
        class: None,
        properties: Some(properties),
    };
    let mut response = ItemOperationsResponse::new(OK);
    response.fetches = vec![
        answer(
            attachment,
            FetchProperties {
                range,
                total: Some(9),
                content_type: Some("text/plain".to_owned()),
                content: Some(FetchContent::Inline(b"hello".to_vec())),
                ..FetchProperties::default()
            },
        ),
        FetchAnswer {
            class: Some(ItemClass::Email),
            ..answer(
                message,
                FetchProperties {
                    item: properties.elements().cloned().collect(),
                    ..FetchProperties::default()
                },
            )
        },
        FetchAnswer {
            status: StatusCode::new(15),
            target: FetchTarget::FileReference(String::new()),
            class: None,
            properties: None,
        },
    ];
    response
}

fn moves() -> Vec<Sample> {
    let request = MoveItemsRequest {
        moves: vec![Move {
            source_item: item(1),
            source_folder: folder(5),
            target_folder: folder(6),
        }],
    };
    let answer = |number, code, target_item| MoveAnswer {
        source_item: item(number),
        status: StatusCode::new(code),
        target_item,
    };
    let response = MoveItemsResponse {
        status: None,
        answers: vec![
            answer(1, 3, Some(ServerId::from_numbers(6, 1))),
            answer(2, 1, None),
        ],
    };
    vec![
        sample("MoveItems.request.14.1", Version::V14_1, &request),
        sample("MoveItems.response.14.1-two", Version::V14_1, &response),
    ]
}

fn information() -> DeviceInformation {
    DeviceInformation {
        model: Some("iPhone15C2".to_owned()),
        os: Some("iOS 17.6.1".to_owned()),
        user_agent: Some("Apple-iPhone15C2/2107.93".to_owned()),
        ..DeviceInformation::default()
    }
}

fn provisions() -> Vec<Sample> {
    let policy = |policy_key, status| PolicyRequest {
        policy_type: Some(POLICY_TYPE_WBXML.to_owned()),
        policy_key,
        status,
    };
    let ask = ProvisionRequest {
        device_information: Some(information()),
        policy: Some(policy(None, None)),
        wipe: None,
    };
    let acknowledge = ProvisionRequest {
        policy: Some(policy(Some(7), Some(OK))),
        ..ProvisionRequest::default()
    };
    let wiped = ProvisionRequest {
        wipe: Some(WipeReport {
            wipe: Wipe::Account,
            status: OK,
        }),
        ..ProvisionRequest::default()
    };
    let answer = |policy_key, document| ProvisionResponse {
        device_information: Some(OK),
        policy: Some(PolicyAnswer {
            policy_type: POLICY_TYPE_WBXML.to_owned(),
            status: OK,
            policy_key: Some(policy_key),
            document,
        }),
        ..ProvisionResponse::failed(OK)
    };
    let document = ProvisionDocument {
        device_password_enabled: Some(true),
        min_device_password_length: Some(6),
        max_inactivity_time_device_lock: Some(600),
        allow_camera: Some(false),
        allow_bluetooth: Some(1),
        max_email_body_truncation_size: Some(-1),
        approved_applications: vec!["AAECAwQ=".to_owned()],
        ..ProvisionDocument::default()
    };
    vec![
        sample("Provision.request.16.1-ask", Version::V16_1, &ask),
        sample(
            "Provision.request.14.1-acknowledge",
            Version::V14_1,
            &acknowledge,
        ),
        sample("Provision.request.16.1-wiped", Version::V16_1, &wiped),
        sample(
            "Provision.response.14.1-policy",
            Version::V14_1,
            &answer(7, Some(document)),
        ),
        sample(
            "Provision.response.14.1-final",
            Version::V14_1,
            &answer(8, None),
        ),
    ]
}

fn settings() -> Vec<Sample> {
    let request = SettingsRequest {
        properties: vec![
            SettingsProperty::SetDeviceInformation(information()),
            SettingsProperty::GetUserInformation,
            SettingsProperty::GetOof {
                body_type: "Text".to_owned(),
            },
        ],
    };
    let address = "ann@example.org".to_owned();
    let response = SettingsResponse {
        status: OK,
        answers: vec![
            SettingsAnswer::DeviceInformation { status: OK },
            SettingsAnswer::UserInformation {
                status: OK,
                information: Some(UserInformation {
                    accounts: vec![Account {
                        addresses: EmailAddresses {
                            smtp: vec![address.clone()],
                            primary: Some(address),
                        },
                        ..Account::default()
                    }],
                }),
            },
            SettingsAnswer::Oof {
                status: OK,
                oof: Some(Oof::off()),
            },
            SettingsAnswer::DevicePassword {
                status: StatusCode::new(7),
            },
        ],
    };
    vec![
        sample("Settings.request.14.1-three", Version::V14_1, &request),
        sample("Settings.response.14.0-four", Version::V14_0, &response),
        sample("Settings.response.16.1-four", Version::V16_1, &response),
    ]
}
