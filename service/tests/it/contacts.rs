//! Contacts both ways, over the service behind its listeners and a vdir that another program writes to as well.

mod device;
mod down;
mod meddler;
mod others;
mod policies;
mod scene;
mod up;

/// A card as another program writes it: a name, and lines of its own.
fn card(person: &str, lines: &[&str]) -> String {
    let mut card =
        format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{person}\r\nN:;{person};;;\r\nFN:{person}\r\n");
    for line in lines {
        card.push_str(line);
        card.push_str("\r\n");
    }
    card.push_str("END:VCARD\r\n");
    card
}
