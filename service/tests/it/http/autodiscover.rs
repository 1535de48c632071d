//! What devices ask before they know their server.

use super::support::{Ask, Gateway, Response};

const POX: &str = "/Autodiscover/Autodiscover.xml";
const URL: &str = "https://mail.example/Microsoft-Server-ActiveSync";
const MOBILE: &str =
    "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006";

fn request(schema: &str, address: &str) -> String {
    format!(
        "<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006\">\
         <Request><EMailAddress>{address}</EMailAddress>\
         <AcceptableResponseSchema>{schema}</AcceptableResponseSchema></Request></Autodiscover>"
    )
}

#[tokio::test]
async fn credentials_and_an_address_lead_to_the_server() {
    let gateway = Gateway::start(|_| {}).await;
    let body = request(MOBILE, "anna@example.org");
    let ask = Ask::post(POX)
        .with("Content-Type", "text/xml")
        .body(body.as_bytes());
    let response = gateway.ask(&ask).await;
    assert_eq!(response.status, 200);
    assert_eq!(
        response.header("content-type"),
        Some("text/xml; charset=utf-8")
    );
    let text = response.text();
    for part in [
        &format!("<Url>{URL}</Url><Name>{URL}</Name>"),
        "<Type>MobileSync</Type>",
        "<EMailAddress>anna@example.org</EMailAddress>",
        &format!("<Response xmlns=\"{MOBILE}\">"),
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // Some ask without saying what.
    let by_get = gateway.ask(&Ask::post(POX).method("GET")).await;
    assert_eq!(by_get.text(), text);
}

#[tokio::test]
async fn nobody_learns_which_addresses_exist() {
    let gateway = Gateway::start(|_| {}).await;
    let pox = async |credentials: &[u8], address: &str| {
        let body = request(MOBILE, address);
        let ask = Ask::post(POX).by(credentials).body(body.as_bytes());
        without_id(&gateway.ask(&ask).await)
    };
    let unknown = pox(b"nobody:secret", "nobody@example.org").await;
    assert_eq!(unknown.0, 401);
    assert_eq!(unknown, pox(b"anna:wrong", "anna@example.org").await);
    let json = async |address: &str| {
        let target = format!("/autodiscover/autodiscover.json?Email={address}&Protocol=ActiveSync");
        let mut ask = Ask::post(&target).method("GET");
        ask.credentials = None;
        without_id(&gateway.ask(&ask).await)
    };
    let known = json("anna%40example.org").await;
    assert_eq!(
        known.2,
        format!("{{\"Protocol\":\"ActiveSync\",\"Url\":\"{URL}\"}}")
    );
    assert_eq!(known, json("nobody%40example.org").await);
}

/// What a client can tell answers apart by.
fn without_id(response: &Response) -> (u16, Vec<(String, String)>, String) {
    let mut headers = response.headers.clone();
    headers.retain(|(name, _)| name != "x-request-id" && name != "date");
    (response.status, headers, response.text())
}

#[tokio::test]
async fn what_is_not_ours_is_said_in_the_clients_own_words() {
    let gateway = Gateway::start(|_| {}).await;
    let outlook = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";
    for (body, code) in [
        (request(outlook, "anna@example.org"), "601"),
        ("<html/>".to_owned(), "600"),
        ("\u{0}\u{1}".to_owned(), "600"),
    ] {
        let response = gateway.ask(&Ask::post(POX).body(body.as_bytes())).await;
        assert_eq!(response.status, 200);
        let wanted = format!("<ErrorCode>{code}</ErrorCode>");
        assert!(response.text().contains(&wanted), "{}", response.text());
    }
    let long = vec![b' '; 70_000];
    assert_eq!(gateway.ask(&Ask::post(POX).body(&long)).await.status, 413);
    let response = gateway.ask(&Ask::post(POX).method("PUT")).await;
    assert_eq!(
        (response.status, response.header("allow")),
        (405, Some("GET,HEAD,POST"))
    );
    let exotic = "/autodiscover/autodiscover.json/v1.0/a@b?Protocol=EWS";
    assert_eq!(
        gateway.ask(&Ask::post(exotic).method("GET")).await.status,
        400
    );
}

#[tokio::test]
async fn a_question_without_tls_is_sent_to_https() {
    let gateway = Gateway::start(|_| {}).await;
    let mut ask = Ask::post(POX).method("GET");
    ask.credentials = None;
    let response = gateway.ask(&ask).await;
    assert_eq!(response.status, 302);
    assert_eq!(
        response.header("location"),
        Some("https://mail.example/autodiscover/autodiscover.xml")
    );
    let secured = ask.with("X-Forwarded-Proto", "https");
    assert_eq!(gateway.ask(&secured).await.status, 401);
}

#[tokio::test]
async fn the_configured_address_wins() {
    let own = "https://push.example.org/Microsoft-Server-ActiveSync";
    let gateway = Gateway::start(|config| config.autodiscover.url = Some(own.to_owned())).await;
    let body = request(MOBILE, "anna@example.org");
    let response = gateway.ask(&Ask::post(POX).body(body.as_bytes())).await;
    assert!(response.text().contains(&format!("<Url>{own}</Url>")));
}
