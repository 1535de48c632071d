//! Searching: what is in a message, and when it came.

use crate::contract::{Bench, Case, Failure, Outcome, TIME, refused};
use crate::error::Kind;
use crate::name::{FolderRef, ItemRef};
use crate::search::{Field, Findings, Question, Term};

pub(super) fn cases() -> Vec<(&'static str, Case)> {
    vec![
        ("texts are found where they are", |bench| {
            Box::pin(texts(bench))
        }),
        (
            "the newest are found, of the time that is asked for",
            |bench| Box::pin(newest(bench)),
        ),
        ("only the folders asked for are searched", |bench| {
            Box::pin(folders(bench))
        }),
    ]
}

/// Messages that differ in where their words are, and how these are written.
const MESSAGES: [&str; 4] = [
    "From: Ann Archer <ann@one.example>\r\nTo: Bob <bob@two.example>\r\nSubject: Quarterly figures\r\n\r\n\
     Dear Bob,\r\nthe harvest was good.\r\n",
    "From: =?utf-8?q?J=C3=B6rg?= <joerg@one.example>\r\nTo: x@two.example\r\nCc: Carol <carol@three.example>\r\n\
     Subject: =?utf-8?b?R3LDvMOfZSBhdXMgS8O2bG4=?=\r\nMIME-Version: 1.0\r\n\
     Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n\
     RGllIEVybnRlIHdhciBzY2jDtm4uCg==\r\n",
    "From: dora@four.example\r\nTo: y@two.example\r\nSubject: Parts\r\nMIME-Version: 1.0\r\n\
     Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\
     Content-Transfer-Encoding: quoted-printable\r\n\r\nA har=\r\nvester\r\n--b\r\n\
     Content-Type: text/html; charset=utf-8\r\n\r\n<p>A harvester</p>\r\n--b--\r\n",
    "From: eve@five.example\r\nTo: z@two.example\r\nSubject: Say \"hello\" {5}\r\n\r\nNothing.\r\n",
];

fn term(field: Field, text: &str) -> Term {
    Term {
        field,
        text: text.to_owned(),
    }
}

fn question(folder: &FolderRef, terms: Vec<Term>) -> Question {
    Question {
        folders: vec![folder.clone()],
        terms,
        most: 10,
        ..Question::default()
    }
}

async fn texts(bench: Bench) -> Outcome {
    let inbox = bench.inbox().await?;
    if !bench.is_mail() {
        let asked = question(&inbox, vec![term(Field::Any, "one")]);
        let answer = bench.mailbox.search(&asked).await;
        assert_eq!(refused(answer)?.kind(), Kind::Refused);
        return Ok(());
    }
    let mut items = Vec::new();
    for (age, message) in (0..).zip(MESSAGES) {
        let delivered = bench.hand.deliver(&inbox, TIME - age, message.as_bytes());
        items.push(delivered.await?);
    }
    for (terms, numbers) in [
        (vec![term(Field::Any, "harvest")], &[0, 2][..]),
        (vec![term(Field::Body, "HARVEST")], &[0, 2]),
        (vec![term(Field::Body, "harvester")], &[2]),
        (vec![term(Field::Any, "quarterly")], &[0]),
        (vec![term(Field::Subject, "figures")], &[0]),
        (vec![term(Field::Body, "figures")], &[]),
        (vec![term(Field::From, "one.example")], &[0, 1]),
        (vec![term(Field::Any, "Archer")], &[0]),
        (vec![term(Field::To, "carol")], &[1]),
        (vec![term(Field::To, "bob@two")], &[0]),
        (vec![term(Field::From, "bob")], &[]),
        (vec![term(Field::Any, "\u{d6}ln")], &[1]),
        (
            vec![term(Field::Subject, "gr\u{fc}\u{df}e aus k\u{f6}ln")],
            &[1],
        ),
        (vec![term(Field::From, "j\u{f6}rg")], &[1]),
        (vec![term(Field::Body, "sch\u{f6}n")], &[1]),
        (vec![term(Field::Subject, "\"hello\" {5}")], &[3]),
        (vec![term(Field::Any, "nowhere to be found")], &[]),
        (
            vec![term(Field::Any, "harvest"), term(Field::From, "ann")],
            &[0],
        ),
        (
            vec![term(Field::Any, "ann"), term(Field::Any, "nothing")],
            &[],
        ),
        (Vec::new(), &[0, 1, 2, 3]),
    ] {
        let asked = question(&inbox, terms);
        let found = bench.mailbox.search(&asked).await?;
        let expected: Vec<_> = numbers.iter().filter_map(|at| items.get(*at)).collect();
        assert_eq!(names(&found), expected, "{:?}", asked.terms);
        assert!(found.complete);
    }
    Ok(())
}

