//! A message that is for a moment otherwise than the index ever gets to know it.

use std::sync::atomic::Ordering;

use directpush::telemetry::Facts;
use protocol::class::email::{Email, Flagged};
use protocol::command::Body;
use protocol::command::sync::{ServerCommand, SyncResponse};
use protocol::wbxml::{self, Limits};
use tokio::task;
use tokio::time::timeout;

use crate::inside::{Inside, document, seam};
use crate::phone::LIMIT;
use crate::polls::Device;

/// Syncs the INBOX; whether the one message is told, and as flagged.
async fn told(inside: &Inside, device: &mut Device) -> Option<bool> {
    let (seam, mut facts) = (seam(inside), Facts::default());
    let request = device.sync_request(Vec::new());
    let answer = timeout(LIMIT, seam.dispatch(request, &mut facts)).await;
    let bytes = document(&answer.unwrap());
    if bytes.is_empty() {
        return None;
    }
    let document = wbxml::decode(&bytes, &Limits::default()).unwrap();
    let Ok(SyncResponse::Collections(answers)) = SyncResponse::from_element(&document.root) else {
        panic!("a Sync failed");
    };
    device.set_key(answers[0].sync_key.clone());
    let commands = answers[0].commands.iter();
    let mut told = commands.map(|command| match command {
        ServerCommand::Add { data, .. } | ServerCommand::Change { data, .. } => {
            let email = Email::from_data(data.element()).unwrap();
            email
                .flag
                .is_some_and(|flag| flag.flagged() == Flagged::Yes)
        }
        other => panic!("{other:?}"),
    });
    told.next_back()
}

/// The index knows of a change; before that is read there is another, of which it does not hear. When the message is as
/// the index knows it again, that is no change to the index, but one to the device.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_a_moment_is_told_to_be_over() {
    for known in ["", "S"] {
        let inside = Inside::start(&[""]).await;
        inside.maildir.deliver("", "m");
        let mut device = Device::new("GLIMPSE");
        device.begin(&inside).await;
        if known == "S" {
            assert_eq!(told(&inside, &mut device).await, Some(false));
        }
        assert!(inside.maildir.mark("", "m", known));
        let before = inside.hanging.reading.load(Ordering::SeqCst);
        inside.hanging.reads.store(true, Ordering::SeqCst);
        let meanwhile = async {
            while inside.hanging.reading.load(Ordering::SeqCst) == before {
                task::yield_now().await;
            }
            assert!(inside.maildir.mark("", "m", "FS"));
            inside.hanging.reads.store(false, Ordering::SeqCst);
        };
        let (flagged, ()) = tokio::join!(told(&inside, &mut device), meanwhile);
        assert_eq!(flagged, Some(true), "what it is is told");
        assert!(inside.maildir.mark("", "m", known));
        assert_eq!(told(&inside, &mut device).await, Some(false), "{known:?}");
        inside.stop().await;
    }
}
