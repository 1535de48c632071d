//! Sending before 14.0: the message is the body, and the query says the rest.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use protocol::query::{Command, RequestLine};
use protocol::version::Version;

use crate::house::House;
use crate::phone::{Phone, Told, told};

const MIME: &str = "To: bo@example.org\r\nSubject: old\r\n\r\nOld words.\r\n";

fn old(house: &House) -> Phone {
    let mut phone = Phone::new(house, "anna", "oldphone");
    phone.version = Version::V12_1;
    phone
}

#[tokio::test]
async fn a_plain_query_and_a_packed_one_send() {
    let house = House::start("");
    let phone = old(&house);
    let query = phone.query("SendMail") + "&SaveInSent=T";
    assert_eq!(told(phone.post(&query, MIME.as_bytes()).await), Told::Sent);
    // Nothing else tells a repeat than the message itself; a success is all that can be said of it.
    assert_eq!(told(phone.post(&query, MIME.as_bytes()).await), Told::Sent);
    assert_eq!(house.mails("bo", "").len(), 1);
    assert_eq!(house.mails("anna", ".Sent").len(), 1);
    let mut line = RequestLine::new(Command::SendMail, "packed", "Sender");
    line.version = Some(Version::V12_1);
    line.save_in_sent = true;
    let query = line.to_base64().unwrap();
    assert!(STANDARD.decode(&query).is_ok());
    assert_eq!(told(phone.post(&query, MIME.as_bytes()).await), Told::Sent);
    assert_eq!(
        house.mails("bo", "").len(),
        2,
        "another device is another author"
    );
    assert_eq!(house.mails("anna", ".Sent").len(), 2);
    let query = phone.query("SendMail");
    let other = MIME.replace("old", "kept nowhere");
    assert_eq!(told(phone.post(&query, other.as_bytes()).await), Told::Sent);
    assert_eq!(house.mails("anna", ".Sent").len(), 2);
}

#[tokio::test]
async fn what_lasts_is_400_and_what_passes_is_503() {
    let mut house = House::start("");
    let phone = old(&house);
    let query = phone.query("SendMail");
    for mime in ["", "To: x@example.net\r\n\r\nx", "Subject: nobody\r\n\r\nx"] {
        assert_eq!(
            told(phone.post(&query, mime.as_bytes()).await),
            Told::Http(400),
            "{mime:?}"
        );
    }
    let nowhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = nowhere.local_addr().unwrap().port();
    drop(nowhere);
    house = {
        drop(house);
        House::with_relay(port)
    };
    let phone = old(&house);
    let mime = "To: x@example.net\r\n\r\nx";
    assert_eq!(
        told(phone.post(&query, mime.as_bytes()).await),
        Told::Http(503)
    );
}