fn names(found: &Findings) -> Vec<&ItemRef> {
    found.hits.iter().map(|hit| &hit.state.item).collect()
}

async fn newest(bench: Bench) -> Outcome {
    if !bench.is_mail() {
        return Ok(());
    }
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let mut items = Vec::new();
    // Not in the order of their arrival.
    for age in [2, 0, 3, 1] {
        let content = bench.content("same");
        let item = bench.hand.deliver(&inbox, TIME - age, &content).await?;
        items.push((age, item));
    }
    items.sort();
    let items: Vec<&ItemRef> = items.iter().map(|(_, item)| item).collect();
    let asked = question(&inbox, vec![term(Field::Subject, "same")]);
    let found = mailbox.search(&asked).await?;
    assert_eq!((names(&found), found.complete), (items.clone(), true));
    for hit in &found.hits {
        let state = &hit.state;
        let (marks, _) = mailbox.marks(&inbox, &state.item, &state.version).await?;
        assert_eq!((&marks, &hit.folder), (state, &inbox));
    }
    for (after, before, most, expected) in [
        (None, None, 2, items.get(..2)),
        (None, None, 4, items.get(..4)),
        (Some(TIME - 2), None, 10, items.get(..2)),
        (None, Some(TIME - 1), 10, items.get(2..)),
        (Some(TIME - 3), Some(TIME), 10, items.get(1..3)),
        (Some(TIME), None, 10, Some(&[][..])),
    ] {
        let asked = Question {
            after,
            before,
            most,
            ..asked.clone()
        };
        let found = mailbox.search(&asked).await?;
        assert_eq!(Some(&names(&found)[..]), expected, "{asked:?}");
        assert_eq!(found.complete, most >= 4, "{asked:?}");
    }
    Ok(())
}

async fn folders(bench: Bench) -> Outcome {
    if !bench.is_mail() {
        return Ok(());
    }
    let mailbox = &*bench.mailbox;
    let inbox = bench.inbox().await?;
    let other = bench.hand.create_folder("Other place").await?;
    let third = bench.hand.create_folder("Third").await?;
    let content = bench.content("same");
    for (age, folder) in (0..).zip([&other, &inbox, &third, &other]) {
        bench.hand.deliver(folder, TIME - age, &content).await?;
    }
    let places = async |folders: &[&FolderRef]| -> Result<Vec<(FolderRef, i64)>, Failure> {
        let asked = Question {
            folders: folders.iter().copied().cloned().collect(),
            terms: vec![term(Field::Any, "same")],
            most: 10,
            ..Question::default()
        };
        let found = mailbox.search(&asked).await?;
        let hits = found.hits.into_iter();
        Ok(hits
            .map(|hit| (hit.folder, TIME - hit.state.time))
            .collect())
    };
    let of = |folder: &FolderRef, age| (folder.clone(), age);
    let all = [of(&other, 0), of(&inbox, 1), of(&third, 2), of(&other, 3)];
    assert_eq!(places(&[&inbox, &other, &third]).await?, all);
    assert_eq!(places(&[&inbox]).await?, [of(&inbox, 1)]);
    assert_eq!(places(&[]).await?, []);
    // One that is gone, and names that nobody has.
    bench.hand.remove_folder(&third).await?;
    let invented = FolderRef::new("../../etc");
    let found = places(&[&third, &inbox, &invented]).await?;
    assert_eq!(found, [of(&inbox, 1)]);
    Ok(())
}
