//! Requests and answers of ItemOperations and MoveItems.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use protocol::codepages::item_operations;
use protocol::command::item_operations::{
    ByteRange, EmptyFolderAnswer, FetchAnswer, FetchContent, FetchOperation, FetchOptions,
    FetchProperties, FetchTarget, ItemOperation, ItemOperationsRequest, ItemOperationsResponse,
    MoveConversationAnswer, RangeAsked,
};
use protocol::command::move_items::{Move, MoveAnswer, MoveItemsRequest, MoveItemsResponse};
use protocol::version::Version;

use super::any::{
    body_part, body_preference, class, collection_id, mail, mime_support, server_id, since, status,
    tag, text,
};

fn range() -> impl Strategy<Value = ByteRange> {
    (any::<u64>(), any::<u64>()).prop_map(|(one, two)| ByteRange {
        first: one.min(two),
        last: one.max(two),
    })
}

fn asked() -> impl Strategy<Value = RangeAsked> {
    let bytes = (range(), any::<bool>()).prop_map(|(range, open)| RangeAsked::Bytes {
        first: range.first,
        last: (!open).then_some(range.last),
    });
    prop_oneof![4 => bytes, 1 => Just(RangeAsked::Malformed)]
}

fn target() -> impl Strategy<Value = FetchTarget> {
    let item = (collection_id(), server_id());
    prop_oneof![
        item.prop_map(|(collection_id, server_id)| FetchTarget::Item {
            collection_id,
            server_id
        }),
        text().prop_map(FetchTarget::LongId),
        text().prop_map(FetchTarget::FileReference),
        text().prop_map(FetchTarget::LinkId),
    ]
}

fn fetch(version: Version) -> impl Strategy<Value = FetchOperation> {
    let options = (
        option::of(vec(tag(), 0..3)),
        option::of(asked()),
        option::of(mime_support()),
        vec(body_preference(version), 0..3),
        body_part(version),
        since(version, Version::V14_1, any::<bool>()),
    )
        .prop_map(|parts| FetchOptions {
            schema: parts.0,
            range: parts.1,
            mime_support: parts.2,
            body_preferences: parts.3,
            body_part_preference: parts.4,
            rights_management: parts.5,
        });
    (text(), target(), options).prop_map(|(store, target, options)| FetchOperation {
        store,
        target,
        options,
    })
}

fn operation(version: Version) -> BoxedStrategy<ItemOperation> {
    let fetch = fetch(version).prop_map(ItemOperation::Fetch);
    let empty = (collection_id(), any::<bool>()).prop_map(|(collection_id, delete_sub_folders)| {
        ItemOperation::EmptyFolderContents {
            collection_id,
            delete_sub_folders,
        }
    });
    if version < Version::V14_0 {
        return prop_oneof![fetch, empty].boxed();
    }
    let conversation = (vec(any::<u8>(), 0..30), collection_id(), any::<bool>()).prop_map(
        |(conversation_id, target_folder, move_always)| ItemOperation::Move {
            conversation_id,
            target_folder,
            move_always,
        },
    );
    prop_oneof![fetch, empty, conversation].boxed()
}

pub(super) fn operations_request(version: Version) -> impl Strategy<Value = ItemOperationsRequest> {
    vec(operation(version), 0..4).prop_map(|operations| ItemOperationsRequest { operations })
}

fn properties() -> impl Strategy<Value = FetchProperties> {
    let content = prop_oneof![
        vec(any::<u8>(), 0..80).prop_map(FetchContent::Inline),
        any::<u32>().prop_map(FetchContent::Part),
    ];
    let item = mail().prop_map(|mail| {
        let element = mail.to_data_as(item_operations::PROPERTIES, Version::V14_1);
        element.elements().cloned().collect()
    });
    (
        option::of(range()),
        option::of(any::<u64>()),
        option::of(text()),
        option::of(content),
        item,
    )
        .prop_map(
            |(range, total, content_type, content, item)| FetchProperties {
                range,
                total,
                content_type,
                content,
                item,
            },
        )
}

pub(super) fn operations_response(
    version: Version,
) -> impl Strategy<Value = ItemOperationsResponse> {
    let moves = (status(), vec(any::<u8>(), 0..30));
    let moves = moves.prop_map(|(status, conversation_id)| MoveConversationAnswer {
        status,
        conversation_id,
    });
    let moves_most = if version < Version::V14_0 { 1 } else { 3 };
    let emptied =
        (status(), collection_id()).prop_map(|(status, collection_id)| EmptyFolderAnswer {
            status,
            collection_id,
        });
    let fetches = (
        status(),
        target(),
        option::of(class()),
        option::of(properties()),
    )
        .prop_map(|(status, target, class, properties)| FetchAnswer {
            status,
            target,
            class,
            properties,
        });
    (
        status(),
        vec(moves, 0..moves_most),
        vec(emptied, 0..3),
        vec(fetches, 0..3),
    )
        .prop_map(|(status, moves, emptied, fetches)| ItemOperationsResponse {
            status,
            moves,
            emptied,
            fetches,
        })
}

pub(super) fn move_request() -> impl Strategy<Value = MoveItemsRequest> {
    let one = (server_id(), collection_id(), collection_id()).prop_map(
        |(source_item, source_folder, target_folder)| Move {
            source_item,
            source_folder,
            target_folder,
        },
    );
    vec(one, 0..4).prop_map(|moves| MoveItemsRequest { moves })
}

pub(super) fn move_response() -> impl Strategy<Value = MoveItemsResponse> {
    let one = (server_id(), status(), option::of(server_id())).prop_map(
        |(source_item, status, target_item)| MoveAnswer {
            source_item,
            status,
            target_item,
        },
    );
    (option::of(status()), vec(one, 0..4))
        .prop_map(|(status, answers)| MoveItemsResponse { status, answers })
}
