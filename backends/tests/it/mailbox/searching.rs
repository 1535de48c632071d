//! Searches on servers that are old, and in accounts of parts.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use backends::{Field, FolderRef, Kind, Mailbox, Question, Term};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::{Site, plain};

/// A server that reads nothing but ASCII, and what it was told.
struct Old {
    port: u16,
    said: Arc<Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

impl Old {
    async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let said = Arc::<Mutex<Vec<String>>>::default();
        let (mut tasks, heard) = (JoinSet::new(), Arc::clone(&said));
        tasks.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                serve(client, &heard).await;
            }
        });
        Self {
            port,
            said,
            _tasks: tasks,
        }
    }

    fn searches(&self) -> Vec<String> {
        let said = self.said.lock().unwrap();
        let searches = said
            .iter()
            .filter_map(|line| line.split_once(" UID SEARCH "));
        searches.map(|(_, what)| what.to_owned()).collect()
    }
}

async fn serve(client: TcpStream, heard: &Mutex<Vec<String>>) {
    let mut client = BufReader::new(client);
    let greeting = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hello\r\n";
    client.get_mut().write_all(greeting).await.unwrap();
    let mut line = String::new();
    while client.read_line(&mut line).await.unwrap_or(0) > 0 {
        let said = line.trim_end().to_owned();
        line.clear();
        let (tag, command) = said.split_once(' ').unwrap_or((&said, ""));
        let done = format!("{tag} OK done\r\n");
        let state = |uid| {
            format!(
                "* {uid} FETCH (UID {uid} FLAGS () INTERNALDATE \"14-Nov-2023 22:13:2{uid} +0000\" RFC822.SIZE 9)\r\n"
            )
        };
        let answer = match command {
            // Before the text comes.
            command if command.starts_with("UID SEARCH CHARSET") => {
                format!("{tag} NO [BADCHARSET (US-ASCII)] what?\r\n")
            }
            command if command.starts_with("UID SEARCH") => format!("* SEARCH 5 4\r\n{done}"),
            command if command.starts_with("UID FETCH") => state(4) + &state(5) + &done,
            command if command.starts_with("EXAMINE") => {
                format!("* 9 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n{done}")
            }
            command if command.starts_with("CAPABILITY") => {
                format!("* CAPABILITY IMAP4rev1\r\n{done}")
            }
            _ => done,
        };
        heard.lock().unwrap().push(said);
        if client.get_mut().write_all(answer.as_bytes()).await.is_err() {
            break;
        }
    }
}

fn question(text: &str) -> Question {
    Question {
        folders: vec![FolderRef::new("INBOX")],
        terms: vec![Term {
            field: Field::Subject,
            text: text.to_owned(),
        }],
        most: 10,
        ..Question::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_charsets_is_asked_for_what_is_ascii() {
    let old = Old::start().await;
    let mailbox = Site::new(plain(old.port)).mailbox("anna");
    let found = mailbox
        .search(&question("Gr\u{fc}nstra\u{df}e"))
        .await
        .unwrap();
    let items: Vec<_> = found
        .hits
        .iter()
        .map(|hit| hit.state.item.as_str())
        .collect();
    assert_eq!((items, found.complete), (vec!["7.5", "7.4"], true));
    let searches = old.searches();
    assert_eq!(searches.len(), 2, "{searches:?}");
    assert!(
        searches[0].starts_with("CHARSET UTF-8 SUBJECT {"),
        "{searches:?}"
    );
    assert_eq!(searches[1], "SUBJECT \"nstra\"");
    // Nothing to ask for.
    let refused = mailbox
        .search(&question("\u{65e5}\u{672c}"))
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::Refused);
    // What is ASCII is asked for as such from the first.
    mailbox.search(&question("plain")).await.unwrap();
    assert_eq!(old.searches().last().unwrap(), "SUBJECT \"plain\"");
}
