//! The values that labels take.

use protocol::flow::governor::Loop;

use super::family::Label;

/// An enum, the text of each value, and its [`Label`].
macro_rules! label {
    ($(#[$doc:meta])* $name:ident ($label:literal) { $($(#[$value_doc:meta])* $value:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum $name {
            $($(#[$value_doc])* $value,)+
        }

        impl Label for $name {
            const NAME: &'static str = $label;
            const ALL: &'static [Self] = &[$(Self::$value,)+];

            fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)+
                }
            }
        }
    };
}

/// A way in which a device runs in circles.
impl Label for Loop {
    const NAME: &'static str = "loop";
    const ALL: &'static [Self] = &Self::ALL;

    fn as_str(self) -> &'static str {
        match self {
            Self::SameKey => "same_key",
            Self::StartOver => "start_over",
            Self::UnknownFolder => "unknown_folder",
            Self::DeadHierarchy => "dead_hierarchy",
            Self::IdleHierarchy => "idle_hierarchy",
            Self::Refused => "refused",
        }
    }
}

label! {
    /// What is parked.
    ParkKind("kind") {
        /// A Ping.
        Ping = "ping",
        /// A Sync with Wait or HeartbeatInterval.
        Sync = "sync",
    }
}

label! {
    /// How a parked request ended.
    ParkEnd("reason") {
        /// A change for the device.
        Changed = "changed",
        /// The folders of the account changed.
        Hierarchy = "hierarchy",
        /// The heartbeat was over.
        Expired = "expired",
        /// Answered before its heartbeat was over, to stay below what cuts idle connections on the way.
        Shortened = "shortened",
        /// A newer request of the same device took its place.
        Superseded = "superseded",
        /// The client closed the connection or it broke.
        Closed = "closed",
        /// The service is shutting down.
        Drained = "drained",
        /// The account may no longer be served (password changed, user removed).
        Revoked = "revoked",
        /// An internal failure; the device was sent back early.
        Failed = "failed",
    }
}

label! {
    /// What became of an answer that was in doubt (rule R12).
    DoubtOutcome("outcome") {
        /// The device had not received it.
        Founded = "founded",
        /// The device had it all along.
        Unfounded = "unfounded",
    }
}

label! {
    /// How far a change came.
    ChangeStage("stage") {
        /// A watcher or a refresh found it.
        Seen = "seen",
        /// A device was told by Ping that its folder changed.
        Announced = "announced",
        /// A Sync answer carried it.
        Delivered = "delivered",
        /// Made by the device itself, so not announced to it.
        Own = "own",
        /// Not shown by the device's filter, so not announced to it.
        Hidden = "hidden",
    }
}

label! {
    /// What a folder holds.
    ItemKind("class") {
        /// Mail.
        Email = "email",
        /// Contacts.
        Contacts = "contacts",
        /// Calendar.
        Calendar = "calendar",
        /// Tasks.
        Tasks = "tasks",
        /// Notes.
        Notes = "notes",
    }
}

impl From<backends::Class> for ItemKind {
    fn from(class: backends::Class) -> Self {
        match class {
            backends::Class::Email => Self::Email,
            backends::Class::Contacts => Self::Contacts,
            backends::Class::Calendar => Self::Calendar,
            backends::Class::Tasks => Self::Tasks,
            backends::Class::Notes => Self::Notes,
        }
    }
}

label! {
    /// The family of a device, by what it calls its type.
    DeviceFamily("device") {
        /// iPhone, iPad, iPod.
        Ios = "ios",
        /// Samsung's own mail program.
        Samsung = "samsung",
        /// Android's mail program and those that call themselves so.
        Android = "android",
        /// Outlook on phones.
        Outlook = "outlook",
        /// Windows, on phones and desktops.
        Windows = "windows",
        /// All others.
        Other = "other",
    }
}

impl DeviceFamily {
    /// The family of a DeviceType.
    #[must_use]
    pub fn of(device_type: &str) -> Self {
        let name = device_type.to_ascii_lowercase();
        let families: [(&[&str], Self); 5] = [
            (&["iphone", "ipad", "ipod"], Self::Ios),
            (&["samsung"], Self::Samsung),
            (&["outlook"], Self::Outlook),
            (&["android"], Self::Android),
            (&["windows", "wp8", "pocketpc", "smartphone"], Self::Windows),
        ];
        let named = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
        let found = families.into_iter().find(|(words, _)| named(words));
        found.map_or(Self::Other, |(_, family)| family)
    }
}

label! {
    /// Why a device shows key 0.
    FolderStart("start") {
        /// It never synced the folder.
        First = "first",
        /// It did, and starts over.
        Again = "again",
    }
}

label! {
    /// What became of a device that begins.
    FirstSync("outcome") {
        /// A request was let in at once.
        Admitted = "admitted",
        /// A request was let in after a wait.
        Waited = "waited",
        /// A request was refused.
        Refused = "refused",
        /// A place was lost, because its device stayed away.
        Lapsed = "lapsed",
    }
}

