//! How much of a large message crosses the connection to its server.

use protocol::codepages::airsyncbase as tags;
use protocol::command::sync::ServerCommand;

use crate::phone::Phone;
use crate::scene::{Service, dovecot, fill, large};
use crate::tap::Tap;

#[tokio::test(flavor = "multi_thread")]
async fn of_a_large_message_only_what_is_shown_is_read() {
    let dovecot = dovecot().await;
    let (raw, content) = large();
    assert!(raw.len() > 50_000_000);
    fill(&dovecot, "Large", 1, &raw).await;
    let tap = Tap::new(dovecot.imap_port()).await;
    let service = Service::start(tap.port());
    let phone = Phone::new(service.eas);
    let mut folder = phone.folder("Large").await;
    tap.take();
    let page = phone.page(&mut folder, 10).await;
    let (said, bytes) = tap.take();
    assert!(bytes < 1 << 20, "{bytes} bytes crossed: {said:#?}");
    let [
        ServerCommand::Add {
            server_id, data, ..
        },
    ] = &page.commands[..]
    else {
        panic!("no message, or several");
    };
    assert!(!page.more);
    let listed = data.element().child(tags::ATTACHMENTS).unwrap();
    let attachment = listed.child(tags::ATTACHMENT).unwrap();
    let size = attachment.child(tags::ESTIMATED_DATA_SIZE).unwrap();
    assert_eq!(size.value(), content.len().to_string());
    let reference = format!("{}:2", server_id.as_str());

    let at_rest = service.at_rest();
    let whole = phone.attachment(&reference, None).await;
    assert!(whole == content);
    let (_, bytes) = tap.take();
    let encoded = raw.len() as u64;
    assert!(bytes < encoded + (1 << 20), "{bytes} bytes crossed");
    let grown = service.memory("VmHWM").saturating_sub(at_rest);
    assert!(grown < 20 << 10, "{grown} KiB more memory");

    let part = phone
        .attachment(&reference, Some("20000001-20100000"))
        .await;
    assert!(part == content[20_000_001..=20_100_000]);
    let (_, bytes) = tap.take();
    assert!(bytes < 1 << 20, "{bytes} bytes crossed");
}
