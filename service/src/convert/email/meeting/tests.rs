//! Meetings of the world.

use protocol::class::email::{
    BusyStatus, InstanceType, MeetingMessageType, MeetingRequest, MessageClass, Recurrence,
    RecurrenceEnd, RecurrenceType, Sensitivity, uid_of,
};
use protocol::time_zone::{TimeZone, Transition};

use super::of;

const RECEIVED: i64 = 1_740_000_000;

fn read(lines: &str) -> Option<MeetingRequest> {
    let text = format!(
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    of(&text, MessageClass::MeetingRequest.as_str(), RECEIVED)
}

fn meeting(lines: &str) -> MeetingRequest {
    read(lines).unwrap()
}

#[test]
fn a_meeting_in_berlin() {
    let meeting = meeting(
        "UID:abc@x\r\nDTSTAMP:20250301T101112Z\r\nDTSTART;TZID=Europe/Berlin:20250310T100000\r\nDTEND;TZID=Europe/Berlin:20250310T113000\r\n\
         SUMMARY:Meeting\r\nLOCATION:Room 1\\, first floor\r\nORGANIZER;CN=\"Ann Example\":mailto:ann@example.org\r\nSEQUENCE:2\r\nCLASS:PRIVATE\r\n\
         BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nEND:VALARM",
    );
    assert_eq!(
        (meeting.start, meeting.end),
        (Some(1_741_597_200), Some(1_741_602_600))
    );
    assert_eq!(meeting.stamp, 1_740_823_872);
    assert_eq!(meeting.all_day, Some(false));
    assert_eq!(meeting.instance_type, Some(InstanceType::Single));
    let place = meeting.location.unwrap().display_name;
    assert_eq!(place.as_deref(), Some("Room 1, first floor"));
    assert_eq!(
        meeting.organizer.as_deref(),
        Some("\"Ann Example\" <ann@example.org>")
    );
    assert_eq!(meeting.reminder_s, Some(900));
    assert_eq!(meeting.sensitivity, Some(Sensitivity::Private));
    assert_eq!(meeting.busy_status, Some(BusyStatus::Busy));
    assert_eq!(meeting.message_type, Some(MeetingMessageType::FullUpdate));
    assert_eq!(meeting.response_requested, Some(false));
    assert_eq!(meeting.uid.as_deref(), Some("abc@x"));
    let name = meeting.global_object_id.unwrap();
    assert_eq!(uid_of(&name).as_deref(), Some("abc@x"));
    let zone = meeting.time_zone;
    assert_eq!(
        (
            zone.bias_min,
            zone.standard.bias_min,
            zone.daylight.bias_min
        ),
        (-60, 0, -60)
    );
    let last_sunday = |month, hour| Transition {
        month,
        day: 5,
        hour,
        ..Transition::default()
    };
    assert_eq!(zone.standard.start, last_sunday(10, 3));
    assert_eq!(zone.daylight.start, last_sunday(3, 2));
}

#[test]
fn zones_of_the_world() {
    for (name, bias, daylight) in [
        ("America/New_York", 300, Some((3, 2, 2))),
        ("Eastern Standard Time", 300, Some((3, 2, 2))),
        ("Australia/Sydney", -600, Some((10, 1, 2))),
        ("Asia/Kolkata", -330, None),
        ("Etc/UTC", 0, None),
    ] {
        let zone = meeting(&format!("DTSTART;TZID={name}:20250310T100000")).time_zone;
        assert_eq!(zone.bias_min, bias, "{name}");
        let start = zone.daylight.start;
        let said = (start.month > 0).then_some((start.month, start.day, start.hour));
        assert_eq!(said, daylight, "{name}");
    }
}

#[test]
fn days_have_no_zone() {
    let meeting = meeting("DTSTART;VALUE=DATE:20250310\r\nTRANSP:TRANSPARENT");
    assert_eq!(meeting.all_day, Some(true));
    assert_eq!(
        (meeting.start, meeting.end),
        (Some(1_741_564_800), Some(1_741_651_200))
    );
    assert_eq!(meeting.time_zone, TimeZone::utc());
    assert_eq!(
        (meeting.stamp, meeting.busy_status),
        (RECEIVED, Some(BusyStatus::Free))
    );
}

#[test]
fn ends_by_duration_and_never_before_the_start() {
    let start = 1_741_600_800;
    for (lines, lasts) in [
        ("DURATION:PT1H30M", 5_400),
        ("DTEND:20250310T090000Z", 0),
        ("X:y", 0),
    ] {
        let meeting = meeting(&format!("DTSTART:20250310T100000Z\r\n{lines}"));
        assert_eq!(
            (meeting.start, meeting.end),
            (Some(start), Some(start + lasts)),
            "{lines}"
        );
    }
}

#[test]
fn a_clock_that_is_put_forward_loses_no_meeting() {
    assert!(read("DTSTART;TZID=Europe/Berlin:20250330T023000").is_some());
}

#[test]
fn without_a_start_it_is_no_meeting() {
    assert_eq!(
        read("UID:1\r\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:b@x"),
        None
    );
    assert_eq!(read("DTSTART:soon"), None);
    assert_eq!(read("DTSTART;TZID=Nowhere:20250310T100000"), None);
    assert_eq!(of("", "", RECEIVED), None);
}

fn rule(text: &str) -> Option<Recurrence> {
    // Monday the 10th.
    let lines = format!("DTSTART;TZID=Europe/Berlin:20250310T100000\r\nRRULE:{text}");
    let meeting = meeting(&lines);
    let is_series = meeting.instance_type == Some(InstanceType::Master);
    assert_eq!(is_series, meeting.recurrence.is_some());
    meeting.recurrence
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn rules_that_eas_has() {
    let base = Recurrence {
        kind: RecurrenceType::Daily,
        interval: 1,
        end: RecurrenceEnd::Never,
        week_of_month: None,
        day_of_month: None,
        day_of_week: None,
        month_of_year: None,
        calendar_type: None,
        is_leap_month: None,
        first_day_of_week: None,
    };
    let weekly = Recurrence {
        kind: RecurrenceType::Weekly,
        ..base
    };
    let monthly = Recurrence {
        kind: RecurrenceType::Monthly,
        ..base
    };
    let by_weekday = Recurrence {
        kind: RecurrenceType::MonthlyByWeekday,
        ..base
    };
    for (text, expected) in [
        (
            "FREQ=DAILY;INTERVAL=3;COUNT=5",
            Recurrence {
                interval: 3,
                end: RecurrenceEnd::After(5),
                ..base
            },
        ),
        (
            "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
            Recurrence {
                day_of_week: Some(62),
                ..weekly
            },
        ),
        (
            "FREQ=WEEKLY",
            Recurrence {
                day_of_week: Some(2),
                ..weekly
            },
        ),
        (
            "FREQ=WEEKLY;BYDAY=TU,SA;WKST=SU",
            Recurrence {
                day_of_week: Some(68),
                first_day_of_week: Some(0),
                ..weekly
            },
        ),
        (
            "FREQ=WEEKLY;UNTIL=20250401T080000Z",
            Recurrence {
                day_of_week: Some(2),
                end: RecurrenceEnd::Until(1_743_494_400),
                ..weekly
            },
        ),
        (
            "FREQ=MONTHLY",
            Recurrence {
                day_of_month: Some(10),
                ..monthly
            },
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            Recurrence {
                day_of_week: Some(127),
                week_of_month: Some(5),
                ..by_weekday
            },
        ),
        (
            "FREQ=MONTHLY;BYDAY=2MO",
            Recurrence {
                day_of_week: Some(2),
                week_of_month: Some(2),
                ..by_weekday
            },
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            Recurrence {
                day_of_week: Some(62),
                week_of_month: Some(5),
                ..by_weekday
            },
        ),
        (
            "FREQ=YEARLY",
            Recurrence {
                kind: RecurrenceType::Yearly,
                day_of_month: Some(10),
                month_of_year: Some(3),
                ..base
            },
        ),
        (
            "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
            Recurrence {
                kind: RecurrenceType::YearlyByWeekday,
                day_of_week: Some(16),
                week_of_month: Some(4),
                month_of_year: Some(11),
                ..base
            },
        ),
    ] {
        assert_eq!(rule(text), Some(expected), "{text}");
    }
}

#[test]
fn rules_that_eas_does_not_have_are_told_by_their_first_occurrence() {
    for text in [
        "FREQ=HOURLY",
        "FREQ=DAILY;INTERVAL=2;BYDAY=MO",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "FREQ=MONTHLY;BYDAY=MO",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=YEARLY;BYYEARDAY=100",
        "FREQ=MONTHLY;BYMONTH=1,7",
    ] {
        assert_eq!(rule(text), None, "{text}");
    }
}

#[test]
fn the_series_comes_before_its_occurrences() {
    let occurrence = "UID:1\r\nRECURRENCE-ID:20250317T090000Z\r\nDTSTART:20250317T100000Z";
    let alone = meeting(occurrence);
    assert_eq!(alone.instance_type, Some(InstanceType::Exception));
    assert_eq!(alone.recurrence_id, Some(1_742_202_000));
    let both = meeting(&format!(
        "{occurrence}\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20250310T090000Z\r\nRRULE:FREQ=WEEKLY"
    ));
    assert_eq!(
        (both.instance_type, both.recurrence_id),
        (Some(InstanceType::Master), None)
    );
}
