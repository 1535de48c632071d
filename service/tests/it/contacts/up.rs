//! What devices do to contacts: once each, whatever gets lost.

use std::time::Duration;

use directpush::config::ConflictPolicy;
use protocol::class::contacts::{Contact, Property, Text};
use protocol::codepages::contacts as tags;
use protocol::command::sync::{ApplicationData, ClientCommand};
use protocol::element::Element;
use tokio::time::timeout;

use super::card;
use super::device::{Device, add, delete, made, person, refused};
use super::scene::Scene;

/// Long enough for a request to come to the place where it dies.
const A_WHILE: Duration = Duration::from_secs(2);

const LIMIT: Duration = Duration::from_secs(30);

async fn one(scene: &Scene) -> Device {
    Device::new("ONE").set_up(scene).await
}

#[tokio::test]
async fn the_first_contact_makes_the_address_book_and_the_folder_keeps_its_number() {
    let scene = Scene::bare(ConflictPolicy::Device).await;
    let mut device = one(&scene).await;
    let waits = Device::new("WAITS").set_up(&scene).await;
    let first = vec![add("1", &person("Ann"))];
    let (woken, answer) = tokio::join!(waits.ping(&scene, 600), device.sync(&scene, first));
    assert!(woken, "the folder is another one");
    let ids = made(&answer.unwrap());
    let mut other = Device::new("OTHER").set_up(&scene).await;
    assert_eq!(other.id("Ann"), ids[0]);
    // It was told of nothing: the contact is its own.
    assert!(device.held.is_empty());
    assert!(device.sync(&scene, Vec::new()).await.is_none());
    // It goes on as in any folder.
    let edit = other.edit("Ann", |ann| ann.set_text(Text::LastName, "Lee"));
    other.sync(&scene, vec![edit]).await;
    device.held.insert(ids[0].clone(), person("Ann"));
    device.rest(&scene).await;
    assert_eq!(device.held[&ids[0]].text(Text::LastName), Some("Lee"));
}

#[tokio::test]
async fn an_add_whose_answer_was_lost_makes_no_twin() {
    let scene = Scene::new(ConflictPolicy::Device).await;
    let mut device = one(&scene).await;
    let ann = || vec![add("1", &person("Ann"))];
    let lost = made(&device.lost_sync(&scene, ann()).await.unwrap());
    // The second time it says something else: that is a change of what was made.
    let more = person("Ann").with_text(Text::LastName, "Lee");
    let lost_again = device.lost_sync(&scene, vec![add("1", &more)]).await;
    assert_eq!(made(&lost_again.unwrap()), lost);
    let answer = device.sync(&scene, vec![add("1", &more)]).await.unwrap();
    assert_eq!(made(&answer), lost);
    assert_eq!(scene.cards().len(), 1);
    assert!(
        scene.cards().into_values().any(|card| card.contains("Lee")),
        "{:?}",
        scene.cards()
    );
    // Later the ClientId is free: devices count from 1 again after a reset.
    device.rest(&scene).await;
    device.rest(&scene).await;
    let answer = device.sync(&scene, vec![add("1", &person("Bea"))]).await;
    assert_ne!(made(&answer.unwrap()), lost);
    assert_eq!(scene.cards().len(), 2);
}

#[tokio::test]
async fn dying_between_writing_and_settling_makes_no_twin() {
    for second in [
        person("Ann"),
        person("Ann").with_text(Text::LastName, "Lee"),
    ] {
        let scene = Scene::new(ConflictPolicy::Device).await;
        let mut device = one(&scene).await;
        scene.meddler.die();
        let add_ann = |ann: &Contact| vec![add("1", ann)];
        let dead = timeout(A_WHILE, device.sync(&scene, add_ann(&person("Ann")))).await;
        assert!(dead.is_err(), "it did not die");
        assert_eq!(scene.cards().len(), 1);
        let scene = scene.restarted().await;
        let answer = device.sync(&scene, add_ann(&second)).await.unwrap();
        let ids = made(&answer);
        let told = answer.commands.len();
        assert!(told <= 1, "{answer:?}");
        assert_eq!(scene.cards().len(), 1);
        let last = second.text(Text::LastName).unwrap_or("Ann");
        assert!(scene.card_of("Ann").unwrap().contains(last));
        // Another device has it once, under the same id.
        let other = Device::new("OTHER").set_up(&scene).await;
        assert_eq!(other.id("Ann"), ids[0]);
    }
}

