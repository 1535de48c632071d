//! The laws that the fuzz targets hold the crate to; a target is a file in `fuzz_targets` that calls one.

use protocol::class::contacts::{Contact, ContactUpload};
use protocol::command::Body;
use protocol::command::compose_mail::{SendMailRequest, SmartForwardRequest, SmartReplyRequest};
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
use protocol::element::{Element, Node};
use protocol::query::{Command, RequestLine, parse};
use protocol::version::Version;
use protocol::wbxml::{Limits, decode, encode};
use protocol::xml::to_xml;

/// What is read can be written for every version, and reads back as what that version may be sent.
pub fn wbxml(input: &[u8]) {
    let limits = Limits::default();
    let document = match decode(input, &limits) {
        Ok(document) => document,
        Err(error) => {
            assert!(error.offset <= input.len());
            return;
        }
    };
    assert!(
        document
            .skipped
            .iter()
            .all(|skipped| skipped.offset < input.len())
    );
    assert!(!to_xml(&document.root).is_empty());
    for version in Version::ALL {
        let bytes = encode(&document.root, version);
        let again = decode(&bytes, &limits).expect("what we write can be read");
        assert_eq!(again.root, sent(&document.root, version));
        assert_eq!(again.skipped, []);
    }
}

/// What is read as a command's body can be written for every version that is served, reads back, and is then written
/// the same.
pub fn bodies(input: &[u8]) {
    let Ok(document) = decode(input, &Limits::default()) else {
        return;
    };
    let root = &document.root;
    body::<SyncRequest>(root);
    body::<SyncResponse>(root);
    body::<FolderSyncRequest>(root);
    body::<FolderSyncResponse>(root);
    body::<FolderCreateRequest>(root);
    body::<FolderCreateResponse>(root);
    body::<FolderUpdateRequest>(root);
    body::<FolderUpdateResponse>(root);
    body::<FolderDeleteRequest>(root);
    body::<FolderDeleteResponse>(root);
    body::<PingRequest>(root);
    body::<PingResponse>(root);
    body::<ProvisionRequest>(root);
    body::<ProvisionResponse>(root);
    body::<SettingsRequest>(root);
    body::<SettingsResponse>(root);
    body::<GetItemEstimateRequest>(root);
    body::<GetItemEstimateResponse>(root);
    body::<ItemOperationsRequest>(root);
    body::<ItemOperationsResponse>(root);
    body::<MoveItemsRequest>(root);
    body::<MoveItemsResponse>(root);
    body::<SendMailRequest>(root);
    body::<SmartReplyRequest>(root);
    body::<SmartForwardRequest>(root);
    body::<SearchRequest>(root);
    body::<SearchResponse>(root);
    body::<FindRequest>(root);
    body::<FindResponse>(root);
    body::<ResolveRecipientsRequest>(root);
    body::<ResolveRecipientsResponse>(root);
}

fn body<T: Body>(root: &Element) {
    let Ok(body) = T::from_element(root) else {
        return;
    };
    for version in Version::SERVED {
        let written = body.to_element(version);
        let again = T::from_element(&written).expect("what we write can be read");
        assert_eq!(again.to_element(version), written);
    }
}

/// Any document as an upload of a contact: what is read is written, and reads back as the same.
pub fn contacts(input: &[u8]) {
    let Ok(document) = decode(input, &Limits::default()) else {
        return;
    };
    let Ok(upload) = ContactUpload::parse(&document.root) else {
        return;
    };
    let said = upload.contact.properties();
    assert!(said.difference(&upload.present).is_empty());
    let written = upload.contact.to_data(Version::V16_1);
    let again = Contact::from_data(&written).expect("what we write can be read");
    assert_eq!(again, upload.contact);
}

/// What is read can be written in both forms, and reads back as the same.
pub fn query(input: &str) {
    let Ok(line) = parse(input) else { return };
    assert!(!line.device_id.is_empty() && line.device_id.len() <= RequestLine::NAME_MAX);
    assert!(!line.device_type.is_empty() && line.device_type.len() <= RequestLine::NAME_MAX);
    let plain = RequestLine {
        version: None,
        policy_key: None,
        locale: None,
        accept_multipart: false,
        ..line.clone()
    };
    assert_eq!(parse(&plain.to_plain()), Ok(plain));
    let packed = RequestLine {
        command: line.command.code().map_or(Command::Sync, |_| line.command),
        version: line.version.or(Some(Version::V14_1)),
        locale: line.locale.or(Some(0x0409)),
        ..line
    };
    // A plain query's fields may be longer than a byte can say.
    if let Ok(query) = packed.to_base64() {
        assert_eq!(parse(&query), Ok(packed));
    }
}

/// A tree without what a peer of `version` is not sent.
fn sent(element: &Element, version: Version) -> Element {
    let children = element.children.iter().filter_map(|node| match node {
        Node::Element(child) => child
            .tag
            .exists_in(version)
            .then(|| Node::Element(sent(child, version))),
        Node::Text(text) => {
            let clean: String = text.chars().filter(|c| !forbidden(*c)).collect();
            (!clean.is_empty()).then_some(Node::Text(clean))
        }
        Node::Opaque(bytes) => Some(Node::Opaque(bytes.clone())),
    });
    Element {
        tag: element.tag,
        children: children.collect(),
    }
}

/// Said anew, not borrowed from the crate: XML 1.0, 2.2.
fn forbidden(c: char) -> bool {
    (c < ' ' && !"\t\n\r".contains(c)) || c == '\u{FFFE}' || c == '\u{FFFF}'
}
