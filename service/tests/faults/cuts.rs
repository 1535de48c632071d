//! Answers that are cut at any byte while the folders change: nothing is lost, nothing comes twice.

use std::time::{Duration, Instant};

use protocol::device::{Heartbeats, LocalChange, Profile};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::maildir::Maildir;
use crate::phone::Phone;
use crate::proxy::Proxy;
use crate::random::Random;
use crate::service::{Place, Service, seed};
use crate::wire::Server;

/// Messages that are delivered to each phone's account.
const DELIVERIES: usize = 1_000;
/// The mean pause between two changes.
const PAUSE: Duration = Duration::from_millis(30);
/// The grace of an answer that nothing proves received is 60 s; the rest is for what follows.
const EQUAL_WITHIN: Duration = Duration::from_secs(75);
/// The folders that others change, and the one that the phone's deletions lead to.
const FOLDERS: [&str; 3] = ["", ".Work", ".Trash"];
/// The pause between two things that the phone's user does.
const USER_PAUSE: Duration = Duration::from_millis(400);

/// One phone's story.
#[derive(Clone, Debug)]
struct Story {
    family: &'static str,
    profile: Profile,
    seed: u64,
}

fn stories() -> Vec<Story> {
    // Its longest heartbeat from the start: nothing is found by the end of a wait.
    let mut aosp = Profile::aosp();
    aosp.heartbeats = Heartbeats {
        start_s: 1_680,
        ..aosp.heartbeats
    };
    let families = [
        ("aosp", aosp),
        ("ios", Profile::ios()),
        ("samsung", Profile::samsung()),
    ];
    let seeds = seed().map_or(vec![1, 2], |seed| vec![seed]);
    let stories = families.into_iter().flat_map(|(family, profile)| {
        seeds.iter().map(move |seed| Story {
            family,
            profile: profile.clone(),
            seed: *seed,
        })
    });
    stories.collect()
}

