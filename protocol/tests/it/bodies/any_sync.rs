//! Requests and answers of Sync, FolderSync, Ping and GetItemEstimate.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use protocol::command::ItemClass;
use protocol::command::folder_sync::{
    Folder, FolderChanges, FolderSyncRequest, FolderSyncResponse, FolderType,
};
use protocol::command::get_item_estimate::{
    EstimateAnswer, EstimateCollection, GetItemEstimateRequest, GetItemEstimateResponse,
};
use protocol::command::ping::{PingFolder, PingRequest, PingResponse};
use protocol::command::sync::{
    ClientCommand, CollectionAnswer, Conflict, Hold, ItemAnswer, ServerCommand, SyncCollection,
    SyncOptions, SyncRequest, SyncResponse,
};
use protocol::version::Version;

use super::any::{
    body_part, body_preference, class, client_id, collection_id, data, filter_type, mime_support,
    old_class, server_id, since, status, sync_key, tag, text,
};
use super::any_folders::parent;

pub(super) fn options(version: Version) -> impl Strategy<Value = SyncOptions> {
    let conflict = select(vec![Conflict::ClientWins, Conflict::ServerWins]);
    (
        option::of(filter_type()),
        vec(body_preference(version), 0..3),
        body_part(version),
        option::of(conflict),
        option::of(mime_support()),
        option::of(0..=8_u8),
        since(version, Version::V14_0, any::<u32>()),
        since(version, Version::V14_1, any::<bool>()),
    )
        .prop_map(|parts| SyncOptions {
            filter_type: parts.0,
            class: None,
            body_preferences: parts.1,
            body_part_preference: parts.2,
            conflict: parts.3,
            mime_support: parts.4,
            mime_truncation: parts.5,
            max_items: parts.6,
            rights_management: parts.7,
        })
}

/// None, one, or one for mail and one for text messages.
fn all_options(version: Version) -> impl Strategy<Value = Vec<SyncOptions>> {
    let two = (options(version), options(version)).prop_map(|(mut mail, mut sms)| {
        mail.class = Some(ItemClass::Email);
        sms.class = Some(ItemClass::Sms);
        vec![mail, sms]
    });
    prop_oneof![vec(options(version), 0..2), two]
}

fn client_command(version: Version) -> impl Strategy<Value = ClientCommand> {
    let instance = since(version, Version::V16_0, text());
    let add = (option::of(class()), client_id(), data());
    let change = (option::of(class()), server_id(), instance.clone(), data());
    let delete = (option::of(class()), server_id(), instance);
    prop_oneof![
        add.prop_map(|(class, client_id, data)| ClientCommand::Add {
            class,
            client_id,
            data
        }),
        change.prop_map(
            |(class, server_id, instance_id, data)| ClientCommand::Change {
                class,
                server_id,
                instance_id,
                data
            }
        ),
        delete.prop_map(|(class, server_id, instance_id)| ClientCommand::Delete {
            class,
            server_id,
            instance_id
        }),
        server_id().prop_map(|server_id| ClientCommand::Fetch { server_id }),
    ]
}

fn collection(version: Version) -> impl Strategy<Value = SyncCollection> {
    (
        (old_class(version), sync_key(), collection_id()),
        option::of(vec(tag(), 0..4)),
        (option::of(any::<bool>()), option::of(any::<bool>())),
        option::of(any::<u32>()),
        since(version, Version::V14_0, any::<bool>()),
        all_options(version),
        vec(client_command(version), 0..4),
    )
        .prop_map(|parts| SyncCollection {
            class: parts.0.0,
            sync_key: parts.0.1,
            collection_id: parts.0.2,
            supported: parts.1,
            deletes_as_moves: parts.2.0,
            get_changes: parts.2.1,
            window_size: parts.3,
            conversation_mode: parts.4,
            options: parts.5,
            commands: parts.6,
        })
}

pub(super) fn sync_request(version: Version) -> impl Strategy<Value = SyncRequest> {
    let minutes = any::<u32>().prop_map(Hold::Minutes);
    let hold = if version < Version::V14_0 {
        minutes.boxed()
    } else {
        prop_oneof![minutes, any::<u32>().prop_map(Hold::Seconds)].boxed()
    };
    (
        option::of(vec(collection(version), 0..3)),
        option::of(hold),
        option::of(any::<u32>()),
        any::<bool>(),
    )
        .prop_map(|(collections, hold, window_size, partial)| SyncRequest {
            collections,
            hold,
            window_size,
            partial,
        })
}

fn item_answer(version: Version) -> impl Strategy<Value = ItemAnswer> {
    let instance = since(version, Version::V16_0, text());
    let add = (
        option::of(class()),
        client_id(),
        option::of(server_id()),
        status(),
        option::of(data()),
    );
    let change = (
        option::of(class()),
        server_id(),
        instance.clone(),
        status(),
        option::of(data()),
    );
    let delete = (server_id(), instance, status());
    let fetch = (server_id(), status(), option::of(data()));
    prop_oneof![
        add.prop_map(
            |(class, client_id, server_id, status, data)| ItemAnswer::Add {
                class,
                client_id,
                server_id,
                status,
                data
            }
        ),
        change.prop_map(
            |(class, server_id, instance_id, status, data)| ItemAnswer::Change {
                class,
                server_id,
                instance_id,
                status,
                data
            }
        ),
        delete.prop_map(|(server_id, instance_id, status)| ItemAnswer::Delete {
            server_id,
            instance_id,
            status
        }),
        fetch.prop_map(|(server_id, status, data)| ItemAnswer::Fetch {
            server_id,
            status,
            data
        }),
    ]
}

