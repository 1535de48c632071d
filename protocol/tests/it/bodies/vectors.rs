//! The vectors as typed bodies: each is read, and those that we wrote are written the same.

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert_eq, proptest};
use proptest::sample::Index;
use protocol::command::compose_mail::{
    SendMailFailure, SendMailRequest, SmartForwardFailure, SmartForwardRequest, SmartReplyFailure,
    SmartReplyRequest,
};
use protocol::command::find::{FindRequest, FindResponse};
use protocol::command::folder_create::{FolderCreateRequest, FolderCreateResponse};
use protocol::command::folder_delete::{FolderDeleteRequest, FolderDeleteResponse};
use protocol::command::folder_sync::{FolderSyncRequest, FolderSyncResponse};
use protocol::command::folder_update::{FolderUpdateRequest, FolderUpdateResponse};
use protocol::command::get_item_estimate::{GetItemEstimateRequest, GetItemEstimateResponse};
use protocol::command::item_operations::{ItemOperationsRequest, ItemOperationsResponse};
use protocol::command::move_items::{MoveItemsRequest, MoveItemsResponse};
use protocol::command::ping::{PingRequest, PingResponse};
use protocol::command::provision::{ProvisionRequest, ProvisionResponse};
use protocol::command::resolve_recipients::{ResolveRecipientsRequest, ResolveRecipientsResponse};
use protocol::command::search::{SearchRequest, SearchResponse};
use protocol::command::settings::{SettingsRequest, SettingsResponse};
use protocol::command::sync::{SyncRequest, SyncResponse};
use protocol::command::{Body, BodyError};
use protocol::element::Element;
use protocol::version::Version;
use protocol::wbxml::{Limits, decode, encode};
use protocol::xml::to_xml;

use super::samples::samples;
use crate::support::goldens;

/// Reads a body and writes it again.
fn through<T: Body>(root: &Element, version: Version) -> Result<Element, BodyError> {
    T::from_element(root).map(|body| body.to_element(version))
}

/// The same for the body that a name stands for; `None` if there is no type for it.
fn by_name(
    command: &str,
    direction: &str,
    root: &Element,
    version: Version,
) -> Option<Result<Element, BodyError>> {
    let through = match (command, direction) {
        ("Sync", "request") => through::<SyncRequest>,
        ("Sync", "response") => through::<SyncResponse>,
        ("FolderSync", "request") => through::<FolderSyncRequest>,
        ("FolderSync", "response") => through::<FolderSyncResponse>,
        ("FolderCreate", "request") => through::<FolderCreateRequest>,
        ("FolderCreate", "response") => through::<FolderCreateResponse>,
        ("FolderUpdate", "request") => through::<FolderUpdateRequest>,
        ("FolderUpdate", "response") => through::<FolderUpdateResponse>,
        ("FolderDelete", "request") => through::<FolderDeleteRequest>,
        ("FolderDelete", "response") => through::<FolderDeleteResponse>,
        ("Ping", "request") => through::<PingRequest>,
        ("Ping", "response") => through::<PingResponse>,
        ("Provision", "request") => through::<ProvisionRequest>,
        ("Provision", "response") => through::<ProvisionResponse>,
        ("Settings", "request") => through::<SettingsRequest>,
        ("Settings", "response") => through::<SettingsResponse>,
        ("GetItemEstimate", "request") => through::<GetItemEstimateRequest>,
        ("GetItemEstimate", "response") => through::<GetItemEstimateResponse>,
        ("ItemOperations", "request") => through::<ItemOperationsRequest>,
        ("ItemOperations", "response") => through::<ItemOperationsResponse>,
        ("MoveItems", "request") => through::<MoveItemsRequest>,
        ("MoveItems", "response") => through::<MoveItemsResponse>,
        ("SendMail", "request") => through::<SendMailRequest>,
        ("SendMail", "response") => through::<SendMailFailure>,
        ("SmartReply", "request") => through::<SmartReplyRequest>,
        ("SmartReply", "response") => through::<SmartReplyFailure>,
        ("SmartForward", "request") => through::<SmartForwardRequest>,
        ("SmartForward", "response") => through::<SmartForwardFailure>,
        ("Search", "request") => through::<SearchRequest>,
        ("Search", "response") => through::<SearchResponse>,
        ("Find", "request") => through::<FindRequest>,
        ("ResolveRecipients", "request") => through::<ResolveRecipientsRequest>,
        ("ResolveRecipients", "response") => through::<ResolveRecipientsResponse>,
        ("Find", "response") => through::<FindResponse>,
        _ => return None,
    };
    Some(through(root, version))
}

#[test]
fn every_vector_is_read_and_reads_the_same_when_written_again() {
    let mut count = 0;
    for golden in goldens() {
        let version = golden.version;
        let root = decode(&golden.bytes, &Limits::default()).unwrap().root;
        let Some(written) = by_name(&golden.command, &golden.direction, &root, version) else {
            continue;
        };
        let written = written.unwrap_or_else(|error| panic!("{}: {error}", golden.name));
        let again = by_name(&golden.command, &golden.direction, &written, version);
        assert_eq!(again.unwrap().as_ref(), Ok(&written), "{}", golden.name);
        count += 1;
    }
    assert!(count >= 16 + samples().len());
}

proptest! {
    /// What is still readable after damage is written, read and written again without a change.
    #[test]
    fn damaged_vectors_are_survived(
        golden in (0..goldens().len()),
        damage in vec((any::<Index>(), any::<u8>()), 1..6),
    ) {
        let mut golden = goldens().swap_remove(golden);
        for (at, byte) in damage {
            let at = at.index(golden.bytes.len());
            golden.bytes[at] = byte;
        }
        let Ok(document) = decode(&golden.bytes, &Limits::default()) else {
            return Ok(());
        };
        let read = |root: &Element, version| {
            by_name(&golden.command, &golden.direction, root, version)
        };
        for version in Version::SERVED {
            if let Some(Ok(written)) = read(&document.root, version) {
                prop_assert_eq!(read(&written, version), Some(Ok(written)));
            }
        }
    }
}

/// A vector of ours that is missing or differs is printed, to be looked at and kept.
#[test]
fn what_we_write_is_what_was_kept() {
    let goldens = goldens();
    for sample in samples() {
        let bytes = encode(&sample.root, sample.version);
        let kept = goldens.iter().find(|golden| golden.name == sample.name);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let xml = to_xml(&decode(&bytes, &Limits::default()).unwrap().root);
        assert_eq!(
            kept.map(|golden| (golden.bytes.as_slice(), golden.xml.as_str())),
            Some((bytes.as_slice(), xml.as_str())),
            "{}:\n{hex}\n{xml}",
            sample.name
        );
    }
}