#[tokio::test]
async fn a_change_that_the_service_died_of_is_done_once_and_is_the_devices_own() {
    let scene = Scene::new(ConflictPolicy::Device).await;
    scene.write("A", &card("Ann", &[]));
    let mut device = one(&scene).await;
    scene.meddler.die();
    let edit = device.edit("Ann", |ann| ann.set_text(Text::LastName, "Lee"));
    let dead = timeout(A_WHILE, device.lost_sync(&scene, vec![edit.clone()])).await;
    assert!(dead.is_err(), "it did not die");
    let scene = scene.restarted().await;
    let answer = device.sync(&scene, vec![edit]).await.unwrap();
    assert_eq!(
        (answer.commands.len(), refused(Some(&answer))),
        (0, Vec::new())
    );
    assert!(scene.cards()["A"].contains("Lee"));
}

#[tokio::test]
async fn a_deleted_number_goes_and_what_the_device_cannot_show_stays() {
    let scene = Scene::new(ConflictPolicy::Device).await;
    let lines = [
        "TEL;TYPE=CELL:1",
        "TEL;TYPE=HOME,VOICE:2",
        "X-CHESS-RATING:1500",
        "GENDER:F",
        "EMAIL:a@example.org",
        "EMAIL:b@example.org",
        "EMAIL:c@example.org",
        "EMAIL:d@example.org",
    ];
    scene.write("A", &card("Ann", &lines));
    let mut device = one(&scene).await;
    let edit = device.edit("Ann", |ann| {
        ann.clear(Property::Text(Text::MobilePhoneNumber));
    });
    device.sync(&scene, vec![edit]).await;
    let there = scene.cards()["A"].clone();
    assert!(!there.contains("TYPE=CELL"), "{there}");
    for line in &lines[1..] {
        assert!(there.contains(line), "{line} is gone: {there}");
    }
}

#[tokio::test]
async fn a_device_clears_only_what_it_calls_its_own() {
    for (supported, goes) in [
        (Some(vec![tags::MOBILE_PHONE_NUMBER]), true),
        (Some(vec![tags::JOB_TITLE]), false),
        (Some(Vec::new()), false),
        (None, true),
    ] {
        let scene = Scene::new(ConflictPolicy::Device).await;
        scene.write("A", &card("Ann", &["TEL;TYPE=CELL:1", "NICKNAME:Annie"]));
        let mut device = Device::new("ONE");
        device.supported.clone_from(&supported);
        let mut device = device.set_up(&scene).await;
        let edit = device.edit("Ann", |ann| {
            ann.clear(Property::Text(Text::MobilePhoneNumber));
            ann.clear(Property::Text(Text::NickName));
        });
        device.sync(&scene, vec![edit]).await;
        let there = scene.cards()["A"].clone();
        assert_eq!(!there.contains("CELL"), goes, "{supported:?}");
        let nickname_goes = supported.is_none();
        assert_eq!(!there.contains("Annie"), nickname_goes, "{supported:?}");
    }
}

#[tokio::test]
async fn a_device_that_never_had_a_property_does_not_clear_it() {
    let scene = Scene::new(ConflictPolicy::Client).await;
    scene.write("A", &card("Ann", &[]));
    let mut device = one(&scene).await;
    // Another program adds what the device was never told of, and the device wins.
    scene.write("A", &card("Ann", &["NICKNAME:Annie"]));
    let edit = device.edit("Ann", |ann| ann.set_text(Text::LastName, "Lee"));
    device.sync(&scene, vec![edit]).await;
    let there = scene.cards()["A"].clone();
    assert!(there.contains("Lee") && there.contains("Annie"), "{there}");
}

#[tokio::test]
async fn an_empty_picture_deletes_it_but_from_devices_that_do_not_mean_it() {
    for (kind, stays) in [("iPhone", true), ("Test", false)] {
        let scene = Scene::new(ConflictPolicy::Device).await;
        scene.write("A", &card("Ann", &[PICTURE]));
        let mut device = Device::new("ONE");
        device.kind = kind;
        let mut device = device.set_up(&scene).await;
        let absent = device.edit("Ann", |ann| ann.set_text(Text::LastName, "Lee"));
        device.sync(&scene, vec![absent]).await;
        assert!(
            scene.cards()["A"].contains("PHOTO"),
            "{kind}: absent is unchanged"
        );
        let edit = device.edit("Ann", |ann| ann.set_text(Text::LastName, "May"));
        let change = with(edit, Element::new(tags::PICTURE));
        device.sync(&scene, vec![change]).await;
        let there = scene.cards()["A"].clone();
        assert!(there.contains("May"));
        assert_eq!(there.contains("PHOTO"), stays, "{kind}");
    }
}