impl Story {
    fn account(&self) -> String {
        format!("{}{}", self.family, self.seed)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_cut_at_any_byte_lose_nothing_and_double_nothing() {
    let _busy = crate::BUSY.read().await;
    let stories = stories();
    let accounts: Vec<String> = stories.iter().map(Story::account).collect();
    let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
    let service = Service::start(Place::new(&accounts), |_| {}).await;
    let mut phones = JoinSet::new();
    for story in stories {
        let maildir = service.place.maildir(&story.account(), &FOLDERS);
        phones.spawn(live(story, maildir, service.app.eas_address()));
    }
    let reports = phones.join_all().await;
    for report in &reports {
        eprintln!("{}", report.as_ref().unwrap_or_else(|failure| failure));
    }
    let failed = reports.iter().filter(|report| report.is_err()).count();
    assert_eq!(failed, 0, "phones that failed, of {}", reports.len());
    service.app.shutdown().await;
}

/// Lives a story; answers its figures, or what went wrong.
async fn live(
    story: Story,
    maildir: Maildir,
    address: std::net::SocketAddr,
) -> Result<String, String> {
    let mut random = Random::new(story.seed ^ story.family.len() as u64);
    let proxy = Proxy::start(address, random.fork()).await;
    let server = Server {
        address: proxy.address,
        account: story.account(),
    };
    let mut phone = Phone::new(story.profile.clone(), server, "FAULTS1");
    phone.settle().await;
    let mut user = random.fork();
    let mut changing = JoinSet::new();
    changing.spawn(change(maildir.clone(), random));
    let deleted = loop {
        phone.live_for(USER_PAUSE).await;
        if let Some(deleted) = changing.try_join_next() {
            break deleted.unwrap();
        }
        use_phone(&mut phone, &mut user);
    };
    // What is cut before this is made good; what could be cut after it would begin a new grace.
    proxy.heal();
    phone.settle().await;
    // What it caused elsewhere does not wake it: the user looks there.
    for folder in [".Work", ".Trash"] {
        let folder = phone.folder(folder);
        phone.change(LocalChange::Refresh(folder));
    }
    let last_change = Instant::now();
    while !equal(&mut phone, &maildir) {
        if last_change.elapsed() > EQUAL_WITHIN {
            return Err(complaint(
                &story,
                &mut phone,
                &maildir,
                "is not equal in time",
            ));
        }
        let _pause = timeout(Duration::from_millis(50), phone.turn()).await;
    }
    if !phone.seen.wrong.is_empty() {
        return Err(complaint(
            &story,
            &mut phone,
            &maildir,
            "met with wrong answers",
        ));
    }
    let there: usize = FOLDERS
        .iter()
        .map(|folder| maildir.contents(folder).len())
        .sum();
    if there != DELIVERIES - deleted {
        let what = format!("has {there} messages, and should have {DELIVERIES} - {deleted}");
        return Err(complaint(&story, &mut phone, &maildir, &what));
    }
    Ok(format!(
        "{} seed {}: equal after {} ms; {} connections cut, {:?}",
        story.family,
        story.seed,
        last_change.elapsed().as_millis(),
        proxy.cuts(),
        phone.seen
    ))
}

/// The user reads, flags, deletes or moves something.
fn use_phone(phone: &mut Phone, random: &mut Random) {
    let (folder, work) = (phone.folder(""), phone.folder(".Work"));
    let items = &phone.replica().folders[&folder].items;
    if items.is_empty() {
        return;
    }
    let at = usize::try_from(random.below(items.len() as u64)).unwrap();
    let (item, copy) = items.iter().nth(at).unwrap();
    let (item, read, flagged) = (item.clone(), !copy.read, !copy.flagged);
    phone.change(match random.below(10) {
        0..5 => LocalChange::SetRead { folder, item, read },
        5..7 => LocalChange::SetFlag {
            folder,
            item,
            flagged,
        },
        7..9 => LocalChange::Delete { folder, item },
        _ => LocalChange::Move {
            folder,
            item,
            target: work,
        },
    });
}

/// Other programs at work. Answers how many messages they deleted.
async fn change(maildir: Maildir, mut random: Random) -> usize {
    let mut subjects: Vec<(&str, String)> = Vec::new();
    let mut deleted = 0;
    for number in 0..DELIVERIES {
        let folder = FOLDERS[usize::from(random.percent(20))];
        let subject = format!("m{number}");
        let size = random.of_any_size(12);
        maildir.deliver_with(folder, &subject, size);
        subjects.push((folder, subject));
        while random.percent(40) {
            let at = usize::try_from(random.below(subjects.len() as u64)).unwrap();
            let (folder, subject) = subjects[at].clone();
            if random.percent(20) {
                deleted += usize::from(maildir.delete(folder, &subject));
            } else {
                let flags = *random.pick(&["", "S", "F", "FS"]);
                maildir.mark(folder, &subject, flags);
            }
        }
        if random.percent(70) {
            let pause = random.below(2 * 10 * u64::try_from(PAUSE.as_millis()).unwrap() / 7);
            sleep(Duration::from_millis(pause)).await;
        }
    }
    deleted
}

fn equal(phone: &mut Phone, maildir: &Maildir) -> bool {
    phone.is_parked()
        && FOLDERS
            .iter()
            .all(|folder| phone.contents(folder) == maildir.contents(folder))
}

fn complaint(story: &Story, phone: &mut Phone, maildir: &Maildir, what: &str) -> String {
    let mut text = format!(
        "FAULTS_SEED={}: {} {what}\n{}\n",
        story.seed,
        story.family,
        phone.diary()
    );
    for folder in FOLDERS {
        let (there, shown) = (maildir.contents(folder), phone.contents(folder));
        let missing = there.iter().filter(|one| shown.get(one.0) != Some(one.1));
        let gone = shown.keys().filter(|one| !there.contains_key(*one));
        let (missing, gone): (Vec<_>, Vec<_>) = (missing.take(9).collect(), gone.take(9).collect());
        text += &format!("{folder:?}: missing or different {missing:?}, gone but shown {gone:?}\n");
    }
    text
}
