//! Whatever comes back, the phone neither panics nor gets stuck.

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_oneof, proptest};
use proptest::sample::select;
use protocol::command::ping::PingResponse;
use protocol::command::sync::SyncResponse;
use protocol::command::{Body, CollectionId, StatusCode, status_only};
use protocol::device::{
    Answer, Config, Connection, Device, Failure, LocalChange, Output, Profile, Request,
};
use protocol::query::{self, Command};
use protocol::version::Version;
use protocol::wbxml;

use super::phone::{INBOX, body, inbox};
use crate::support::goldens;

/// What the world does to a request, or besides.
#[derive(Clone, Debug)]
enum Move {
    Sensible,
    Status(u16),
    PingStatus(u16, u32),
    SyncLimit(u16, u32),
    Http(u16, Option<u64>),
    Bytes(Vec<u8>),
    Fail(Failure),
    Refresh,
    Pass(u64),
}

fn moves() -> impl Strategy<Value = Vec<(Move, bool)>> {
    let vectors: Vec<_> = goldens().into_iter().map(|golden| golden.bytes).collect();
    let failures = [Failure::Unreachable, Failure::Cut, Failure::TimedOut];
    let statuses = [200, 400, 401, 403, 404, 449, 451, 500, 501, 503, 507];
    let one = prop_oneof![
        8 => Just(Move::Sensible),
        2 => (0..200_u16).prop_map(Move::Status),
        2 => (0..12_u16, any::<u32>()).prop_map(|(status, number)| Move::PingStatus(status, number)),
        1 => (0..20_u16, any::<u32>()).prop_map(|(status, limit)| Move::SyncLimit(status, limit)),
        2 => (select(statuses.to_vec()), any::<Option<u64>>())
            .prop_map(|(status, wish)| Move::Http(status, wish)),
        1 => vec(any::<u8>(), 0..60).prop_map(Move::Bytes),
        2 => select(vectors).prop_map(Move::Bytes),
        2 => select(failures.to_vec()).prop_map(Move::Fail),
        1 => Just(Move::Refresh),
        2 => (0..5000_u64).prop_map(Move::Pass),
    ];
    vec((one, any::<bool>()), 1..120)
}

fn profiles() -> impl Strategy<Value = Profile> {
    prop_oneof![
        Just(Profile::ios()),
        Just(Profile::aosp()),
        Just(Profile::samsung())
    ]
}

/// What a server that means well answers.
fn sensible(request: &Request) -> Answer {
    let ok = |body: Vec<u8>| Answer {
        status: 200,
        headers: vec![("MS-ASProtocolVersions".to_owned(), "12.1,14.1".to_owned())],
        body,
    };
    let Ok(line) = query::parse(&request.query) else {
        return ok(Vec::new());
    };
    let name = format!("{}.response.", line.command.as_str());
    let vector = goldens()
        .into_iter()
        .find(|golden| golden.name.starts_with(&name));
    match line.command {
        Command::Ping => ok(encode(&PingResponse::changes(vec![inbox()]))),
        Command::Sync if !request.body.is_empty() => {
            let sync: protocol::command::sync::SyncRequest = body(request);
            let answers = sync.collections.into_iter().flatten().map(|asked| {
                let key = format!("{}x", asked.sync_key.as_str().len());
                super::phone::answer(&asked, &key)
            });
            ok(encode(&SyncResponse::Collections(answers.collect())))
        }
        _ => ok(vector.map_or_else(Vec::new, |golden| golden.bytes)),
    }
}

fn encode(body: &impl Body) -> Vec<u8> {
    wbxml::encode(&body.to_element(Version::V14_1), Version::V14_1)
}

fn play(device: &mut Device, one: Move, request: Option<&Request>, now: &mut Instant) {
    let connection = request.map_or(Connection::Push, |request| request.connection);
    let ok = |body| Answer {
        status: 200,
        headers: Vec::new(),
        body,
    };
    let command = request
        .and_then(|request| query::parse(&request.query).ok())
        .map_or(Command::Sync, |line| line.command);
    let answer = match one {
        Move::Sensible => match request {
            Some(request) => sensible(request),
            None => return,
        },
        Move::Status(status) => {
            let root = status_only(command, StatusCode::new(status)).unwrap();
            ok(wbxml::encode(&root, Version::V14_1))
        }
        Move::PingStatus(status, number) => ok(encode(&PingResponse {
            status: StatusCode::new(status),
            folders: vec![CollectionId::from_number(INBOX)],
            max_folders: Some(number),
            heartbeat_s: Some(number),
        })),
        Move::SyncLimit(status, limit) => ok(encode(&SyncResponse::Failed {
            status: StatusCode::new(status),
            limit: Some(limit),
        })),
        Move::Http(status, wish) => Answer {
            status,
            headers: wish
                .map(|seconds| ("Retry-After".to_owned(), seconds.to_string()))
                .into_iter()
                .collect(),
            body: Vec::new(),
        },
        Move::Bytes(bytes) => ok(bytes),
        Move::Fail(failure) => return device.failed(connection, failure, *now),
        Move::Refresh => return device.change(LocalChange::Refresh(inbox())),
        Move::Pass(seconds) => {
            *now += Duration::from_secs(seconds);
            return;
        }
    };
    device.answered(connection, &answer, *now);
}

proptest! {
    #[test]
    fn it_always_sends_or_waits(profile in profiles(), moves in moves()) {
        let mut device = Device::new(Config::new(profile, "ann", "DEVICE1"));
        let mut now = Instant::now();
        let mut requests: Vec<Request> = Vec::new();
        for (one, push) in moves {
            // Nothing that it is told lets it go on for ever without waiting for an answer.
            let mut waits = false;
            for _ in 0..8 {
                match device.poll(now) {
                    Output::Send(request) => {
                        prop_assert!(requests.iter().all(|one| one.connection != request.connection));
                        requests.push(request);
                    }
                    Output::Close(connection) => requests.retain(|one| one.connection != connection),
                    Output::Wait { until } => {
                        prop_assert!(until.is_none_or(|until| until > now));
                        waits = true;
                        break;
                    }
                }
            }
            prop_assert!(waits);
            while device.next_event().is_some() {}
            let wanted = if push { Connection::Push } else { Connection::Main };
            let at = requests.iter().position(|one| one.connection == wanted);
            let at = at.or_else(|| (!requests.is_empty()).then_some(0));
            let answered = !matches!(one, Move::Refresh | Move::Pass(_));
            let request = if answered { at.map(|at| requests.remove(at)) } else { None };
            play(&mut device, one, request.as_ref(), &mut now);
        }
    }
}
