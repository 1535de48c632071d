//! What is written is read back, through the bytes, in every version that is served.

use std::fmt::Debug;

use proptest::prelude::{Strategy, prop_assert_eq, proptest};
use proptest::sample::select;
use proptest::test_runner::TestCaseError;
use protocol::command::Body;
use protocol::version::Version;
use protocol::wbxml::{Limits, decode, encode};

use super::any_compose::{failure, forward_request, reply_request, send_request};
use super::any_folders::{
    create_request, create_response, delete_request, delete_response, update_request,
    update_response,
};
use super::any_items::{move_request, move_response, operations_request, operations_response};
use super::any_recipients::{recipients_request, recipients_response};
use super::any_search::{find_request, find_response, search_request, search_response};
use super::any_settings::{
    provision_request, provision_response, settings_request, settings_response,
};
use super::any_sync::{
    estimate_request, estimate_response, folder_sync_request, folder_sync_response, ping_request,
    ping_response, sync_request, sync_response,
};

fn returns<T: Body + Debug + PartialEq>(body: &T, version: Version) -> Result<(), TestCaseError> {
    let bytes = encode(&body.to_element(version), version);
    let document = decode(&bytes, &Limits::default()).unwrap();
    prop_assert_eq!(document.skipped, []);
    let read = T::from_element(&document.root);
    prop_assert_eq!(read.as_ref(), Ok(body));
    Ok(())
}

/// A version, and a body that it has.
fn of<S>(body: fn(Version) -> S) -> impl Strategy<Value = (Version, S::Value)>
where
    S: Strategy + 'static,
    S::Value: Debug,
{
    of_these(&Version::SERVED[..], body)
}

/// The same for what is a document from 14.0 on only.
fn from_14<S>(body: fn(Version) -> S) -> impl Strategy<Value = (Version, S::Value)>
where
    S: Strategy + 'static,
    S::Value: Debug,
{
    of_these(&Version::SERVED[1..], body)
}

fn of_these<S>(
    versions: &'static [Version],
    body: fn(Version) -> S,
) -> impl Strategy<Value = (Version, S::Value)>
where
    S: Strategy + 'static,
    S::Value: Debug,
{
    select(versions)
        .prop_flat_map(move |version| body(version).prop_map(move |body| (version, body)))
}

proptest! {
    #[test]
    fn sync_requests((version, body) in of(sync_request)) {
        returns(&body, version)?;
    }

    #[test]
    fn sync_answers((version, body) in of(sync_response)) {
        returns(&body, version)?;
    }

    #[test]
    fn estimate_requests((version, body) in of(estimate_request)) {
        returns(&body, version)?;
    }

    #[test]
    fn estimate_answers((version, body) in of(estimate_response)) {
        returns(&body, version)?;
    }

    #[test]
    fn operation_requests((version, body) in of(operations_request)) {
        returns(&body, version)?;
    }

    #[test]
    fn operation_answers((version, body) in of(operations_response)) {
        returns(&body, version)?;
    }

    #[test]
    fn provision_requests((version, body) in of(provision_request)) {
        returns(&body, version)?;
    }

    #[test]
    fn provision_answers((version, body) in of(provision_response)) {
        returns(&body, version)?;
    }

    #[test]
    fn settings_requests((version, body) in of(settings_request)) {
        returns(&body, version)?;
    }

    #[test]
    fn settings_answers((version, body) in of(settings_response)) {
        returns(&body, version)?;
    }

    #[test]
    fn messages_to_send((version, body) in from_14(send_request)) {
        returns(&body, version)?;
    }

    #[test]
    fn replies((version, body) in from_14(reply_request)) {
        returns(&body, version)?;
    }

    #[test]
    fn forwards((version, body) in from_14(forward_request)) {
        returns(&body, version)?;
    }

    #[test]
    fn failures_to_send(version in select(&Version::SERVED[1..]), body in failure()) {
        returns(&body, version)?;
    }

    #[test]
    fn searches((version, body) in of(search_request)) {
        returns(&body, version)?;
    }

    #[test]
    fn search_answers((version, body) in of(search_response)) {
        returns(&body, version)?;
    }

    #[test]
    fn recipients((version, body) in of(recipients_request)) {
        returns(&body, version)?;
    }

    #[test]
    fn recipients_found((version, body) in of(recipients_response)) {
        returns(&body, version)?;
    }

    #[test]
    fn finds(body in find_request(), answer in find_response()) {
        returns(&body, Version::V16_1)?;
        returns(&answer, Version::V16_1)?;
    }

    #[test]
    fn bodies_that_all_versions_have(
        version in select(&Version::SERVED[..]),
        hierarchy in (folder_sync_request(), folder_sync_response()),
        ping in (ping_request(), ping_response()),
        moves in (move_request(), move_response()),
    ) {
        returns(&hierarchy.0, version)?;
        returns(&hierarchy.1, version)?;
        returns(&ping.0, version)?;
        returns(&ping.1, version)?;
        returns(&moves.0, version)?;
        returns(&moves.1, version)?;
    }

    #[test]
    fn changes_of_folders(
        version in select(&Version::SERVED[..]),
        create in (create_request(), create_response()),
        update in (update_request(), update_response()),
        delete in (delete_request(), delete_response()),
    ) {
        returns(&create.0, version)?;
        returns(&create.1, version)?;
        returns(&update.0, version)?;
        returns(&update.1, version)?;
        returns(&delete.0, version)?;
        returns(&delete.1, version)?;
    }
}
