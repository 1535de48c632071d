//! Relays that others wrote: Postfix for what goes through, aiosmtpd for who may.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rcgen::{CertificateParams, Issuer, KeyPair};

use crate::house::{House, until};
use crate::phone::{Phone, Told};

const INSTALL: &str = "apt-get install -y postfix python3-aiosmtpd, and run as root";

const MIME: &str = "To: bo@example.net\r\nCc: gone@example.net\r\nBcc: hidden@example.net\r\nSubject: Gr\u{fc}\u{df}e\r\n\
                    Content-Type: text/plain; charset=utf-8\r\n\r\n.\r\n..a\r\nW\u{f6}rter\r\n";

/// A Postfix of our own, with mailboxes of `example.net`. Stopped when dropped.
struct Postfix {
    place: tempfile::TempDir,
    /// STARTTLS is offered.
    submission: u16,
    /// TLS from the first byte.
    secure: u16,
}

impl Postfix {
    fn start() -> Self {
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
        certify(place.path());
        let postfix = Self {
            submission: free_port(),
            secure: free_port(),
            place,
        };
        for folder in ["conf", "queue", "data", "out"] {
            fs::create_dir(postfix.path(folder)).unwrap();
        }
        own(&postfix.path("data"), "postfix");
        own(&postfix.path("out"), "nobody");
        fs::write(postfix.path("conf/main.cf"), postfix.main()).unwrap();
        fs::write(postfix.path("conf/master.cf"), postfix.master()).unwrap();
        postfix.run("start");
        postfix
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn run(&self, command: &str) {
        let output = Command::new("postfix")
            .args(["-c", self.path("conf").to_str().unwrap(), command])
            .output();
        let output = output.unwrap_or_else(|error| panic!("no postfix ({error}): {INSTALL}"));
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "postfix {command}: {told} ({INSTALL})"
        );
    }

    fn main(&self) -> String {
        let daemons = Command::new("postconf")
            .args(["-d", "-h", "daemon_directory"])
            .output();
        let daemons = daemons.unwrap_or_else(|error| panic!("no postconf ({error}): {INSTALL}"));
        let daemons = String::from_utf8(daemons.stdout).unwrap();
        format!(
            "compatibility_level = 3.6\nqueue_directory = {at}/queue\ndata_directory = {at}/data\n\
             command_directory = /usr/sbin\ndaemon_directory = {}\nmail_owner = postfix\nsetgid_group = postdrop\n\
             inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks = 127.0.0.0/8\n\
             myhostname = relay.example.net\nmydestination =\nalias_maps =\nalias_database =\nlocal_recipient_maps =\n\
             maillog_file = {at}/log\nmaillog_file_prefixes = {at}\n\
             virtual_mailbox_domains = example.net\nvirtual_mailbox_base = {at}/out\n\
             virtual_mailbox_maps = inline:{{ {{bo@example.net=bo/}}, {{hidden@example.net=hidden/}} }}\n\
             virtual_uid_maps = static:65534\nvirtual_gid_maps = static:65534\nvirtual_minimum_uid = 1\n\
             smtpd_recipient_restrictions = permit_mynetworks, reject\n\
             smtpd_tls_cert_file = {at}/cert.pem\nsmtpd_tls_key_file = {at}/key.pem\nsmtpd_tls_security_level = may\n",
            daemons.trim(),
            at = self.place.path().display(),
        )
    }

    fn master(&self) -> String {
        let mut text = String::new();
        let smtpd = "inet n - n - - smtpd";
        writeln!(text, "127.0.0.1:{} {smtpd}", self.submission).unwrap();
        writeln!(
            text,
            "127.0.0.1:{} {smtpd} -o smtpd_tls_wrappermode=yes",
            self.secure
        )
        .unwrap();
        for service in [
            "cleanup unix n - n - 0 cleanup",
            "qmgr unix n - n 300 1 qmgr",
            "rewrite unix - - n - - trivial-rewrite",
            "bounce unix - - n - 0 bounce",
            "defer unix - - n - 0 bounce",
            "trace unix - - n - 0 bounce",
            "error unix - - n - - error",
            "virtual unix - n n - - virtual",
            "proxymap unix - - n - - proxymap",
            "anvil unix - - n - 1 anvil",
            "tlsmgr unix - - n 1000? 1 tlsmgr",
            "postlog unix-dgram n - n - 1 postlogd",
        ] {
            writeln!(text, "{service}").unwrap();
        }
        text
    }

    /// What arrived for somebody.
    fn arrived(&self, who: &str) -> Vec<String> {
        let Ok(files) = fs::read_dir(self.path("out").join(who).join("new")) else {
            return Vec::new();
        };
        let read = |file: std::io::Result<fs::DirEntry>| fs::read_to_string(file.unwrap().path());
        files.map(|file| read(file).unwrap()).collect()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let conf = self.path("conf");
        let stop = Command::new("postfix")
            .args(["-c", conf.to_str().unwrap(), "stop"])
            .stderr(Stdio::null())
            .status();
        drop(stop);
    }
}

