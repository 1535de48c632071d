//! Who wins when both sides changed a contact.

use directpush::config::ConflictPolicy;
use protocol::class::contacts::Text;
use protocol::command::sync::Conflict;

use super::card;
use super::device::{Device, add, delete, person, refused};
use super::scene::{Scene, write};

/// What is on the card of a person: mobile phone, nickname, job.
type Card = Option<(&'static str, &'static str, &'static str)>;

/// What becomes of the two-way scenario.
struct Outcome {
    policy: ConflictPolicy,
    asked: Option<Conflict>,
    cards: [(&'static str, Card); 6],
    /// Whose change was dropped, in whole or in part, as the device was told (status 7).
    told: &'static [&'static str],
}

/// The device updated A (mobile), B (mobile), F (mobile and job), deleted C, and made D. Another program made E, and
/// updated B (nickname), C (nickname) and F (mobile). Before, each had the mobile 1, the nickname old and the job old.
///
/// Deleting beats changing, whoever wins. A device sends contacts whole, so where it wins, all of it stands.
const OUTCOMES: [Outcome; 5] = [
    Outcome {
        policy: ConflictPolicy::Device,
        asked: None,
        cards: SERVER_WINS,
        told: &["B", "F"],
    },
    Outcome {
        policy: ConflictPolicy::Server,
        asked: Some(Conflict::ClientWins),
        cards: SERVER_WINS,
        told: &["B", "F"],
    },
    Outcome {
        policy: ConflictPolicy::Device,
        asked: Some(Conflict::ClientWins),
        cards: CLIENT_WINS,
        told: &[],
    },
    Outcome {
        policy: ConflictPolicy::Client,
        asked: Some(Conflict::ServerWins),
        cards: CLIENT_WINS,
        told: &[],
    },
    Outcome {
        policy: ConflictPolicy::Merge,
        asked: None,
        cards: [
            ("A", Some(("device", "old", "old"))),
            ("B", Some(("device", "program", "old"))),
            ("C", None),
            ("D", Some(("device", "", ""))),
            ("E", Some(("program", "", ""))),
            ("F", Some(("program", "old", "device"))),
        ],
        told: &["F"],
    },
];

const SERVER_WINS: [(&str, Card); 6] = [
    ("A", Some(("device", "old", "old"))),
    ("B", Some(("1", "program", "old"))),
    ("C", None),
    ("D", Some(("device", "", ""))),
    ("E", Some(("program", "", ""))),
    ("F", Some(("program", "old", "old"))),
];

const CLIENT_WINS: [(&str, Card); 6] = [
    ("A", Some(("device", "old", "old"))),
    ("B", Some(("device", "old", "old"))),
    ("C", None),
    ("D", Some(("device", "", ""))),
    ("E", Some(("program", "", ""))),
    ("F", Some(("device", "old", "device"))),
];

fn lines(mobile: &str, nickname: &str, job: &str) -> [String; 3] {
    [
        format!("TEL;TYPE=CELL:{mobile}"),
        format!("NICKNAME:{nickname}"),
        format!("TITLE:{job}"),
    ]
}

fn full(person: &str, (mobile, nickname, job): (&str, &str, &str)) -> String {
    let lines = lines(mobile, nickname, job);
    card(person, &lines.each_ref().map(String::as_str))
}

/// What a card says: mobile phone, nickname, job.
fn said(card: &str) -> (String, String, String) {
    let value = |name: &str| {
        let mut lines = card.lines().filter(|line| line.starts_with(name));
        let line = lines.next().unwrap_or_default();
        assert!(lines.next().is_none(), "{name} twice: {card}");
        line.rsplit_once(':')
            .map_or("", |(_, value)| value)
            .to_owned()
    };
    (value("TEL"), value("NICKNAME"), value("TITLE"))
}

#[tokio::test]
async fn both_sides_change_six_contacts_and_each_policy_has_its_end() {
    for outcome in OUTCOMES {
        let name = format!("{:?}, {:?}", outcome.policy, outcome.asked);
        let scene = Scene::new(outcome.policy).await;
        for person in ["A", "B", "C", "F"] {
            scene.write(person, &full(person, ("1", "old", "old")));
        }
        let mut device = Device::new("ONE");
        device.conflict = outcome.asked;
        let mut device = device.set_up(&scene).await;
        let mut other = Device::new("OTHER").set_up(&scene).await;

        scene.write("E", &card("E", &["TEL;TYPE=CELL:program"]));
        scene.write("B", &full("B", ("1", "program", "old")));
        scene.write("C", &full("C", ("1", "program", "old")));
        scene.write("F", &full("F", ("program", "old", "old")));
        let ids = ["A", "B", "C", "F"].map(|person| (person, device.id(person)));
        let commands = vec![
            device.edit("A", |a| a.set_text(Text::MobilePhoneNumber, "device")),
            device.edit("B", |b| b.set_text(Text::MobilePhoneNumber, "device")),
            device.edit("F", |f| {
                f.set_text(Text::MobilePhoneNumber, "device");
                f.set_text(Text::JobTitle, "device");
            }),
            delete(device.id("C")),
            add(
                "d",
                &person("D").with_text(Text::MobilePhoneNumber, "device"),
            ),
        ];
        device.held.remove(&device.id("C"));
        let answer = device.sync(&scene, commands).await.unwrap();
        let told = refused(Some(&answer)).into_iter().map(|(id, status)| {
            assert_eq!(status, 7, "{name}");
            let (person, _) = ids.iter().find(|(_, known)| *known == id).unwrap();
            *person
        });
        assert_eq!(told.collect::<Vec<_>>(), outcome.told, "{name}");

        for (person, expected) in outcome.cards {
            let there = scene.card_of(person).map(|card| said(&card));
            let expected = expected.map(|(mobile, nickname, job)| {
                (mobile.to_owned(), nickname.to_owned(), job.to_owned())
            });
            assert_eq!(there, expected, "{name}: {person}");
        }
        // D is known to the device by what it sent; the rest it was told, like the other device.
        device
            .held
            .retain(|_, contact| contact.text(Text::FirstName) != Some("D"));
        device.rest(&scene).await;
        other.rest(&scene).await;
        for (person, expected) in outcome.cards {
            for (device, knows) in [(&device, person != "D"), (&other, true)] {
                let Some((mobile, nickname, job)) = expected.filter(|_| knows) else {
                    continue;
                };
                let contact = &device.held[&device.id(person)];
                let text = |text| contact.text(text).unwrap_or_default();
                let held = (
                    text(Text::MobilePhoneNumber),
                    text(Text::NickName),
                    text(Text::JobTitle),
                );
                assert_eq!(
                    held,
                    (mobile, nickname, job),
                    "{name}: {} holds {person}",
                    device.name
                );
            }
        }
        assert_eq!((device.held.len(), other.held.len()), (4, 5), "{name}");
    }
}

#[tokio::test]
async fn a_program_that_is_faster_than_the_write_is_a_conflict_too() {
    for (policy, expected, status) in [
        (ConflictPolicy::Server, ("1", "program", "old"), Some(7)),
        (ConflictPolicy::Client, ("device", "old", "old"), None),
        (ConflictPolicy::Merge, ("device", "program", "old"), None),
    ] {
        let scene = Scene::new(policy).await;
        scene.write("A", &full("A", ("1", "old", "old")));
        let mut device = Device::new("ONE").set_up(&scene).await;
        let (book, mut once) = (scene.book(), Some(()));
        scene.meddler.before_update(move || {
            if once.take().is_some() {
                write(&book, "A", &full("A", ("1", "program", "old")));
            }
        });
        let edit = device.edit("A", |a| a.set_text(Text::MobilePhoneNumber, "device"));
        let answer = device.sync(&scene, vec![edit]).await;
        let statuses = refused(answer.as_ref())
            .into_iter()
            .map(|(_, status)| status);
        assert_eq!(
            statuses.collect::<Vec<_>>(),
            Vec::from_iter(status),
            "{policy:?}"
        );
        let (mobile, nickname, job) = said(&scene.card_of("A").unwrap());
        assert_eq!((&*mobile, &*nickname, &*job), expected, "{policy:?}");
        device.rest(&scene).await;
        let held = &device.held[&device.id("A")];
        assert_eq!(
            held.text(Text::MobilePhoneNumber),
            Some(expected.0),
            "{policy:?}"
        );
        assert_eq!(held.text(Text::NickName), Some(expected.1), "{policy:?}");
    }
}

#[tokio::test]
async fn a_program_that_never_stops_writing_wins_in_the_end() {
    let scene = Scene::new(ConflictPolicy::Client).await;
    scene.write("A", &full("A", ("1", "old", "old")));
    let mut device = Device::new("ONE").set_up(&scene).await;
    let (book, mut count) = (scene.book(), 0);
    scene.meddler.before_update(move || {
        count += 1;
        write(
            &book,
            "A",
            &full("A", (&count.to_string(), "program", "old")),
        );
    });
    let edit = device.edit("A", |a| a.set_text(Text::MobilePhoneNumber, "device"));
    let answer = device.sync(&scene, vec![edit]).await;
    assert_eq!(refused(answer.as_ref()).len(), 1);
    device.rest(&scene).await;
    let held = &device.held[&device.id("A")];
    assert_eq!(held.text(Text::NickName), Some("program"));
}

#[tokio::test]
async fn what_a_lost_answer_told_is_no_base_for_a_merge() {
    let scene = Scene::new(ConflictPolicy::Merge).await;
    scene.write("A", &full("A", ("1", "old", "old")));
    let mut device = Device::new("ONE").set_up(&scene).await;
    scene.write("A", &full("A", ("2", "old", "old")));
    let lost = device.lost_sync(&scene, Vec::new()).await.unwrap();
    assert_eq!(lost.commands.len(), 1);
    // The device still believes in 1, and changes the nickname: 2 is another program's, and stays.
    let edit = device.edit("A", |a| a.set_text(Text::NickName, "device"));
    let answer = device.sync(&scene, vec![edit]).await;
    assert_eq!(refused(answer.as_ref()), []);
    let (mobile, nickname, _) = said(&scene.card_of("A").unwrap());
    assert_eq!((&*mobile, &*nickname), ("2", "device"));
    // What it was told now is a base again, and so is what it tells itself.
    for (mobile, mine) in [("3", "again"), ("4", "once more")] {
        scene.write(
            "A",
            &full("A", (mobile, &said(&scene.card_of("A").unwrap()).1, "old")),
        );
        let edit = device.edit("A", |a| a.set_text(Text::NickName, mine));
        let answer = device.sync(&scene, vec![edit]).await;
        assert_eq!(refused(answer.as_ref()), []);
        let (there, nickname, _) = said(&scene.card_of("A").unwrap());
        assert_eq!((&*there, &*nickname), (mobile, mine));
    }
}

#[tokio::test]
async fn a_change_of_the_devices_own_is_a_base_for_the_next() {
    let scene = Scene::new(ConflictPolicy::Merge).await;
    scene.write("A", &full("A", ("1", "old", "old")));
    let mut device = Device::new("ONE").set_up(&scene).await;
    for mine in ["one", "two"] {
        let edit = device.edit("A", |a| a.set_text(Text::NickName, mine));
        device.sync(&scene, vec![edit]).await;
    }
    scene.write("A", &full("A", ("1", "two", "program")));
    let edit = device.edit("A", |a| a.set_text(Text::NickName, "three"));
    let answer = device.sync(&scene, vec![edit]).await;
    assert_eq!(refused(answer.as_ref()), []);
    let (_, nickname, job) = said(&scene.card_of("A").unwrap());
    assert_eq!((&*nickname, &*job), ("three", "program"));
}

#[tokio::test]
async fn without_a_base_the_server_wins() {
    let scene = Scene::new(ConflictPolicy::Device).await;
    scene.write("A", &full("A", ("1", "old", "old")));
    let mut device = Device::new("ONE").set_up(&scene).await;
    // The operator has just asked for merging: nothing is known yet of what devices were told.
    let scene = scene.with_policy(ConflictPolicy::Merge).await;
    scene.write("A", &full("A", ("2", "old", "old")));
    let edit = device.edit("A", |a| a.set_text(Text::NickName, "device"));
    let answer = device.sync(&scene, vec![edit]).await;
    assert_eq!(refused(answer.as_ref()).len(), 1);
    let (mobile, nickname, _) = said(&scene.card_of("A").unwrap());
    assert_eq!((&*mobile, &*nickname), ("2", "old"));
    // A base that another policy left behind would be older than what the device has.
    let scene = scene.with_policy(ConflictPolicy::Server).await;
    scene.write("A", &full("A", ("3", "old", "old")));
    device.rest(&scene).await;
    let scene = scene.with_policy(ConflictPolicy::Merge).await;
    scene.write("A", &full("A", ("2", "old", "old")));
    let edit = device.edit("A", |a| a.set_text(Text::NickName, "device"));
    device.sync(&scene, vec![edit]).await;
    let (mobile, nickname, _) = said(&scene.card_of("A").unwrap());
    assert_eq!((&*mobile, &*nickname), ("2", "old"));
}
