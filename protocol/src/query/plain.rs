//! The plain form: `Cmd=Sync&User=joe&DeviceId=ABC123&DeviceType=iPhone` (MS-ASHTTP 2.2.1.1.1.2).

use super::{Command, QueryError, RequestLine, checked_device_id, checked_device_type, percent};

/// Whether a field is named `Cmd`.
pub(super) fn names_a_command(query: &str) -> bool {
    fields(query).any(|(name, _value)| name.eq_ignore_ascii_case("Cmd"))
}

/// Order does not matter, nor does the case of names; of a name given twice, the first counts.
pub(super) fn parse(query: &str) -> Result<RequestLine, QueryError> {
    let bytes = |wanted: &str| {
        fields(query)
            .find(|(name, _value)| name.eq_ignore_ascii_case(wanted))
            .map(|(_name, value)| percent::decode(value))
    };
    let text = |wanted| {
        let value = bytes(wanted)?;
        Some(String::from_utf8_lossy(&value).into_owned())
    };
    let name = text("Cmd").ok_or(QueryError::MissingCommand)?;
    let command = Command::parse(&name).ok_or(QueryError::UnknownCommand(name))?;
    let device_id = checked_device_id(&bytes("DeviceId").unwrap_or_default())?;
    let device_type = checked_device_type(&bytes("DeviceType").unwrap_or_default())?;
    Ok(RequestLine {
        user: text("User"),
        attachment_name: text("AttachmentName"),
        collection_id: text("CollectionId"),
        item_id: text("ItemId"),
        long_id: text("LongId"),
        occurrence: text("Occurrence"),
        save_in_sent: text("SaveInSent").is_some_and(|value| value.eq_ignore_ascii_case("T")),
        ..RequestLine::new(command, device_id, device_type)
    })
}

pub(super) fn write(line: &RequestLine) -> String {
    let mut out = format!("Cmd={}", line.command);
    let mut field = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            out.push('&');
            out.push_str(name);
            out.push('=');
            percent::encode(value, &mut out);
        }
    };
    field("User", line.user.as_deref());
    field("DeviceId", Some(&line.device_id));
    field("DeviceType", Some(&line.device_type));
    field("AttachmentName", line.attachment_name.as_deref());
    field("CollectionId", line.collection_id.as_deref());
    field("ItemId", line.item_id.as_deref());
    field("LongId", line.long_id.as_deref());
    field("Occurrence", line.occurrence.as_deref());
    field("SaveInSent", line.save_in_sent.then_some("T"));
    out
}

fn fields(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter_map(|field| field.split_once('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_in_any_order_and_case() {
        let line =
            parse("devicetype=SAMSUNG%20X&CMD=sendmail&User=d%5Cjoe&saveinsent=t&DeviceId=A-1");
        let mut expected = RequestLine::new(Command::SendMail, "A-1", "SAMSUNG X");
        expected.user = Some("d\\joe".to_owned());
        expected.save_in_sent = true;
        assert_eq!(line, Ok(expected));
    }

    #[test]
    fn writes_what_it_reads() {
        let mut line = RequestLine::new(Command::SmartForward, "ABC123", "iPhone");
        line.item_id = Some("u1:101 ü".to_owned());
        let query = write(&line);
        assert_eq!(
            query,
            "Cmd=SmartForward&DeviceId=ABC123&DeviceType=iPhone&ItemId=u1%3A101%20%C3%BC"
        );
        assert_eq!(parse(&query), Ok(line));
    }
}
