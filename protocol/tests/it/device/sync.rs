//! Fetching and sending changes.

use std::time::Duration;

use protocol::command::item_operations::{
    FetchAnswer, FetchContent, FetchProperties, FetchTarget, ItemOperationsResponse,
};
use protocol::command::move_items::{MoveAnswer, MoveItemsRequest, MoveItemsResponse};
use protocol::command::ping::PingResponse;
use protocol::command::sync::{
    ClientCommand, ItemAnswer, ServerCommand, SyncCollection, SyncResponse,
};
use protocol::command::{CollectionId, ServerId, StatusCode};
use protocol::device::{Connection, Event, Failure, LocalChange, Output, Profile};
use protocol::query::Command;

use super::phone::{INBOX, Phone, SENT, add, answer, body, inbox};

fn item(number: u32) -> ServerId {
    ServerId::from_numbers(INBOX, number)
}

/// The next Sync, which must be of one folder.
#[track_caller]
fn expect_one(phone: &mut Phone) -> SyncCollection {
    let mut collections = phone.expect_sync().collections.unwrap();
    assert_eq!(collections.len(), 1);
    collections.remove(0)
}

fn give(phone: &mut Phone, asked: &SyncCollection, key: &str, commands: Vec<ServerCommand>) {
    let mut one = answer(asked, key);
    one.commands = commands;
    phone.answer(Connection::Main, &SyncResponse::Collections(vec![one]));
}

/// AOSP, waiting, with two messages in the Inbox.
fn phone_with_mail() -> Phone {
    let mut phone = Phone::set_up(Profile::aosp());
    phone.expect_ping();
    phone.answer_ping(&PingResponse::changes(vec![inbox()]));
    let asked = expect_one(&mut phone);
    give(&mut phone, &asked, "m1", vec![add(1, "One"), add(2, "Two")]);
    phone.expect_ping();
    phone.events();
    phone
}

fn announce(phone: &mut Phone) -> SyncCollection {
    phone.answer_ping(&PingResponse::changes(vec![inbox()]));
    expect_one(phone)
}

#[test]
fn pages_are_fetched_until_there_are_no_more() {
    let mut phone = phone_with_mail();
    let asked = announce(&mut phone);
    assert_eq!(asked.window_size, Some(10));
    let mut page = answer(&asked, "m2");
    page.more_available = true;
    phone.answer(Connection::Main, &SyncResponse::Collections(vec![page]));
    let asked = expect_one(&mut phone);
    assert_eq!(asked.sync_key.as_str(), "m2");
    // More is promised under the same key: that would never end.
    let mut page = answer(&asked, "m2");
    page.more_available = true;
    phone.answer(Connection::Main, &SyncResponse::Collections(vec![page]));
    phone.expect_ping();
}

#[test]
fn a_refused_key_drops_the_folder_and_starts_anew() {
    let mut phone = phone_with_mail();
    let asked = announce(&mut phone);
    let mut refused = answer(&asked, "0");
    refused.status = StatusCode::new(3);
    phone.answer(Connection::Main, &SyncResponse::Collections(vec![refused]));
    assert!(phone.events().contains(&Event::FolderRestarted(inbox())));
    let asked = expect_one(&mut phone);
    assert!(asked.sync_key.is_initial());
    assert_eq!(asked.get_changes, None);
    give(&mut phone, &asked, "n1", Vec::new());
    assert_eq!(expect_one(&mut phone).sync_key.as_str(), "n1");
}

#[test]
fn a_folder_whose_backend_is_down_waits_and_the_phone_is_parked_meanwhile() {
    let mut phone = phone_with_mail();
    let asked = announce(&mut phone);
    let mut down = answer(&asked, "m1");
    down.status = StatusCode::new(5);
    phone.answer(Connection::Main, &SyncResponse::Collections(vec![down]));
    phone.expect_ping();
    assert_eq!(phone.expect_wait(), Some(Duration::from_secs(10)));
    phone.pass(Duration::from_secs(10));
    assert_eq!(
        phone.device.poll(phone.now),
        Output::Close(Connection::Push)
    );
    assert_eq!(expect_one(&mut phone).sync_key.as_str(), "m1");
}