label! {
    /// What there was too much of.
    OverloadCause("cause") {
        /// A timer was served late again and again.
        Lag = "lag",
        /// As many requests as may were being worked at.
        Work = "work",
    }
}

label! {
    /// How an account is watched.
    WatchMode("mode") {
        /// The backend tells about changes.
        Push = "push",
        /// The backend is asked again and again, because it offers nothing better.
        Poll = "poll",
        /// The backend cannot be reached or watched at present.
        Down = "down",
    }
}

label! {
    /// What tells a watcher of changes.
    WatchSource("source") {
        /// The kernel, of files.
        Inotify = "inotify",
        /// The mail server, which calls.
        Hook = "hook",
        /// The mail server, on connections that wait for folders.
        Idle = "idle",
        /// The mail server, on connections that wait for all folders.
        Notify = "notify",
        /// Nothing: it looks.
        Poll = "poll",
    }
}

label! {
    /// Why a folder was compared although no event named it.
    GapCause("cause") {
        /// A watcher started.
        Start = "start",
        /// Events were lost by the backend or the system.
        Overflow = "overflow",
        /// The connection to the backend or the bus was made anew.
        Reconnect = "reconnect",
        /// A regular sweep.
        Sweep = "sweep",
    }
}

label! {
    /// How a sign-in went.
    AuthCause("cause") {
        /// Right, remembered from a moment ago.
        Remembered = "remembered",
        /// Right, checked.
        Verified = "verified",
        /// No credentials.
        Missing = "missing",
        /// An Authorization header that cannot be read.
        Malformed = "malformed",
        /// Wrong password, checked.
        WrongPassword = "wrong_password",
        /// Wrong password, remembered from a moment ago.
        RememberedWrong = "remembered_wrong",
        /// No such user, or a domain that is not ours.
        UnknownUser = "unknown_user",
        /// Too many failures of the account or the network: not checked.
        Throttled = "throttled",
        /// Too many checks under way: not checked.
        Overloaded = "overloaded",
        /// What checks passwords cannot be reached: not checked.
        Unavailable = "unavailable",
        /// It was right a moment ago: the password was changed, or the user removed.
        Revoked = "revoked",
        /// Right here, but the account's backend does not take it any more.
        BackendRefused = "backend_refused",
    }
}

label! {
    /// How a message of a device went.
    SendResult("result") {
        /// It went.
        Sent = "sent",
        /// It went, but not to all; its author was told whom.
        Partly = "partly",
        /// It had gone before.
        Duplicate = "duplicate",
        /// It did not go, and would not.
        Refused = "refused",
        /// It did not go this time.
        Failed = "failed",
    }
}

label! {
    /// Where a message of a device went.
    SendRoute("route") {
        /// To the relay.
        Relay = "relay",
        /// To mailboxes here.
        Local = "local",
        /// To both.
        Both = "both",
        /// Nowhere.
        None = "none",
    }
}

label! {
    /// What conversion did to an item that it could not bring over completely.
    ConvertOutcome("outcome") {
        /// Sent with less than it has.
        Reduced = "reduced",
        /// Not sent.
        Skipped = "skipped",
        /// Not sent any more: the device does not take it, or it takes too long to read.
        PassedOver = "passed_over",
    }
}

label! {
    /// What stood in the way of a connection.
    AcceptProblem("cause") {
        /// The process has no file descriptor left.
        NoFiles = "no_files",
        /// Another error of the system.
        System = "system",
        /// As many connections as `limits.connections_max` are open.
        Full = "full",
        /// The TLS handshake failed.
        Handshake = "handshake",
        /// The TLS handshake or the PROXY header took too long.
        HandshakeTimeout = "handshake_timeout",
        /// A PROXY header was expected and not readable.
        ProxyHeader = "proxy_header",
    }
}

label! {
    /// Which kind of mail server calls.
    HookSource("source") {
        /// Dovecot, by Lua or OX.
        Dovecot = "dovecot",
        /// Cyrus's external notifier.
        Cyrus = "cyrus",
    }
}

label! {
    /// What came of a call.
    HookResult("result") {
        /// Somebody who listens was told.
        Taken = "taken",
        /// Nobody listens for that account.
        Nobody = "nobody",
        /// It cannot be read.
        Malformed = "malformed",
        /// Who called may not, or the call is none.
        Refused = "refused",
    }
}

label! {
    /// Class of an HTTP status.
    RequestClass("class") {
        /// 200 to 299.
        Success = "2xx",
        /// 300 to 399.
        Redirect = "3xx",
        /// 400 to 499.
        Client = "4xx",
        /// 500 to 599.
        Server = "5xx",
        /// No answer: the client went away first.
        Gone = "gone",
    }
}

impl RequestClass {
    /// The class that a status code is in.
    #[must_use]
    pub fn of(code: u16) -> Self {
        match code {
            0..300 => Self::Success,
            300..400 => Self::Redirect,
            400..500 => Self::Client,
            500.. => Self::Server,
        }
    }
}
