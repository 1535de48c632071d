//! What is written of FolderSync and the commands that change folders, and what is read of them that we do not write.

use protocol::codepages::folder_hierarchy as tags;
use protocol::command::folder_create::{FolderCreateRequest, FolderCreateResponse};
use protocol::command::folder_delete::{FolderDeleteRequest, FolderDeleteResponse};
use protocol::command::folder_sync::{
    Folder, FolderChanges, FolderSyncRequest, FolderSyncResponse, FolderType,
};
use protocol::command::folder_update::{FolderUpdateRequest, FolderUpdateResponse};
use protocol::command::{Body, BodyErrorKind, StatusCode};
use protocol::element::Element;
use protocol::version::Version;

use super::samples::{OK, Sample, folder, key, sample};

pub(super) fn folders() -> Vec<Sample> {
    let mut all = hierarchy();
    all.extend(changes());
    all
}

fn hierarchy() -> Vec<Sample> {
    let one = |number, parent: Option<u32>, name: &str, folder_type| Folder {
        server_id: folder(number),
        parent_id: parent.map(folder),
        display_name: name.to_owned(),
        folder_type,
    };
    let response = FolderSyncResponse {
        status: OK,
        sync_key: Some(key("h.2")),
        changes: Some(FolderChanges {
            updates: vec![one(9, Some(5), "Lists", FolderType::UserMail)],
            deletes: vec![folder(8)],
            adds: vec![
                one(5, None, "Inbox", FolderType::Inbox),
                one(6, None, "Gesendet – ä", FolderType::SentItems),
            ],
        }),
    };
    let request = FolderSyncRequest {
        sync_key: key("h.1"),
    };
    let failed = FolderSyncResponse::failed(StatusCode::new(9));
    vec![
        sample("FolderSync.request.12.1", Version::V12_1, &request),
        sample(
            "FolderSync.response.12.1-changes",
            Version::V12_1,
            &response,
        ),
        sample("FolderSync.response.16.1-failed", Version::V16_1, &failed),
    ]
}

fn changes() -> Vec<Sample> {
    let create = FolderCreateRequest {
        sync_key: key("h.1"),
        parent_id: Some(folder(5)),
        display_name: "Entwürfe – alt".to_owned(),
        folder_type: FolderType::UserMail,
    };
    let created = FolderCreateResponse {
        status: OK,
        sync_key: Some(key("h.2")),
        server_id: Some(folder(17)),
    };
    let update = FolderUpdateRequest {
        sync_key: key("h.2"),
        server_id: folder(17),
        parent_id: None,
        display_name: "Old".to_owned(),
    };
    let updated = FolderUpdateResponse {
        status: OK,
        sync_key: Some(key("h.3")),
    };
    let delete = FolderDeleteRequest {
        sync_key: key("h.3"),
        server_id: folder(17),
    };
    let deleted = FolderDeleteResponse {
        status: OK,
        sync_key: Some(key("h.4")),
    };
    let (old, new) = (Version::V12_1, Version::V16_1);
    let exists = FolderCreateResponse::failed(protocol::status::FolderCreateStatus::NameExists);
    vec![
        sample("FolderCreate.request.12.1", old, &create),
        sample("FolderCreate.response.12.1", old, &created),
        sample("FolderCreate.response.16.1-failed", new, &exists),
        sample("FolderUpdate.request.16.1", new, &update),
        sample("FolderUpdate.response.16.1", new, &updated),
        sample("FolderDelete.request.16.1", new, &delete),
        sample("FolderDelete.response.16.1", new, &deleted),
    ]
}

#[test]
fn the_root_may_be_said_in_three_ways() {
    let update = |parent: Option<&str>| {
        let parent = parent.map(|id| Element::text(tags::PARENT_ID, id));
        let root = Element::new(tags::FOLDER_UPDATE)
            .with(Element::text(tags::SYNC_KEY, "h.1"))
            .with(Element::text(tags::SERVER_ID, "17"))
            .with_some(parent)
            .with(Element::text(tags::DISPLAY_NAME, "Old"));
        FolderUpdateRequest::from_element(&root).unwrap().parent_id
    };
    for root in [None, Some(""), Some("0")] {
        assert_eq!(update(root), None, "{root:?}");
    }
    assert_eq!(update(Some("5")), Some(folder(5)));
}

#[test]
fn what_is_missing_or_unknown_is_told() {
    let whole = [
        (tags::SYNC_KEY, "h.1"),
        (tags::PARENT_ID, "0"),
        (tags::DISPLAY_NAME, "New"),
        (tags::TYPE, "12"),
    ];
    let read = |left_out: usize, kind: &str| {
        let kept = whole.iter().enumerate().filter(|(at, _)| *at != left_out);
        let children = kept.map(|(_, (tag, text))| {
            let text = if *tag == tags::TYPE { kind } else { text };
            Element::text(*tag, text)
        });
        let root = Element::new(tags::FOLDER_CREATE).with_all(children);
        FolderCreateRequest::from_element(&root).map_err(|error| (error.tag, error.kind))
    };
    for (left_out, (tag, _)) in whole.iter().enumerate() {
        let expected = (*tag != tags::PARENT_ID).then_some((*tag, BodyErrorKind::Missing));
        assert_eq!(read(left_out, "12").err(), expected);
    }
    let unknown = Some((tags::TYPE, BodyErrorKind::UnknownValue));
    assert_eq!(read(9, "20").err(), unknown);
    assert!(read(9, "2").is_ok());
}