fn server_command() -> impl Strategy<Value = ServerCommand> {
    let filled = (option::of(class()), server_id(), data());
    let named = (option::of(class()), server_id());
    prop_oneof![
        filled.prop_map(|(class, server_id, data)| ServerCommand::Add {
            class,
            server_id,
            data
        }),
        (option::of(class()), server_id(), data()).prop_map(|(class, server_id, data)| {
            ServerCommand::Change {
                class,
                server_id,
                data,
            }
        }),
        named.prop_map(|(class, server_id)| ServerCommand::Delete { class, server_id }),
        server_id().prop_map(|server_id| ServerCommand::SoftDelete { server_id }),
    ]
}

pub(super) fn sync_response(version: Version) -> impl Strategy<Value = SyncResponse> {
    let one = (
        old_class(version),
        sync_key(),
        collection_id(),
        status(),
        any::<bool>(),
        vec(item_answer(version), 0..3),
        vec(server_command(), 0..3),
    )
        .prop_map(|parts| CollectionAnswer {
            class: parts.0,
            sync_key: parts.1,
            collection_id: parts.2,
            status: parts.3,
            more_available: parts.4,
            responses: parts.5,
            commands: parts.6,
        });
    let failed =
        (2..500_u16, option::of(any::<u32>())).prop_map(|(code, limit)| SyncResponse::Failed {
            status: protocol::command::StatusCode::new(code),
            limit,
        });
    prop_oneof![failed, vec(one, 0..3).prop_map(SyncResponse::Collections)]
}

pub(super) fn folder_sync_request() -> impl Strategy<Value = FolderSyncRequest> {
    sync_key().prop_map(|sync_key| FolderSyncRequest { sync_key })
}

pub(super) fn folder_sync_response() -> impl Strategy<Value = FolderSyncResponse> {
    let folder = (
        collection_id(),
        parent(),
        text(),
        select(&FolderType::ALL[..]),
    )
        .prop_map(|(server_id, parent_id, display_name, folder_type)| Folder {
            server_id,
            parent_id,
            display_name,
            folder_type,
        })
        .boxed();
    let changes = (
        vec(folder.clone(), 0..3),
        vec(collection_id(), 0..3),
        vec(folder, 0..3),
    );
    let changes = changes.prop_map(|(updates, deletes, adds)| FolderChanges {
        updates,
        deletes,
        adds,
    });
    (status(), option::of(sync_key()), option::of(changes)).prop_map(
        |(status, sync_key, changes)| FolderSyncResponse {
            status,
            sync_key,
            changes,
        },
    )
}

pub(super) fn ping_request() -> impl Strategy<Value = PingRequest> {
    let folder = (collection_id(), option::of(class()));
    let folder = folder.prop_map(|(id, class)| PingFolder { id, class });
    (option::of(any::<u32>()), option::of(vec(folder, 0..4))).prop_map(|(heartbeat_s, folders)| {
        PingRequest {
            heartbeat_s,
            folders,
        }
    })
}

pub(super) fn ping_response() -> impl Strategy<Value = PingResponse> {
    let number = || option::of(any::<u32>());
    (status(), vec(collection_id(), 0..4), number(), number()).prop_map(
        |(status, folders, max_folders, heartbeat_s)| PingResponse {
            status,
            folders,
            max_folders,
            heartbeat_s,
        },
    )
}

pub(super) fn estimate_request(version: Version) -> impl Strategy<Value = GetItemEstimateRequest> {
    // Up to 12.1 the filter is all that there is.
    let all = if version <= Version::V12_1 {
        let filter = option::of(filter_type()).prop_map(|filter_type| match filter_type {
            Some(_) => vec![SyncOptions {
                filter_type,
                ..SyncOptions::default()
            }],
            None => Vec::new(),
        });
        filter.boxed()
    } else {
        vec(options(version), 0..2).boxed()
    };
    let mode = since(version, Version::V14_0, any::<bool>());
    let one = (old_class(version), collection_id(), sync_key(), mode, all).prop_map(
        |(class, collection_id, sync_key, conversation_mode, options)| EstimateCollection {
            class,
            collection_id,
            sync_key,
            conversation_mode,
            options,
        },
    );
    vec(one, 0..3).prop_map(|collections| GetItemEstimateRequest { collections })
}

pub(super) fn estimate_response(
    version: Version,
) -> impl Strategy<Value = GetItemEstimateResponse> {
    let named = (
        old_class(version),
        collection_id(),
        option::of(any::<u32>()),
    );
    let one = (status(), option::of(named)).prop_map(|(status, named)| {
        let (class, collection_id, estimate) = match named {
            Some((class, id, estimate)) => (class, Some(id), estimate),
            None => (None, None, None),
        };
        EstimateAnswer {
            status,
            class,
            collection_id,
            estimate,
        }
    });
    prop_oneof![
        status().prop_map(GetItemEstimateResponse::Failed),
        vec(one, 0..3).prop_map(GetItemEstimateResponse::Answers),
        Just(GetItemEstimateResponse::Answers(Vec::new())),
    ]
}
