//! From OPTIONS to the first wait.

use std::time::Duration;

use protocol::command::folder_sync::{FolderSyncResponse, FolderType};
use protocol::command::provision::{PolicyAnswer, ProvisionDocument, ProvisionResponse, Wipe};
use protocol::command::{StatusCode, status_only};
use protocol::device::{Connection, Event, Output, Profile};
use protocol::query::Command;
use protocol::version::Version;

use super::phone::{INBOX, Phone, SENT};

fn policy(key: u32, document: Option<ProvisionDocument>) -> ProvisionResponse {
    ProvisionResponse {
        policy: Some(PolicyAnswer {
            policy_type: "MS-EAS-Provisioning-WBXML".to_owned(),
            status: StatusCode::SUCCESS,
            policy_key: Some(key),
            document,
        }),
        ..ProvisionResponse::failed(StatusCode::SUCCESS)
    }
}

#[test]
fn each_family_sets_itself_up_and_waits() {
    for profile in [Profile::ios(), Profile::aosp(), Profile::samsung()] {
        let mut phone = Phone::set_up(profile);
        assert!(phone.device.is_set_up());
        phone.expect(Command::Ping);
        assert!(phone.device.is_parked());
        assert!(phone.expect_wait().is_some());
    }
}

#[test]
fn the_highest_version_that_both_know_is_chosen() {
    for (offered, most, chosen) in [
        (
            "2.5,12.0,12.1,14.0,14.1,16.0,16.1",
            Version::V16_1,
            Version::V16_1,
        ),
        (
            "2.5,12.0,12.1,14.0,14.1,16.0,16.1",
            Version::V14_1,
            Version::V14_1,
        ),
        ("12.1,99.9", Version::V16_1, Version::V12_1),
    ] {
        let mut phone = Phone::new(Profile::ios());
        let mut config = protocol::device::Config::new(Profile::ios(), "ann", "D1");
        config.version_max = most;
        phone.device = protocol::device::Device::new(config);
        phone.options(offered);
        assert_eq!(phone.device.version(), Some(chosen));
    }
}

#[test]
fn a_server_without_a_common_version_is_asked_again_later() {
    let mut phone = Phone::new(Profile::aosp());
    phone.options("2.5");
    assert_eq!(phone.expect_wait(), Some(Duration::from_secs(10)));
    phone.pass(Duration::from_secs(10));
    phone.options("14.1");
}

#[test]
fn the_query_has_the_form_and_the_key_of_the_family() {
    let mut phone = Phone::set_up(Profile::aosp());
    let ping = phone.expect(Command::Ping);
    assert!(ping.query.starts_with("Cmd=Ping"));
    assert!(
        ping.headers
            .iter()
            .all(|(name, _)| *name != "X-MS-PolicyKey")
    );
    assert!(
        ping.headers
            .contains(&("MS-ASProtocolVersion", "14.1".to_owned()))
    );
    let mut phone = Phone::set_up(Profile::samsung());
    let ping = phone.expect(Command::Ping);
    let line = phone.line(&ping);
    assert_eq!(
        (line.version, line.policy_key),
        (Some(Version::V14_1), Some(0))
    );
    assert_eq!(ping.time_limit, Duration::from_secs(480));
}

#[test]
fn a_demand_for_a_policy_is_followed_in_two_rounds() {
    for by_http in [true, false] {
        let mut phone = Phone::new(Profile::aosp());
        phone.options("14.1");
        phone.settings();
        phone.expect(Command::FolderSync);
        if by_http {
            phone.answer_http(Connection::Main, 449);
        } else {
            let demand = status_only(Command::FolderSync, StatusCode::new(142)).unwrap();
            phone.answer_element(Connection::Main, &demand);
        }
        let first = phone.expect_provision();
        assert!(first.device_information.is_some());
        phone.answer(
            Connection::Main,
            &policy(7, Some(ProvisionDocument::default())),
        );
        let request = phone.expect(Command::Provision);
        assert!(
            request
                .headers
                .contains(&("X-MS-PolicyKey", "7".to_owned()))
        );
        phone.answer(Connection::Main, &policy(8, None));
        assert!(phone.events().contains(&Event::Provisioned));
        let request = phone.expect(Command::FolderSync);
        assert!(
            request
                .headers
                .contains(&("X-MS-PolicyKey", "8".to_owned()))
        );
    }
}

#[test]
fn a_demand_that_never_ends_is_met_with_pauses() {
    let mut phone = Phone::new(Profile::aosp());
    phone.options("14.1");
    phone.settings();
    for _ in 0..3 {
        phone.expect(Command::FolderSync);
        phone.answer_http(Connection::Main, 449);
        phone.expect_provision();
        phone.answer(Connection::Main, &policy(7, None));
        phone.expect_provision();
        phone.answer(Connection::Main, &policy(8, None));
    }
    phone.expect(Command::FolderSync);
    phone.answer_http(Connection::Main, 449);
    assert_eq!(phone.expect_wait(), Some(Duration::from_secs(10)));
}

#[test]
fn a_wipe_is_acknowledged_and_is_the_end() {
    let mut phone = Phone::new(Profile::aosp());
    phone.options("14.1");
    phone.settings();
    phone.expect(Command::FolderSync);
    phone.answer_http(Connection::Main, 449);
    phone.expect_provision();
    let wipe = ProvisionResponse {
        wipe: Some(Wipe::Device),
        ..ProvisionResponse::failed(StatusCode::SUCCESS)
    };
    phone.answer(Connection::Main, &wipe);
    let report = phone.expect_provision().wipe.unwrap();
    assert_eq!(
        (report.wipe, report.status),
        (Wipe::Device, StatusCode::SUCCESS)
    );
    phone.answer(Connection::Main, &wipe);
    assert!(phone.events().contains(&Event::WipeRequested(Wipe::Device)));
    assert_eq!(phone.expect_wait(), None);
}

#[test]
fn a_server_that_wants_a_pause_gets_it() {
    let mut phone = Phone::new(Profile::samsung());
    phone.options("14.1");
    phone.expect(Command::Settings);
    let answer = protocol::device::Answer {
        status: 503,
        headers: vec![("retry-after".to_owned(), "77".to_owned())],
        body: Vec::new(),
    };
    phone.device.answered(Connection::Main, &answer, phone.now);
    assert_eq!(phone.expect_wait(), Some(Duration::from_secs(77)));
    phone.pass(Duration::from_secs(77));
    phone.expect(Command::Settings);
}

#[test]
fn a_hierarchy_key_that_is_refused_starts_the_hierarchy_anew_and_keeps_the_items() {
    let mut phone = Phone::set_up(Profile::samsung());
    phone.expect(Command::Ping);
    phone.answer_ping(&protocol::command::ping::PingResponse::hierarchy_changed());
    phone.expect(Command::FolderSync);
    phone.answer(
        Connection::Main,
        &FolderSyncResponse::failed(StatusCode::new(9)),
    );
    phone.hierarchy(&[(INBOX, FolderType::Inbox)]);
    let events = phone.events();
    let gone = protocol::command::CollectionId::from_number(SENT);
    assert!(events.contains(&Event::FolderRemoved(gone)));
    assert!(
        !events
            .iter()
            .any(|event| matches!(event, Event::FolderAdded(_)))
    );
    // The Inbox goes on under its key: nothing to do but to wait.
    assert!(
        matches!(phone.device.poll(phone.now), Output::Send(request) if request.connection == Connection::Push)
    );
}
