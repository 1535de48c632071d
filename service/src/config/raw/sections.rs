//! The sections about the service itself.

use crate::config::kind::Kind;
use crate::config::reader::{Section, Setting};
use crate::config::table::{SettingText, Table, line, table};

table! {
    /// Where the service listens.
    Listen {
        /// Address and port for the devices.
        /// Without TLS it belongs on the loopback address, behind a proxy that ends TLS.
        eas: String = String::from("127.0.0.1:8080"),
        /// Address and port for `/healthz`, `/readyz` and `/metrics`.
        /// Never reachable from outside.
        admin: String = String::from("127.0.0.1:9090"),
        /// Address and port for hooks: mail servers tell here that something changed, at `/hooks/dovecot` and
        /// `/hooks/cyrus`. Needs `hooks.token_file`. Empty switches it off.
        hooks: Option<String> = None,
        /// Unix socket that `directpush parked`, `devices` and `trace` talk to the service through.
        /// Only the service's own user and root may use it (mode 0600); its directory is made if it can be.
        /// Empty switches it off.
        control: String = String::from("/run/directpush/control.sock"),
        /// File with the certificate and its chain, PEM.
        /// With it and `tls_key`, `eas` speaks TLS (1.2 and 1.3).
        tls_cert: Option<String> = None,
        /// File with the private key of `tls_cert`, PEM.
        tls_key: Option<String> = None,
    }
}

table! {
    /// Proxies in front.
    Proxy {
        /// Addresses or networks (`10.0.0.0/8`) of the proxies that are believed when they say who the client is.
        trusted: Vec<String> = Vec::new(),
        /// How they say it: `x-forwarded-for`, `forwarded`, or `proxy-protocol` (version 1 or 2).
        client: String = String::from("x-forwarded-for"),
        /// Header with the client's port, for proxies that do not append it to the address.
        /// With the port, an answer is known to have arrived when the next request comes on the same connection.
        /// Not `X-Forwarded-Port`: most proxies put their own port there.
        port_header: String = String::from("X-Real-Port"),
    }
}

table! {
    /// What a client may take.
    Limits {
        /// Connections that may be open at once.
        /// Each parked device holds one. The limit of open files must be above it.
        connections_max: u64 = 100_000,
        /// TLS handshakes that may run at once.
        handshakes_max: u64 = 256,
        /// Longest time for a TLS handshake, in seconds.
        handshake_timeout_s: u64 = 15,
        /// Largest head of a request, in bytes.
        header_bytes_max: u64 = 16_384,
        /// Longest time for the head of a request, in seconds.
        header_timeout_s: u64 = 30,
        /// How long a connection without a request is kept open, in seconds.
        idle_timeout_s: u64 = 900,
        /// Largest body of a request, in bytes, also after decompression.
        /// A message that is sent travels in one body.
        body_bytes_max: u64 = 52_428_800,
        /// Longest pause within a body, in seconds.
        body_pause_s: u64 = 30,
        /// Longest time for a whole body, in seconds.
        body_timeout_s: u64 = 600,
        /// Longest time for which a client may take nothing of an answer, in seconds.
        write_pause_s: u64 = 120,
        /// Bytes of request bodies that may be in memory at once.
        body_memory_max: u64 = 536_870_912,
        /// Requests of one device that may be served at once, parked ones included.
        requests_per_device: u64 = 16,
        /// How late the service may get round to what is due before it refuses new work, in milliseconds; 0: any time.
        /// What is refused is told to come back in half a minute or a minute. Who is parked stays so, Ping is served.
        overload_lag_ms: u64 = 1_000,
        /// Requests that may be worked at at once, parked ones left out, before new work is refused; 0: any number.
        overload_requests: u64 = 1_000,
        /// Devices that may load folders for the first time at once, a quarter of them of one account.
        /// Others wait for a moment and are then sent away for a while: after an outage or an upgrade all may begin at once.
        first_syncs_max: u64 = 64,
        /// Longest time for which an answer is held to a device that asks for the same again and again, in seconds.
        /// Devices that get nowhere come to six requests a minute so; 0: no answer is held.
        loop_hold_s: u64 = 20,
    }
}

table! {
    /// Parked requests.
    Push {
        /// Shortest heartbeat that is granted, in seconds.
        /// At most 480, where common devices begin.
        heartbeat_min_s: u64 = 60,
        /// Longest heartbeat that is granted, in seconds, from 1680, where common devices end, to 3540.
        /// Where a proxy cuts earlier, set `park_max_s`, not this.
        heartbeat_max_s: u64 = 3_540,
        /// Longest time for which a request is parked, in seconds, whatever heartbeat was granted.
        /// Keep it below the read time-out of every proxy in front: devices are then answered early, which
        /// costs them some battery, where a cut connection would cost them changes.
        park_max_s: u64 = 3_540,
        /// Whether a parked request lets go of what HTTP holds for it: buffers, its head, the handler.
        /// `false` is for finding faults only: nothing else differs.
        shed: bool = true,
        /// How many of the last heartbeats the alarm looks at.
        heartbeat_sample_size: u64 = 200,
        /// Average heartbeat, in seconds, at or below which the log warns that something on the way cuts connections.
        heartbeat_alert_s: u64 = 540,
        /// Folders that one Ping may name.
        folders_max: u64 = 1_000,
        /// Wakes a device only after so many changes; 0 for each.
        /// What still waits when a heartbeat ends is announced then.
        batch_changes: u64 = 0,
        /// Wakes a device at most once in so many seconds; 0 for at once.
        /// With `batch_changes`, whichever comes first wakes.
        batch_every_s: u64 = 0,
    }
}

