//! What other commands than Sync do with contacts.

use directpush::config::ConflictPolicy;
use protocol::class::contacts::{Contact, Text};
use protocol::codepages::airsync;
use protocol::command::get_item_estimate::{
    EstimateCollection, GetItemEstimateRequest, GetItemEstimateResponse,
};
use protocol::command::item_operations::{
    FetchOperation, FetchOptions, FetchTarget, ItemOperation, ItemOperationsRequest,
    ItemOperationsResponse,
};
use protocol::command::move_items::{Move, MoveItemsRequest, MoveItemsResponse};
use protocol::element::Element;

use super::card;
use super::device::{Device, read};
use super::scene::Scene;

#[tokio::test]
async fn a_contact_is_fetched_alone() {
    let scene = Scene::new(ConflictPolicy::Device).await;
    scene.write("A", &card("Ann", &["NICKNAME:Annie"]));
    let device = Device::new("ONE").set_up(&scene).await;
    let request = ItemOperationsRequest {
        operations: vec![ItemOperation::Fetch(FetchOperation {
            store: "Mailbox".to_owned(),
            target: FetchTarget::Item {
                collection_id: device.folder.clone(),
                server_id: device.id("Ann"),
            },
            options: FetchOptions::default(),
        })],
    };
    let answer = scene
        .ask(&device.sender(), "ItemOperations", &request)
        .await;
    let answer: ItemOperationsResponse = read(&answer);
    let fetched = answer.fetches[0].properties.as_ref().unwrap();
    let data = Element::new(airsync::APPLICATION_DATA).with_all(fetched.item.clone());
    let ann = Contact::from_data(&data).unwrap();
    assert_eq!(ann.text(Text::NickName), Some("Annie"));
}

#[tokio::test]
async fn an_estimate_counts_contacts() {
    let scene = Scene::new(ConflictPolicy::Device).await;
    let device = Device::new("ONE").set_up(&scene).await;
    for person in ["Ann", "Bea"] {
        scene.write(person, &card(person, &[]));
    }
    let request = GetItemEstimateRequest {
        collections: vec![EstimateCollection {
            class: None,
            sync_key: device.key.clone(),
            collection_id: device.folder.clone(),
            conversation_mode: None,
            options: Vec::new(),
        }],
    };
    let answer = scene
        .ask(&device.sender(), "GetItemEstimate", &request)
        .await;
    let GetItemEstimateResponse::Answers(answers) = read(&answer) else {
        panic!("no estimate");
    };
    assert_eq!(answers[0].estimate, Some(2));
}

#[tokio::test]
async fn a_contact_moves_between_address_books_and_nowhere_else() {
    let scene = Scene::new(ConflictPolicy::Device).await;
    let family = scene.book().with_file_name("contacts");
    std::fs::create_dir_all(&family).unwrap();
    // The one called contacts is the default one.
    super::scene::write(&family, "A", &card("Ann", &[]));
    let mut device = Device::new("ONE").set_up(&scene).await;
    let move_to = |target| MoveItemsRequest {
        moves: vec![Move {
            source_item: device.id("Ann"),
            source_folder: device.folder.clone(),
            target_folder: target,
        }],
    };
    for (folder, status) in [("INBOX", 2), ("people", 3)] {
        let request = move_to(device.folders[folder].clone());
        let answer = scene.ask(&device.sender(), "MoveItems", &request).await;
        let answer: MoveItemsResponse = read(&answer);
        assert_eq!(answer.answers[0].status.code(), status, "{folder}");
    }
    assert!(scene.cards().contains_key("A"), "it is among people now");
    device.rest(&scene).await;
    assert!(device.held.is_empty());
}
