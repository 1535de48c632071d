//! From nothing to a session: TLS, mechanisms, masters, and whose fault it is when that fails.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use backends::imap::{
    Connector, Error, Extension, ImapServer, Login, Master, MasterStyle, Secret, Security,
};
use backends::servers::{Certificate, Dovecot, DovecotOptions};
use backends::{Kind, Retry};

use crate::imap::{certified, password, plain};

async fn opened(server: ImapServer, login: &Login) -> Result<(), Error> {
    let mut session = Connector::new(server).unwrap().open(login).await?;
    let _reply = session.noop().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_and_starttls_need_a_certificate_that_is_trusted() {
    let (options, authority) = certified();
    let dovecot = Dovecot::start(&options).await.unwrap();
    let login = password("anna", "secret");
    let other = Certificate::new(&["localhost"]).unwrap();
    let other = other.authority.into_bytes();
    for (security, port) in [
        (Security::Tls, dovecot.imaps_port()),
        (Security::StartTls, dovecot.imap_port()),
    ] {
        let server = |host: &str, authority: Option<&Vec<u8>>| ImapServer {
            security,
            authorities: authority.cloned(),
            ..ImapServer::new(host, port)
        };
        opened(server("localhost", Some(&authority)), &login)
            .await
            .unwrap();
        for untrusted in [
            server("localhost", None),
            server("localhost", Some(&other)),
            server("127.0.0.1", Some(&authority)),
        ] {
            let error = opened(untrusted, &login).await.unwrap_err();
            assert!(matches!(error, Error::Tls(_)), "{error:?}");
            assert_eq!(error.kind(), Kind::Unavailable);
        }
    }
    assert!(
        Connector::new(ImapServer {
            authorities: Some(b"nothing".to_vec()),
            ..ImapServer::new("localhost", 993)
        })
        .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_wrong_credentials_are_called_that() {
    let options = DovecotOptions {
        connections_per_user: 1,
        ..DovecotOptions::default()
    };
    let mut dovecot = Dovecot::start(&options).await.unwrap();
    let server = plain(dovecot.imap_port());
    let good = password("anna", "secret");
    let wrong = opened(server.clone(), &password("anna", "wrong")).await;
    let wrong = wrong.unwrap_err().during("open mailbox");
    assert_eq!(
        (wrong.kind(), wrong.retry()),
        (Kind::Unauthorized, Retry::Never)
    );
    let nul = opened(server.clone(), &password("anna", "sec\0ret")).await;
    assert_eq!(nul.unwrap_err().kind(), Kind::Unauthorized);

    let only = Connector::new(server.clone())
        .unwrap()
        .open(&good)
        .await
        .unwrap();
    let second = opened(server.clone(), &good).await.unwrap_err();
    assert!(matches!(second, Error::SignIn(_)), "{second:?}");
    assert_eq!(second.kind(), Kind::Unavailable, "{second}");
    let _reply = only.logout().await.unwrap().ok().unwrap();

    dovecot.kill();
    // Its processes may still be about to go.
    let gone = opened(server, &good).await.unwrap_err();
    assert_eq!(gone.kind(), Kind::Unavailable, "{gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_say_a_password_works() {
    let options = DovecotOptions {
        users: vec![backends::servers::Login::new("anna", "a \"b\\c{5} d")],
        extra: "auth_mechanisms = plain login\n".to_owned(),
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.unwrap();
    let login = password("anna", "a \"b\\c{5} d");
    for disabled in [
        &[][..],
        &[Extension::SaslInitial],
        &[Extension::LiteralPlus, Extension::Id, Extension::Enable],
    ] {
        let server = ImapServer {
            disabled: disabled.iter().copied().collect(),
            ..plain(dovecot.imap_port())
        };
        opened(server, &login).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_opens_the_mailboxes_of_others() {
    let options = DovecotOptions {
        master: Some(backends::servers::Login::new("master", "all")),
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.unwrap();
    let hand = dovecot.hand("anna").await.unwrap();
    hand.create("Anna's own").await.unwrap();
    for (style, user, secret, kind) in [
        (MasterStyle::ActAs, "anna", "all", None),
        (MasterStyle::Separator('*'), "anna", "all", None),
        (MasterStyle::ActAs, "anna", "wrong", Some(Kind::Unavailable)),
        // Nobody of that name: whoever asks has shown a password that is right.
        (
            MasterStyle::Separator('*'),
            "nobody",
            "all",
            Some(Kind::Unavailable),
        ),
        // Else a user of that name would have the master act for somebody else.
        (
            MasterStyle::Separator('*'),
            "anna*x",
            "all",
            Some(Kind::Unauthorized),
        ),
    ] {
        let server = ImapServer {
            master: Some(Master {
                user: "master".to_owned(),
                password: secret.to_owned().into(),
                style,
            }),
            ..plain(dovecot.imap_port())
        };
        let login = Login {
            user: user.to_owned(),
            secret: Secret::Master,
            origin: None,
        };
        let ended = opened(server, &login).await;
        assert_eq!(
            ended.err().map(|error| error.kind()),
            kind,
            "{style:?} {user}"
        );
    }
    let nobody = Login {
        user: "anna".to_owned(),
        secret: Secret::Master,
        origin: None,
    };
    let error = opened(plain(dovecot.imap_port()), &nobody).await;
    assert_eq!(error.unwrap_err().kind(), Kind::Unavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_learns_where_the_user_is_and_what_we_speak() {
    let options = DovecotOptions {
        trusted_networks: Some("127.0.0.0/8"),
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.unwrap();
    let origin: SocketAddr = "192.0.2.77:4711".parse().unwrap();
    let login = Login {
        origin: Some(origin),
        ..password("anna", "secret")
    };
    let connector = Connector::new(plain(dovecot.imap_port())).unwrap();
    let session = connector.open(&login).await.unwrap();
    assert!(session.is_enabled(Extension::Qresync) && session.is_enabled(Extension::CondStore));
    let who = dovecot.doveadm(&["who", "-1"]).unwrap();
    assert!(who.contains("192.0.2.77"), "{who}");
    let less = ImapServer {
        disabled: BTreeSet::from([Extension::CondStore, Extension::Notify]),
        ..plain(dovecot.imap_port())
    };
    let session = Connector::new(less).unwrap().open(&login).await.unwrap();
    assert!(!session.is_enabled(Extension::Qresync) && !session.has(Extension::Notify));
    assert!(session.has(Extension::Idle));
}
