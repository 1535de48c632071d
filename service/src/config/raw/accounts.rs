//! The sections about accounts: IMAP servers, hooks, and whose things are where.

use crate::config::kind::Kind;
use crate::config::reader::{Section, Setting};
use crate::config::table::{SettingText, Table, line, table};

table! {
    /// The IMAP server. With a `host`, mail of all accounts is there, unless `mail.store` or a route says otherwise,
    /// and people sign in with their passwords of that server.
    Imap {
        /// Name or address of the server; its certificate must be for it.
        host: Option<String> = None,
        /// Its port; 0 means 993 with `tls`, else 143.
        port: u64 = 0,
        /// How the connection is protected: `tls` from the first byte, `starttls` (or nothing is sent), or `plain`,
        /// which is for a server on this machine; `plain-anywhere` if it must be.
        security: String = String::from("tls"),
        /// File with certificates, PEM, that are trusted besides the system's.
        ca_file: Option<String> = None,
        /// Under which name an account signs in there: `%u` is the account's name, `%n` the part before the `@`, `%d`
        /// the domain.
        login: String = String::from("%u"),
        /// Master user, who may open every mailbox. With one, mailboxes are watched and read by it, and no password of a
        /// user is kept; people still sign in with their own passwords, and `auth.recheck_s` has no meaning.
        master_user: Option<String> = None,
        /// File with the password of `master_user`; a line end after it does not count.
        master_password_file: Option<String> = None,
        /// How the server is told whose mailbox the master user opens: `authzid` (SASL PLAIN), or the character between
        /// the user's and the master's name, such as `*`.
        master_style: String = String::from("authzid"),
        /// Connections of one account that may be open at once, the one that watches included.
        connections_per_account: u64 = 4,
        /// How changes are learnt of: `hook`, `idle`, `notify`, `poll`; or `auto`, the best that server and site offer.
        watch: String = String::from("auto"),
        /// Further connections for folders that a device of the account waits for, with `idle`.
        idle_connections_max: u64 = 2,
        /// How often all watched folders are looked at, whatever was told of them, in seconds.
        sweep_s: u64 = 120,
        /// How often folders are looked at where nothing tells of changes, in seconds.
        poll_s: u64 = 60,
        /// Capabilities that are not to be used although the server offers them, such as `NOTIFY`.
        disabled_capabilities: Vec<String> = Vec::new(),
        /// Whether the server is told the address of the device (by ID, `x-originating-ip`): it then slows down who
        /// guesses passwords, and not everybody. The server must trust this machine.
        pass_client_address: bool = true,
        /// Largest message that is read, in bytes.
        message_bytes_max: u64 = 157_286_400,
        /// Longest answer that is held in memory, in bytes.
        literal_bytes_max: u64 = 8_388_608,
        /// Longest wait for a connection, in seconds, TLS and sign-in included.
        connect_timeout_s: u64 = 15,
        /// Longest silence of the server while it is asked something, in seconds.
        command_timeout_s: u64 = 60,
    }
}

impl Imap {
    /// What holds for another server that says nothing: where it is and who its master is, only itself can say.
    pub(in crate::config) fn of_another(&self) -> Self {
        let defaults = Self::defaults();
        Self {
            host: defaults.host,
            port: defaults.port,
            master_user: defaults.master_user,
            master_password_file: defaults.master_password_file,
            ..self.clone()
        }
    }
}

table! {
    /// Who calls when something changed at the mail server: see `listen.hooks`.
    Hooks {
        /// File with the token that callers show, as `Authorization: Bearer` or as the password of Basic; a line end
        /// after it does not count.
        token_file: Option<String> = None,
        /// Addresses or networks that may call.
        networks: Vec<String> = vec![String::from("127.0.0.0/8"), String::from("::1")],
        /// Largest body of a call, in bytes.
        body_bytes_max: u64 = 262_144,
    }
}

table! {
    /// Whose things are where, for accounts that differ from the rest: `[[routes]]`, as often as needed. A route by
    /// `users` wins over one by `domains`; for accounts that no route names, `mail.store` decides.
    /// In the environment: `DIRECTPUSH_ROUTES__0__DOMAINS`, counted from 0.
    Route {
        /// Domains whose accounts it is for; they must be in `auth.domains` if anything is.
        domains: Vec<String> = Vec::new(),
        /// Accounts that it is for: `user@domain`, or `user` of the default domain.
        users: Vec<String> = Vec::new(),
        /// Where their mail is: `maildir`, `imap` for the server of `[imap]`, or the name of a server.
        mail: Option<String> = None,
        /// Where their contacts are: `vdir`, or `none`.
        contacts: String = String::from("vdir"),
        /// Under which name they sign in to the server; left out, as the server's `login` says.
        login: Option<String> = None,
        /// By what their passwords are checked: `users` for the users file, or `server`. Left out, by the server that
        /// has their mail, or by the users file with a Maildir.
        sign_in: Option<String> = None,
    }
}
