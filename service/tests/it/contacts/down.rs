//! What devices are told of contacts.

use directpush::config::ConflictPolicy;
use protocol::class::contacts::Text;
use protocol::command::sync::ServerCommand;
use protocol::version::Version;

use super::card;
use super::device::Device;
use super::scene::Scene;

#[tokio::test]
async fn contacts_come_whole_in_every_version() {
    for version in [Version::V12_1, Version::V14_1, Version::V16_1] {
        let scene = Scene::new(ConflictPolicy::Device).await;
        let lines = ["TEL;TYPE=CELL:1", "NOTE:first\\nsecond", "NICKNAME:Annie"];
        scene.write("A", &card("Ann", &lines));
        let mut device = Device::new("ONE");
        device.version = version;
        let mut device = device.set_up(&scene).await;
        let ann = &device.held[&device.id("Ann")];
        assert_eq!(ann.text(Text::MobilePhoneNumber), Some("1"), "{version}");
        assert_eq!(ann.text(Text::NickName), Some("Annie"), "{version}");
        let note = ann.body.as_ref().unwrap();
        assert!(format!("{note:?}").contains("second"), "{version}");
        // A Change carries the whole contact too: what is not in it any more is gone.
        scene.write("A", &card("Ann", &["TEL;TYPE=CELL:2"]));
        let answer = device.sync(&scene, Vec::new()).await.unwrap();
        assert!(matches!(
            &answer.commands[..],
            [ServerCommand::Change { .. }]
        ));
        let ann = &device.held[&device.id("Ann")];
        assert_eq!(ann.text(Text::MobilePhoneNumber), Some("2"), "{version}");
        assert_eq!(ann.text(Text::NickName), None, "{version}");
    }
}

#[tokio::test]
async fn two_changes_within_one_second_with_a_sync_between_both_arrive() {
    let scene = Scene::new(ConflictPolicy::Device).await;
    scene.write("A", &card("Ann", &["TEL;TYPE=CELL:1"]));
    let mut device = Device::new("ONE").set_up(&scene).await;
    for number in ["2", "3", "4", "5"] {
        // Of the same length, so that nothing but the content tells them apart.
        scene.write("A", &card("Ann", &[&format!("TEL;TYPE=CELL:{number}")]));
        device.sync(&scene, Vec::new()).await.unwrap();
        let ann = &device.held[&device.id("Ann")];
        assert_eq!(ann.text(Text::MobilePhoneNumber), Some(number));
    }
}

#[tokio::test]
async fn pages_keep_to_their_window_and_their_budget() {
    let scene = Scene::new(ConflictPolicy::Device).await;
    let long = format!("NOTE:{}", "long ".repeat(2_000));
    for person in [
        "Ann", "Bea", "Cat", "Dee", "Eve", "Fay", "Gil", "Hal", "Ida", "Joy",
    ] {
        scene.write(person, &card(person, &[&long]));
    }
    let mut device = Device::new("ONE");
    device.window = Some(4);
    let mut device = device.set_up(&scene).await;
    assert_eq!(device.held.len(), 10);
    // 64 KiB hold six of ten notes of 10 KB.
    device.window = Some(100);
    device.key = protocol::command::SyncKeyText::initial();
    device.held.clear();
    device.sync(&scene, Vec::new()).await;
    let answer = device.sync(&scene, Vec::new()).await.unwrap();
    assert!(answer.more_available && answer.commands.len() < 10);
    device.rest(&scene).await;
    assert_eq!(device.held.len(), 10);
}

#[tokio::test]
async fn a_card_that_is_none_blocks_nobody() {
    let scene = Scene::new(ConflictPolicy::Device).await;
    scene.write("A", &card("Ann", &[]));
    scene.write("B", "no card at all\r\n");
    let mut device = Device::new("ONE").set_up(&scene).await;
    assert_eq!(device.held.len(), 1);
    scene.write("B", &card("Bea", &[]));
    device.rest(&scene).await;
    assert_eq!(device.held.len(), 2);
}
