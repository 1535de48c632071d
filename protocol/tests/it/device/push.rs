//! Waiting for changes.

use std::time::Duration;

use protocol::command::ping::PingResponse;
use protocol::command::sync::{Hold, SyncResponse};
use protocol::command::{CollectionId, StatusCode};
use protocol::device::{
    Connection, Event, Failure, LocalChange, Output, Parking, Profile, PushStyle,
};
use protocol::query::Command;

use super::phone::{INBOX, Phone, SENT, add, answer, inbox};

fn both() -> Vec<CollectionId> {
    [INBOX, SENT].map(CollectionId::from_number).to_vec()
}

fn held(style: PushStyle) -> Profile {
    Profile {
        push_style: style,
        ..Profile::ios()
    }
}

#[test]
fn only_the_announced_folder_is_synced_and_then_it_waits_again() {
    let mut phone = Phone::set_up(Profile::aosp());
    let ping = phone.expect_ping();
    let folders = ping.folders.unwrap().into_iter().map(|folder| folder.id);
    assert_eq!(folders.collect::<Vec<_>>(), both());
    phone.answer_ping(&PingResponse::changes(vec![inbox()]));
    let sync = phone.expect_sync().collections.unwrap();
    assert_eq!(sync.len(), 1);
    assert_eq!(sync[0].collection_id, inbox());
    let mut one = answer(&sync[0], "k3");
    one.commands.push(add(1, "Hello"));
    phone.answer(Connection::Main, &SyncResponse::Collections(vec![one]));
    assert_eq!(phone.device.replica().folders[&inbox()].items.len(), 1);
    phone.expect_ping();
    let events = phone.events();
    assert!(events.contains(&Event::Announced(vec![inbox()])));
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::ItemAdded { copy, .. } if copy.subject == "Hello"))
    );
}

#[test]
fn the_interval_grows_with_each_expiry_and_shrinks_when_it_breaks() {
    let mut phone = Phone::set_up(Profile::aosp());
    for interval_s in [480, 780, 1080, 1380, 1680, 1680] {
        assert_eq!(phone.expect_ping().heartbeat_s, Some(interval_s));
        phone.answer_ping(&PingResponse::expired());
    }
    phone.expect_ping();
    phone.fail(Connection::Push, Failure::Cut);
    assert_eq!(phone.expect_ping().heartbeat_s, Some(1380));
    phone.answer_ping(&PingResponse::expired());
    // What broke once is not asked for again.
    assert_eq!(phone.expect_ping().heartbeat_s, Some(1380));
}

#[test]
fn an_answer_that_is_late_is_not_waited_for() {
    let mut phone = Phone::set_up(Profile::aosp());
    phone.expect_ping();
    assert_eq!(phone.expect_wait(), Some(Duration::from_secs(485)));
    phone.pass(Duration::from_secs(485));
    assert_eq!(
        phone.device.poll(phone.now),
        Output::Close(Connection::Push)
    );
    phone.expect_ping();
}

#[test]
fn aosp_stops_for_good_where_others_obey() {
    let statuses = [
        PingResponse::heartbeat_out_of_bounds(600),
        PingResponse::too_many_folders(1),
        PingResponse {
            status: StatusCode::new(142),
            ..PingResponse::expired()
        },
    ];
    for status in statuses {
        let mut phone = Phone::set_up(Profile::aosp());
        phone.expect_ping();
        phone.answer_ping(&status);
        assert!(phone.events().contains(&Event::PushStopped(status.status)));
        assert_eq!(phone.expect_wait(), None);
    }
    let mut phone = Phone::set_up(Profile::samsung());
    phone.expect_ping();
    phone.answer_ping(&PingResponse::heartbeat_out_of_bounds(600));
    assert_eq!(phone.expect_ping().heartbeat_s, Some(600));
    phone.answer_ping(&PingResponse::too_many_folders(1));
    assert_eq!(phone.expect_ping().folders.unwrap().len(), 1);
    phone.answer_ping(&PingResponse::hierarchy_changed());
    phone.expect(Command::FolderSync);
}

#[test]
fn what_the_server_remembers_is_left_out_until_it_forgets() {
    let mut phone = Phone::set_up(held(PushStyle::Ping));
    // The longest interval, so that it does not change.
    while phone.expect_ping().heartbeat_s != Some(3540) {
        phone.answer_ping(&PingResponse::expired());
    }
    phone.answer_ping(&PingResponse::expired());
    assert_eq!(phone.expect(Command::Ping).body, []);
    phone.answer_ping(&PingResponse::missing_parameters());
    assert!(phone.expect_ping().folders.is_some());
}

#[test]
fn a_held_sync_brings_its_changes_along() {
    let mut phone = Phone::set_up(held(PushStyle::Sync));
    let request = phone.expect_sync();
    assert_eq!(request.hold, Some(Hold::Seconds(900)));
    let collections = request.collections.unwrap();
    let mut one = answer(&collections[0], "k9");
    one.commands.push(add(1, "Hello"));
    phone.answer(Connection::Push, &SyncResponse::Collections(vec![one]));
    assert_eq!(phone.device.replica().folders[&inbox()].items.len(), 1);
    let again = phone.expect_sync().collections.unwrap();
    assert_eq!(again[0].sync_key.as_str(), "k9");
}

#[test]
fn a_held_sync_that_expires_is_repeated_without_a_body() {
    let mut profile = held(PushStyle::Sync);
    profile.heartbeats.step_s = 0;
    let mut phone = Phone::set_up(profile);
    phone.expect_sync();
    phone.answer_bytes(Connection::Push, Vec::new());
    assert_eq!(phone.expect(Command::Sync).body, []);
    let forgotten = SyncResponse::Failed {
        status: StatusCode::new(13),
        limit: None,
    };
    phone.answer(Connection::Push, &forgotten);
    let request = phone.expect_sync();
    let out_of_bounds = SyncResponse::Failed {
        status: StatusCode::new(14),
        limit: Some(700),
    };
    assert!(request.collections.is_some());
    phone.answer(Connection::Push, &out_of_bounds);
    assert_eq!(phone.expect_sync().hold, Some(Hold::Seconds(700)));
}

#[test]
fn ios_takes_turns() {
    let mut phone = Phone::set_up(Profile::ios());
    phone.expect(Command::Ping);
    phone.answer_ping(&PingResponse::expired());
    phone.expect(Command::Sync);
    phone.answer_bytes(Connection::Push, Vec::new());
    phone.expect(Command::Ping);
    let parked: Vec<_> = phone
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Parked { parking, .. } => Some(parking),
            _ => None,
        })
        .collect();
    assert_eq!(parked, [Parking::Ping, Parking::Sync, Parking::Ping]);
}

#[test]
fn what_the_user_does_interrupts_the_wait_or_goes_beside_it() {
    for (profile, interrupts) in [
        (Profile::aosp(), true),
        (held(PushStyle::Ping), false),
        // The keys of a held Sync may move on, so it is always broken off.
        (held(PushStyle::Sync), true),
    ] {
        let mut phone = Phone::set_up(profile);
        assert!(matches!(phone.device.poll(phone.now), Output::Send(_)));
        phone.device.change(LocalChange::Refresh(inbox()));
        if interrupts {
            assert_eq!(
                phone.device.poll(phone.now),
                Output::Close(Connection::Push)
            );
        }
        let request = phone.expect(Command::Sync);
        assert_eq!(request.connection, Connection::Main);
        phone.answer_bytes(Connection::Main, Vec::new());
        if !interrupts {
            assert!(phone.device.is_parked());
        }
    }
}