#[tokio::test]
async fn postfix_takes_messages_in_every_way_of_protection() {
    let postfix = Postfix::start();
    let authority = postfix.path("ca.pem");
    for (count, (security, port)) in [("starttls", postfix.submission), ("tls", postfix.secure)]
        .into_iter()
        .enumerate()
    {
        let settings = format!("host = \"localhost\"\nport = {port}\nsecurity = \"{security}\"\n");
        let trusting = format!("{settings}ca_file = \"{}\"\n", authority.display());
        let house = House::start(&trusting);
        let phone = Phone::new(&house, "anna", "phone");
        assert_eq!(phone.send("1", MIME).await, Told::Sent, "{security}");
        for who in ["bo", "hidden"] {
            until("the mail in Postfix's mailbox", || {
                postfix.arrived(who).len() == count + 1
            })
            .await;
            for text in postfix.arrived(who) {
                let text = text.replace('\n', "\r\n");
                assert!(
                    text.ends_with("\r\n\r\n.\r\n..a\r\nW\u{f6}rter\r\n"),
                    "{text}"
                );
                assert!(
                    text.contains("Subject: Gr\u{fc}\u{df}e\r\n") && !text.contains("Bcc:"),
                    "{text}"
                );
                assert!(
                    text.starts_with("Return-Path: <anna@example.org>"),
                    "{text}"
                );
            }
        }
        let notes = house.mails("anna", "");
        assert_eq!(notes.len(), 1);
        assert!(
            notes[0].1.contains("gone@example.net: not accepted (550)"),
            "{}",
            notes[0].1
        );
        // Whoever cannot show a certificate that we trust gets nothing.
        let wary = House::start(&settings);
        let phone = Phone::new(&wary, "anna", "phone");
        assert_eq!(phone.send("1", MIME).await, Told::Status("120".to_owned()));
    }
    assert_eq!(postfix.arrived("bo").len(), 2);
}

/// aiosmtpd, which wants STARTTLS and a password. Killed when dropped.
struct Sink {
    child: Child,
    place: tempfile::TempDir,
    port: u16,
}

impl Sink {
    fn start() -> Self {
        let place = tempfile::tempdir().unwrap();
        certify(place.path());
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sending/sink.py");
        // The system's own: that is where the package is.
        let mut child = Command::new("/usr/bin/python3")
            .arg("-B")
            .arg(program)
            .arg(place.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("no python3 ({error}): {INSTALL}"));
        let mut line = String::new();
        let mut told = BufReader::new(child.stdout.take().unwrap());
        told.read_line(&mut line).unwrap();
        let port = line.trim().parse();
        let port = port.unwrap_or_else(|_| panic!("aiosmtpd does not start: {INSTALL}"));
        Self { child, place, port }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

#[tokio::test]
async fn a_relay_that_wants_a_password_gets_it_and_a_wrong_one_is_no_success() {
    let sink = Sink::start();
    for (password, expected) in [
        ("right \u{e4}\n", Told::Sent),
        ("wrong", Told::Status("120".to_owned())),
    ] {
        let file = sink.place.path().join("password");
        fs::write(&file, password).unwrap();
        let house = House::start(&format!(
            "host = \"localhost\"\nport = {}\nsecurity = \"starttls\"\nca_file = \"{at}/ca.pem\"\n\
             user = \"gateway\"\npassword_file = \"{at}/password\"\n",
            sink.port,
            at = sink.place.path().display()
        ));
        let phone = Phone::new(&house, "anna", "phone");
        assert_eq!(phone.send("1", MIME).await, expected);
        house.keeps_nothing_of(&["right \u{e4}", "wrong"]);
    }
    let mails = fs::read_to_string(sink.place.path().join("mails")).unwrap();
    assert_eq!(
        mails,
        "gateway anna@example.org bo@example.net,gone@example.net,hidden@example.net\n"
    );
}

#[tokio::test]
async fn whoever_sends_signs_in_with_their_own_password_if_the_site_wants_that() {
    let sink = Sink::start();
    let house = House::start(&format!(
        "host = \"localhost\"\nport = {}\nsecurity = \"starttls\"\nca_file = \"{}/ca.pem\"\nauth = \"user\"\n",
        sink.port,
        sink.place.path().display()
    ));
    let anna = Phone::new(&house, "anna", "phone");
    for message in ["1", "2"] {
        assert_eq!(anna.send(message, MIME).await, Told::Sent);
    }
    // A relay that does not know somebody takes nothing of theirs over somebody else's connection.
    let bo = Phone::new(&house, "bo", "phone");
    assert_eq!(bo.send("1", MIME).await, Told::Status("120".to_owned()));
    let mails = fs::read_to_string(sink.place.path().join("mails")).unwrap();
    let mail = "anna anna@example.org bo@example.net,gone@example.net,hidden@example.net\n";
    assert_eq!(mails, mail.repeat(2));
}

/// A certificate for this machine, and the authority that says so.
fn certify(place: &Path) {
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca = authority.self_signed(&key).unwrap();
    let issuer = Issuer::new(authority, key);
    let own = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&own, &issuer).unwrap();
    fs::write(place.join("ca.pem"), ca.pem()).unwrap();
    fs::write(place.join("cert.pem"), leaf.pem()).unwrap();
    fs::write(place.join("key.pem"), own.serialize_pem()).unwrap();
}

fn own(path: &Path, user: &str) {
    let changed = Command::new("chown").arg(user).arg(path).status().unwrap();
    assert!(changed.success(), "no user {user}: {INSTALL}");
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