table! {
    /// Signing in.
    Auth {
        /// File with one user a line: `name:$argon2id$…` and, after another colon, the address; more after commas.
        /// Read again when it changes.
        users_file: String = String::from("/etc/directpush/users"),
        /// Domains that belong to this service, the default one first.
        /// `user`, `\user`, `DOMAIN\user` and `user@domain` then lead to one account; other domains are refused.
        domains: Vec<String> = Vec::new(),
        /// What devices show when they ask for the password.
        realm: String = String::from("directpush"),
        /// How long a right password is remembered (as a keyed hash in memory), in seconds.
        remember_s: u64 = 300,
        /// How often a mail server is asked whether the password still holds with which an account is watched, in
        /// seconds; 0: only when the server says so itself.
        recheck_s: u64 = 300,
        /// Password checks that may run at once; 0 means one for each processor.
        checks_max: u64 = 0,
        /// Sign-ins to each mail server that may run at once.
        server_checks_max: u64 = 64,
        /// Password checks that may wait, for each of these; more are answered with 503.
        checks_waiting_max: u64 = 1_000,
    }
}

table! {
    /// Setting up accounts on devices with nothing but address and password.
    Autodiscover {
        /// Address that devices are sent to, such as `https://mail.example.org/Microsoft-Server-ActiveSync`.
        /// Left out, it is made from the name under which a device asked.
        url: Option<String> = None,
    }
}

table! {
    /// Mail of the accounts.
    Mail {
        /// Where mail is of accounts that no route names: `maildir`, `imap`, the name of a server, or `none`: they cannot
        /// sign in. `auto` is `imap` where `imap.host` is set, else `maildir`.
        store: String = String::from("auto"),
        /// Maildir of an account: `%u` is the account's name, `%n` the part before the `@`, `%d` the domain.
        maildir: String = String::from("/var/mail/%d/%n"),
    }
}

table! {
    /// Contacts of the accounts.
    Contacts {
        /// Folder with an account's address books, as vdirsyncer, khard and others keep them: a folder for each
        /// address book, in it a `.vcf` file for each contact. `%u`, `%n` and `%d` as in `mail.maildir`.
        /// Where it is missing, it is made when a device adds the first contact. Empty: no contacts.
        vdir: String = String::from("/var/vdir/%d/%n/contacts"),
        /// Who wins when a device and another program changed the same contact: `device`: whoever the device
        /// says, which is `server` for most; `server`: the other program; `client`: the device; `merge`: each of
        /// them where only it changed something, and the other program where both did.
        conflict: String = String::from("device"),
    }
}

table! {
    /// Sending mail.
    Smtp {
        /// The relay (smarthost) that takes mail for everybody who has no mailbox here: a name or an address.
        /// Without one only users of this service can be written to.
        host: Option<String> = None,
        /// Its port; 0 means 465 with `tls`, 587 with `starttls`, 25 with `plain`.
        port: u64 = 0,
        /// How the connection is protected: `tls` from the first byte, `starttls` (or nothing is sent), or `plain`,
        /// which is for a relay on this machine; `plain-anywhere` if it must be.
        security: String = String::from("starttls"),
        /// Who signs in to it: `relay`: `user`, or nobody; `user`: whoever sends, with their own name and password, as
        /// at their mail server.
        auth: String = String::from("relay"),
        /// User to sign in to the relay with, if it wants that.
        user: Option<String> = None,
        /// File with the password of `user`; a line end after it does not count.
        password_file: Option<String> = None,
        /// File with certificates, PEM, that are trusted besides the system's.
        ca_file: Option<String> = None,
        /// How the service calls itself to the relay; without it, the first of `auth.domains`.
        hello: Option<String> = None,
        /// Longest wait for an answer of the relay, in seconds; for its last one, ten times as long.
        timeout_s: u64 = 60,
        /// Recipients that one message may have.
        recipients_max: u64 = 500,
        /// Largest message, in bytes, with the original that a reply or a forward brings along.
        message_bytes_max: u64 = 52_428_800,
    }
}

table! {
    /// What the service keeps: ids and numbers, no content.
    Store {
        /// The database file. Its folder must be writable.
        path: String = String::from("/var/lib/directpush/state.db"),
    }
}

table! {
    /// The database of the store, when it is not the file `store.path`.
    Database {
        /// `postgres://user:password@host:5432/name`: PostgreSQL 15 or newer, which several nodes may share. TLS as
        /// `?sslmode=verify-full&sslrootcert=FILE` says; a password may come from `PGPASSWORD` or `~/.pgpass` instead.
        /// Or `sqlite:///var/lib/directpush/state.db`: a file, as with `store.path`.
        url: Option<String> = None,
    }
}

table! {
    /// The protocol that devices see.
    Protocol {
        /// Newest version that is offered: `12.1`, `14.0`, `14.1`, `16.0` or `16.1`.
        max_version: String = String::from("16.1"),
    }
}

table! {
    /// The log, on standard error.
    Log {
        /// `text` for people, `json` for machines.
        format: String = String::from("text"),
        /// `error`, `warn`, `info`, `debug` or `trace`; or directives such as `info,directpush::push=debug`.
        level: String = String::from("info"),
    }
}

table! {
    /// Shutting down.
    Shutdown {
        /// How long `/readyz` fails before connections are refused, in seconds.
        /// Enough for a load balancer to notice.
        announce_s: u64 = 0,
        /// Over how many seconds parked requests are answered.
        spread_s: u64 = 5,
        /// How long requests may take to finish, in seconds.
        grace_s: u64 = 30,
    }
}
