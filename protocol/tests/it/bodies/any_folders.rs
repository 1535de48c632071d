//! Requests and answers of FolderCreate, FolderUpdate and FolderDelete.

use proptest::option;
use proptest::prelude::Strategy;
use proptest::sample::select;
use protocol::command::CollectionId;
use protocol::command::folder_create::{FolderCreateRequest, FolderCreateResponse};
use protocol::command::folder_delete::{FolderDeleteRequest, FolderDeleteResponse};
use protocol::command::folder_sync::FolderType;
use protocol::command::folder_update::{FolderUpdateRequest, FolderUpdateResponse};

use super::any::{collection_id, status, sync_key, text};

pub(super) fn parent() -> impl Strategy<Value = Option<CollectionId>> {
    option::of(collection_id().prop_filter("the root", |id| id.as_str() != "0"))
}

pub(super) fn create_request() -> impl Strategy<Value = FolderCreateRequest> {
    let kinds = select(&FolderType::ALL[..]);
    (sync_key(), parent(), text(), kinds).prop_map(|parts| FolderCreateRequest {
        sync_key: parts.0,
        parent_id: parts.1,
        display_name: parts.2,
        folder_type: parts.3,
    })
}

pub(super) fn create_response() -> impl Strategy<Value = FolderCreateResponse> {
    (
        status(),
        option::of(sync_key()),
        option::of(collection_id()),
    )
        .prop_map(|(status, sync_key, server_id)| FolderCreateResponse {
            status,
            sync_key,
            server_id,
        })
}

pub(super) fn update_request() -> impl Strategy<Value = FolderUpdateRequest> {
    (sync_key(), collection_id(), parent(), text()).prop_map(|parts| FolderUpdateRequest {
        sync_key: parts.0,
        server_id: parts.1,
        parent_id: parts.2,
        display_name: parts.3,
    })
}

pub(super) fn update_response() -> impl Strategy<Value = FolderUpdateResponse> {
    (status(), option::of(sync_key()))
        .prop_map(|(status, sync_key)| FolderUpdateResponse { status, sync_key })
}

pub(super) fn delete_request() -> impl Strategy<Value = FolderDeleteRequest> {
    (sync_key(), collection_id()).prop_map(|(sync_key, server_id)| FolderDeleteRequest {
        sync_key,
        server_id,
    })
}

pub(super) fn delete_response() -> impl Strategy<Value = FolderDeleteResponse> {
    (status(), option::of(sync_key()))
        .prop_map(|(status, sync_key)| FolderDeleteResponse { status, sync_key })
}