/// A Change that says one thing more.
fn with(change: ClientCommand, more: Element) -> ClientCommand {
    match change {
        ClientCommand::Change {
            class,
            server_id,
            instance_id,
            data,
        } => ClientCommand::Change {
            class,
            server_id,
            instance_id,
            data: ApplicationData::from_element(data.element().clone().with(more)).unwrap(),
        },
        other => other,
    }
}

/// A picture of one pixel.
const PICTURE: &str = "PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwAD\
                       hgGAWjR9awAAAABJRU5ErkJggg==";

#[tokio::test]
async fn what_is_gone_is_told_and_a_deletion_is_for_good() {
    let scene = Scene::new(ConflictPolicy::Device).await;
    for person in ["Ann", "Bea"] {
        scene.write(person, &card(person, &[]));
    }
    let mut device = one(&scene).await;
    std::fs::remove_file(scene.book().join("Ann.vcf")).unwrap();
    let edit = device.edit("Ann", |ann| ann.set_text(Text::LastName, "Lee"));
    let (ann, bea) = (device.id("Ann"), device.id("Bea"));
    let commands = vec![edit, delete(bea.clone())];
    device.held.remove(&bea);
    let answer = device.sync(&scene, commands).await.unwrap();
    assert_eq!(refused(Some(&answer)), [(ann, 8)]);
    assert!(scene.cards().is_empty() && device.held.is_empty());
    // Nothing of it lies anywhere else: there is no folder for deleted contacts.
    let mut other = Device::new("OTHER").set_up(&scene).await;
    other.rest(&scene).await;
    assert!(other.held.is_empty());
}

#[tokio::test]
async fn an_upload_that_is_no_contact_is_refused_and_the_rest_is_done() {
    let scene = Scene::new(ConflictPolicy::Device).await;
    scene.write("A", &card("Ann", &[]));
    scene.write("B", &format!("{}{}", card("Two", &[]), card("Cards", &[])));
    let mut device = one(&scene).await;
    let ann = device.id("Ann");
    let crowd = (0..301).map(|number| Element::number(tags::CATEGORY, number));
    let crowd = Element::new(tags::CATEGORIES).with_all(crowd);
    let commands = vec![
        with(device.edit("Ann", |_| {}), crowd),
        // A file with two cards is another program's way: it is not written.
        device.edit("Two", |two| two.set_text(Text::LastName, "Lee")),
        add("1", &person("Bea")),
    ];
    let two = device.id("Two");
    let answer = device.sync(&scene, commands).await.unwrap();
    assert_eq!(refused(Some(&answer)), [(ann, 6), (two.clone(), 6)]);
    assert!(scene.card_of("Bea").is_some());
    assert_eq!(device.held[&two].text(Text::LastName), None, "sent back");
    // Nor can it be deleted: the device gets it again, and does not ask for ever.
    device.held.remove(&two);
    let answer = device.sync(&scene, vec![delete(two.clone())]).await;
    assert_eq!(refused(answer.as_ref()), [(two.clone(), 5)]);
    assert!(device.held.contains_key(&two) && scene.cards().contains_key("B"));
    device.rest(&scene).await;
}

#[tokio::test]
async fn a_change_wakes_the_other_device_and_not_the_one_that_made_it() {
    let scene = Scene::new(ConflictPolicy::Device).await;
    scene.write("A", &card("Ann", &[]));
    let mut device = one(&scene).await;
    let other = Device::new("OTHER").set_up(&scene).await;
    let changes = async {
        // Both are parked once the folder is watched; what is done before is found when they are.
        let edit = device.edit("Ann", |ann| ann.set_text(Text::LastName, "Lee"));
        device.sync(&scene, vec![edit]).await;
        device.sync(&scene, vec![add("1", &person("Bea"))]).await;
        device.sync(&scene, vec![delete(device.id("Ann"))]).await;
    };
    let (woken, ()) = tokio::join!(timeout(LIMIT, other.ping(&scene, 600)), changes);
    assert!(woken.unwrap(), "the other device is not woken");
    assert!(!device.ping(&scene, 1).await, "woken by itself");
    // While it waits, its own change comes over another connection.
    let parked = device.ping(&scene, 2);
    let add_cat = vec![add("2", &person("Cat"))];
    let (woken, answer) = tokio::join!(parked, device.lost_sync(&scene, add_cat));
    assert_eq!(made(&answer.unwrap()).len(), 1);
    assert!(!woken, "woken by itself");
}
