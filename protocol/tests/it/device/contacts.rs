//! Contacts, on a phone that synchronizes them.

use protocol::class::contacts::{Contact, Text};
use protocol::command::folder_sync::FolderType;
use protocol::command::sync::{
    ApplicationData, ClientCommand, ItemAnswer, ServerCommand, SyncCollection, SyncRequest,
    SyncResponse,
};
use protocol::command::{CollectionId, ServerId, StatusCode};
use protocol::device::{Connection, Failure, LocalChange, Output, Profile};
use protocol::query::Command;
use protocol::version::Version;

use super::phone::{INBOX, Phone, answer, body};

const CONTACTS: u32 = 7;

fn folder() -> CollectionId {
    CollectionId::from_number(CONTACTS)
}

fn item(number: u32) -> ServerId {
    ServerId::from_numbers(CONTACTS, number)
}

fn person(first: &str) -> Contact {
    Contact::default().with_text(Text::FirstName, first)
}

/// AOSP, with an empty address book, waiting.
fn phone_with_contacts() -> Phone {
    let mut phone = Phone::new(Profile::aosp());
    phone.also(FolderType::Contacts);
    phone.options("2.5,12.0,12.1,14.0,14.1");
    phone.settings();
    phone.hierarchy(&[(INBOX, FolderType::Inbox), (CONTACTS, FolderType::Contacts)]);
    phone.fill();
    phone.expect_ping();
    phone.events();
    phone
}

/// Its next Sync, which must be of one folder; it stops waiting for that.
#[track_caller]
fn expect_one(phone: &mut Phone) -> SyncCollection {
    let request = loop {
        match phone.device.poll(phone.now) {
            Output::Close(Connection::Push) => {}
            Output::Send(request) if phone.line(&request).command == Command::Sync => {
                break request;
            }
            Output::Send(request) if phone.line(&request).command == Command::Ping => {}
            other => panic!("should send Sync, not {other:?}"),
        }
    };
    let sync: SyncRequest = body(&request);
    let mut collections = sync.collections.unwrap();
    assert_eq!(collections.len(), 1);
    collections.remove(0)
}

/// The names of the people that it shows.
fn shown(phone: &Phone) -> Vec<String> {
    let items = phone.device.replica().folders[&folder()].items.values();
    let first = |contact: &Contact| contact.text(Text::FirstName).unwrap_or_default().to_owned();
    items
        .map(|copy| first(copy.contact.as_ref().unwrap()))
        .collect()
}

#[test]
fn a_new_contact_shows_under_the_servers_id_and_is_repeated_under_its_name() {
    let mut phone = phone_with_contacts();
    phone.device.change(LocalChange::AddContact {
        folder: folder(),
        contact: Box::new(person("Ann")),
    });
    let first = expect_one(&mut phone);
    let ClientCommand::Add { client_id, .. } = &first.commands[0] else {
        panic!("{first:?}");
    };
    phone.fail(Connection::Main, Failure::Cut);
    phone.pass(std::time::Duration::from_secs(60));
    let again = expect_one(&mut phone);
    assert_eq!(again.commands, first.commands);
    assert!(shown(&phone).is_empty());
    let mut one = answer(&again, "c1");
    one.responses = vec![ItemAnswer::Add {
        class: None,
        client_id: client_id.clone(),
        server_id: Some(item(1)),
        status: StatusCode::SUCCESS,
        data: None,
    }];
    // What became of it may come with the same answer.
    one.commands = vec![ServerCommand::Change {
        class: None,
        server_id: item(1),
        data: ApplicationData::from_element(person("Anna").to_data(Version::V14_1)).unwrap(),
    }];
    phone.answer(Connection::Main, &SyncResponse::Collections(vec![one]));
    assert_eq!(shown(&phone), ["Anna"]);
}

#[test]
fn a_changed_contact_is_sent_whole_and_shown_at_once() {
    let mut phone = phone_with_contacts();
    phone.device.change(LocalChange::Refresh(folder()));
    let asked = expect_one(&mut phone);
    let mut one = answer(&asked, "c1");
    let ann = person("Ann").with_text(Text::MobilePhoneNumber, "1");
    one.commands = vec![ServerCommand::Add {
        class: None,
        server_id: item(1),
        data: ApplicationData::from_element(ann.to_data(Version::V14_1)).unwrap(),
    }];
    phone.answer(Connection::Main, &SyncResponse::Collections(vec![one]));
    assert_eq!(shown(&phone), ["Ann"]);
    phone.device.change(LocalChange::ChangeContact {
        folder: folder(),
        item: item(1),
        contact: Box::new(person("Bea")),
    });
    assert_eq!(shown(&phone), ["Bea"]);
    let asked = expect_one(&mut phone);
    let ClientCommand::Change { data, .. } = &asked.commands[0] else {
        panic!("{asked:?}");
    };
    assert_eq!(Contact::from_data(data.element()), Ok(person("Bea")));
    // The server tells of another state, and the phone has changed it once more meanwhile.
    phone.device.change(LocalChange::ChangeContact {
        folder: folder(),
        item: item(1),
        contact: Box::new(person("Cat")),
    });
    let mut one = answer(&asked, "c2");
    one.commands = vec![ServerCommand::Change {
        class: None,
        server_id: item(1),
        data: ApplicationData::from_element(ann.to_data(Version::V14_1)).unwrap(),
    }];
    phone.answer(Connection::Main, &SyncResponse::Collections(vec![one]));
    assert_eq!(shown(&phone), ["Cat"]);
}