#[test]
fn a_folder_that_is_gone_leads_to_the_hierarchy() {
    let mut phone = phone_with_mail();
    let asked = announce(&mut phone);
    let mut gone = answer(&asked, "m1");
    gone.status = StatusCode::new(12);
    phone.answer(Connection::Main, &SyncResponse::Collections(vec![gone]));
    phone.expect(Command::FolderSync);
}

#[test]
fn aosp_pings_after_a_cut_sync_and_keeps_its_key() {
    let mut phone = phone_with_mail();
    announce(&mut phone);
    phone.fail(Connection::Main, Failure::Cut);
    phone.expect_ping();
    // Told once more (R12), it asks with the key that it has.
    let asked = announce(&mut phone);
    assert_eq!(asked.sync_key.as_str(), "m1");
    give(&mut phone, &asked, "m2", vec![add(3, "Three")]);
    assert_eq!(phone.device.replica().folders[&inbox()].items.len(), 3);
}

#[test]
fn others_repeat_a_cut_sync_with_the_same_key() {
    let mut phone = Phone::set_up(Profile::ios());
    phone.expect(Command::Ping);
    phone.device.change(LocalChange::Refresh(inbox()));
    let asked = expect_one(&mut phone);
    phone.fail(Connection::Main, Failure::Cut);
    assert_eq!(phone.expect_wait(), Some(Duration::from_secs(5)));
    phone.pass(Duration::from_secs(5));
    assert_eq!(expect_one(&mut phone), asked);
}

#[test]
fn what_the_user_did_is_sent_once_and_repeated_when_the_answer_is_lost() {
    let mut phone = phone_with_mail();
    phone.device.change(LocalChange::SetRead {
        folder: inbox(),
        item: item(1),
        read: true,
    });
    phone.device.change(LocalChange::Delete {
        folder: inbox(),
        item: item(2),
    });
    assert_eq!(
        phone.device.poll(phone.now),
        Output::Close(Connection::Push)
    );
    let first = expect_one(&mut phone);
    assert_eq!(first.commands.len(), 2);
    assert!(
        matches!(&first.commands[1], ClientCommand::Delete { server_id, .. } if *server_id == item(2))
    );
    phone.fail(Connection::Main, Failure::Cut);
    // In the retry there may be more than before.
    phone.device.change(LocalChange::SetFlag {
        folder: inbox(),
        item: item(1),
        flagged: true,
    });
    phone.pass(Duration::from_secs(10));
    let again = expect_one(&mut phone);
    assert_eq!(again.sync_key, first.sync_key);
    assert_eq!(again.commands[..2], first.commands);
    assert_eq!(again.commands.len(), 3);
    let mut one = answer(&again, "m2");
    one.responses.push(ItemAnswer::Delete {
        server_id: item(2),
        instance_id: None,
        status: StatusCode::new(8),
    });
    phone.answer(Connection::Main, &SyncResponse::Collections(vec![one]));
    let events = phone.events();
    assert!(events.contains(&Event::Uploaded {
        folder: inbox(),
        count: 3
    }));
    assert!(events.contains(&Event::Refused {
        folder: inbox(),
        item: Some(item(2)),
        status: StatusCode::new(8)
    }));
    phone.expect_ping();
    let items = &phone.device.replica().folders[&inbox()].items;
    assert!(items[&item(1)].read && items[&item(1)].flagged);
    assert!(!items.contains_key(&item(2)));
}

#[test]
fn what_was_not_sent_yet_stays_in_view_whatever_the_server_tells() {
    let mut phone = phone_with_mail();
    let asked = announce(&mut phone);
    // The answer is on its way while the user goes on.
    phone.device.change(LocalChange::SetFlag {
        folder: inbox(),
        item: item(1),
        flagged: true,
    });
    phone.device.change(LocalChange::Delete {
        folder: inbox(),
        item: item(2),
    });
    give(&mut phone, &asked, "m2", vec![add(1, "One"), add(2, "Two")]);
    let items = &phone.device.replica().folders[&inbox()].items;
    assert!(items[&item(1)].flagged);
    assert!(!items.contains_key(&item(2)));
    assert_eq!(expect_one(&mut phone).commands.len(), 2);
}

