//! Families of phones.
//!
//! What is written here without a source is chosen to be plausible and to use another part of the protocol than the
//! other families do; the sources are named in the comments.

use std::time::Duration;

use crate::airsyncbase::{BodyPreference, BodyType};
use crate::version::Version;

/// How a family of phones behaves.
#[derive(Clone, Debug)]
pub struct Profile {
    /// What it calls itself in queries.
    pub device_type: &'static str,
    /// What it calls itself in headers.
    pub user_agent: &'static str,
    /// What it calls its model.
    pub model: &'static str,
    /// What it calls its system.
    pub os: &'static str,
    /// The highest version that it knows.
    pub version_max: Version,
    /// How it writes queries.
    pub query_form: QueryForm,
    /// How it waits for changes.
    pub push_style: PushStyle,
    /// How long it waits.
    pub heartbeats: Heartbeats,
    /// How many changes of a folder it asks for at once.
    pub window_size: u32,
    /// How many folders it asks for in one Sync.
    pub collections_per_sync: usize,
    /// The bodies that it asks for.
    pub body_preference: BodyPreference,
    /// How long it waits for the answer to anything but push.
    pub time_limit: Duration,
    /// How it retries.
    pub backoffs: Backoffs,
    /// What it does with what the user does while it waits.
    pub local_work: LocalWork,
    /// Whether it asks for the number of changes before each Sync.
    pub estimates: bool,
    /// Whether its Ping carries the policy key.
    pub policy_key_on_ping: bool,
    /// Whether it pings, instead of retrying, after a Sync answer that was cut.
    pub pings_after_cut_sync: bool,
    /// Whether it also pings mail folders that it never synced.
    pub pings_unsynced_folders: bool,
    /// Whether it leaves out what the server remembers: empty Ping and Sync bodies.
    pub short_forms: bool,
    /// Whether a Ping status of 5, 6 or beyond 8 ends its push for good.
    pub push_is_fragile: bool,
}

/// How queries are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum QueryForm {
    /// Names and values.
    Plain,
    /// Packed.
    Base64,
}

/// How a phone waits for changes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PushStyle {
    /// By Ping.
    Ping,
    /// By a Sync that is held.
    Sync,
    /// By both, in turns.
    Mixed,
}

/// How long a phone waits for changes, in seconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Heartbeats {
    /// At first.
    pub start_s: u32,
    /// At least.
    pub min_s: u32,
    /// At most.
    pub max_s: u32,
    /// More after each wait that ran its time, less after each that broke.
    pub step_s: u32,
    /// How long after the end of the interval it waits for the answer.
    pub patience_s: u32,
}

/// How a phone retries: after `first`, then after twice that, and so on up to `max`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Backoffs {
    /// The first pause.
    pub first: Duration,
    /// The longest pause.
    pub max: Duration,
}

/// What a phone does with what the user does while it waits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LocalWork {
    /// It sends it on another connection, and the Ping stays where it is.
    BesidePush,
    /// It breaks the wait off, sends it, and waits anew.
    InterruptsPush,
}

impl Profile {
    /// Mail on iOS: base64 queries, window size 25 (Z-Push issue 99), up to about four minutes for an answer (Z-Push
    /// request.php), pings folders that it never synced (Horde Ping.php).
    #[must_use]
    pub fn ios() -> Self {
        Self {
            device_type: "iPhone",
            user_agent: "Apple-iPhone15C2/2107.93",
            model: "iPhone15C2",
            os: "iOS 17.6.1 21G93",
            version_max: Version::V16_1,
            query_form: QueryForm::Base64,
            push_style: PushStyle::Mixed,
            heartbeats: Heartbeats {
                start_s: 900,
                min_s: 300,
                max_s: 3540,
                step_s: 300,
                patience_s: 30,
            },
            window_size: 25,
            collections_per_sync: 8,
            body_preference: BodyPreference {
                truncation_size: Some(32_768),
                ..BodyPreference::whole(BodyType::Html)
            },
            time_limit: Duration::from_secs(240),
            backoffs: Backoffs {
                first: Duration::from_secs(5),
                max: Duration::from_secs(600),
            },
            local_work: LocalWork::BesidePush,
            estimates: false,
            policy_key_on_ping: true,
            pings_after_cut_sync: false,
            pings_unsynced_folders: true,
            short_forms: true,
            push_is_fragile: false,
        }
    }

    /// The Exchange app of AOSP, which Gmail's grew from: Ping from 8 minutes, 5 more after each that expires up to
    /// 28, read time-out 5 s later, window size 10, 14.1 at most (EasPing.java, Eas.java); it stops after a Ping
    /// status that it does not expect (PingParser), and pings after a Sync that was interrupted.
    #[must_use]
    pub fn aosp() -> Self {
        Self {
            device_type: "Android",
            user_agent: "Android/5.0.1-EAS-2.0",
            model: "Nexus 5",
            os: "Android 5.0.1",
            version_max: Version::V14_1,
            query_form: QueryForm::Plain,
            push_style: PushStyle::Ping,
            heartbeats: Heartbeats {
                start_s: 480,
                min_s: 480,
                max_s: 1680,
                step_s: 300,
                patience_s: 5,
            },
            window_size: 10,
            collections_per_sync: 1,
            body_preference: BodyPreference {
                truncation_size: Some(200_000),
                ..BodyPreference::whole(BodyType::Html)
            },
            time_limit: Duration::from_secs(30),
            backoffs: Backoffs {
                first: Duration::from_secs(10),
                max: Duration::from_secs(900),
            },
            local_work: LocalWork::InterruptsPush,
            estimates: false,
            policy_key_on_ping: false,
            pings_after_cut_sync: true,
            pings_unsynced_folders: false,
            short_forms: false,
            push_is_fragile: true,
        }
    }

    /// Samsung Email: 14.1, GetItemEstimate before every Sync (tine20 issue 5464), Ping of 470 s (issue 5429), 90 s
    /// for an answer (Z-Push request.php).
    #[must_use]
    pub fn samsung() -> Self {
        Self {
            device_type: "SAMSUNGSMG991B",
            user_agent: "SAMSUNG-SM-G991B/101.130000",
            model: "SM-G991B",
            os: "Android 13",
            version_max: Version::V14_1,
            query_form: QueryForm::Base64,
            push_style: PushStyle::Ping,
            heartbeats: Heartbeats {
                start_s: 470,
                min_s: 470,
                max_s: 470,
                step_s: 0,
                patience_s: 10,
            },
            window_size: 50,
            collections_per_sync: 1,
            body_preference: BodyPreference {
                truncation_size: Some(51_200),
                ..BodyPreference::whole(BodyType::Html)
            },
            time_limit: Duration::from_secs(90),
            backoffs: Backoffs {
                first: Duration::from_secs(10),
                max: Duration::from_secs(900),
            },
            local_work: LocalWork::InterruptsPush,
            estimates: true,
            policy_key_on_ping: true,
            pings_after_cut_sync: false,
            pings_unsynced_folders: false,
            short_forms: false,
            push_is_fragile: false,
        }
    }
}