#[test]
fn changes_and_deletions_are_taken_in_and_surprises_are_told() {
    let mut phone = phone_with_mail();
    let asked = announce(&mut phone);
    let change = |number| match add(number, "Changed") {
        ServerCommand::Add {
            class,
            server_id,
            data,
        } => ServerCommand::Change {
            class,
            server_id,
            data,
        },
        other => other,
    };
    let delete = |number| ServerCommand::Delete {
        class: None,
        server_id: item(number),
    };
    let hide = ServerCommand::SoftDelete { server_id: item(2) };
    let commands = vec![add(1, "One"), change(1), change(9), delete(9), hide];
    give(&mut phone, &asked, "m2", commands);
    let events: Vec<_> = phone
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Doubled { item, .. } => Some(("doubled", item)),
            Event::ItemChanged { item, .. } => Some(("changed", item)),
            Event::UnknownChanged { item, .. } => Some(("unknown", item)),
            Event::ItemDeleted { item, .. } => Some(("deleted", item)),
            Event::ItemHidden { item, .. } => Some(("hidden", item)),
            _ => None,
        })
        .collect();
    let expected = [
        ("doubled", 1),
        ("changed", 1),
        ("unknown", 9),
        ("hidden", 2),
    ];
    assert_eq!(events, expected.map(|(what, number)| (what, item(number))));
}

#[test]
fn samsung_estimates_first_and_notices_a_broken_promise() {
    let mut phone = Phone::set_up(Profile::samsung());
    phone.expect_ping();
    phone.answer_ping(&PingResponse::changes(vec![inbox()]));
    phone.expect(Command::GetItemEstimate);
    phone.estimate(0);
    phone.expect_ping();
    phone.answer_ping(&PingResponse::changes(vec![inbox()]));
    phone.expect(Command::GetItemEstimate);
    phone.estimate(3);
    let asked = expect_one(&mut phone);
    give(&mut phone, &asked, "m2", Vec::new());
    assert!(phone.events().contains(&Event::EstimateBroken(inbox())));
}

#[test]
fn a_moved_item_leaves_its_folder_and_arrives_by_sync() {
    let mut phone = phone_with_mail();
    phone.device.change(LocalChange::Move {
        folder: inbox(),
        item: item(1),
        target: CollectionId::from_number(SENT),
    });
    assert_eq!(
        phone.device.poll(phone.now),
        Output::Close(Connection::Push)
    );
    let request = phone.expect(Command::MoveItems);
    let moves: MoveItemsRequest = body(&request);
    assert_eq!(moves.moves[0].source_item, item(1));
    let target = ServerId::from_numbers(SENT, 1);
    let answers = MoveItemsResponse {
        status: None,
        answers: vec![MoveAnswer {
            source_item: item(1),
            status: StatusCode::new(3),
            target_item: Some(target.clone()),
        }],
    };
    phone.answer(Connection::Main, &answers);
    assert!(phone.events().contains(&Event::Moved {
        item: item(1),
        target_item: Some(target)
    }));
    assert_eq!(expect_one(&mut phone).collection_id, inbox());
}

#[test]
fn an_attachment_is_fetched() {
    let mut phone = phone_with_mail();
    let target = FetchTarget::FileReference("5:1:2".to_owned());
    phone.device.change(LocalChange::Fetch(target.clone()));
    assert_eq!(
        phone.device.poll(phone.now),
        Output::Close(Connection::Push)
    );
    phone.expect(Command::ItemOperations);
    let mut answer = ItemOperationsResponse::new(StatusCode::SUCCESS);
    answer.fetches.push(FetchAnswer {
        status: StatusCode::SUCCESS,
        target: target.clone(),
        class: None,
        properties: Some(FetchProperties {
            content: Some(FetchContent::Inline(b"bytes".to_vec())),
            ..FetchProperties::default()
        }),
    });
    phone.answer(Connection::Main, &answer);
    let content = b"bytes".to_vec();
    assert!(phone.events().contains(&Event::Fetched { target, content }));
    phone.expect_ping();
}
