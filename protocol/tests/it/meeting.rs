//! The meetings of mails: what is written is read back, in the form of each version.

use proptest::option;
use proptest::prelude::{Strategy, any, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use protocol::airsyncbase::{DataError, Location};
use protocol::class::email::{
    BusyStatus, Email, InstanceType, MeetingMessageType, MeetingRequest, MessageClass, Recurrence,
    RecurrenceEnd, RecurrenceType, Sensitivity, global_object_id,
};
use protocol::codepages::email as tags;
use protocol::datetime;
use protocol::element::Element;
use protocol::time_zone::{Season, TimeZone, Transition};
use protocol::version::Version;

const NOON: i64 = 1_740_830_400;

fn berlin() -> TimeZone {
    let last_sunday = |month, hour| Transition {
        month,
        day: 5,
        hour,
        ..Transition::default()
    };
    TimeZone {
        bias_min: -60,
        standard: Season {
            start: last_sunday(10, 3),
            ..Season::default()
        },
        daylight: Season {
            start: last_sunday(3, 2),
            bias_min: -60,
            ..Season::default()
        },
    }
}

/// An invitation with all that there is.
pub(crate) fn mail() -> Email {
    let uid = "series@example.net";
    let recurrence = Recurrence {
        kind: RecurrenceType::Weekly,
        interval: 2,
        end: RecurrenceEnd::Until(NOON + 100 * 86_400),
        week_of_month: None,
        day_of_month: None,
        day_of_week: Some(64),
        month_of_year: None,
        calendar_type: Some(1),
        is_leap_month: Some(false),
        first_day_of_week: Some(1),
    };
    let meeting = MeetingRequest {
        all_day: Some(false),
        start: Some(NOON),
        stamp: NOON - 86_400,
        end: Some(NOON + 3_600),
        instance_type: Some(InstanceType::Master),
        location: Some(Location {
            city: Some("Berlin".to_owned()),
            latitude: Some("52.52".to_owned()),
            longitude: Some("13.405".to_owned()),
            ..Location::named("Room 5")
        }),
        organizer: Some("\"Bob\" <bob@example.net>".to_owned()),
        recurrence_id: None,
        reminder_s: Some(900),
        response_requested: Some(true),
        recurrence: Some(recurrence),
        sensitivity: Some(Sensitivity::Normal),
        busy_status: Some(BusyStatus::Tentative),
        time_zone: berlin(),
        global_object_id: Some(global_object_id(uid)),
        disallow_new_time_proposal: Some(false),
        message_type: Some(MeetingMessageType::Initial),
        uid: Some(uid.to_owned()),
        proposed_start: Some(NOON + 7_200),
        proposed_end: Some(NOON + 10_800),
    };
    Email {
        subject: Some("Planning".to_owned()),
        message_class: Some(MessageClass::MeetingRequest.as_str().to_owned()),
        meeting_request: Some(Box::new(meeting)),
        ..Email::default()
    }
}

fn text() -> impl Strategy<Value = Option<String>> {
    option::of("[ -~ß]{0,20}")
}

fn date() -> impl Strategy<Value = i64> {
    datetime::EARLIEST..=datetime::LATEST
}

fn flag() -> impl Strategy<Value = Option<bool>> {
    option::of(any::<bool>())
}

fn season() -> impl Strategy<Value = Season> {
    let units = any::<[u16; 8]>().prop_map(|units| Transition {
        year: units[0],
        month: units[1],
        day_of_week: units[2],
        day: units[3],
        hour: units[4],
        minute: units[5],
        second: units[6],
        millisecond: units[7],
    });
    ("[ -~ß]{0,32}", units, any::<i32>()).prop_map(|(name, start, bias_min)| Season {
        name,
        start,
        bias_min,
    })
}

fn zone() -> impl Strategy<Value = TimeZone> {
    (any::<i32>(), season(), season()).prop_map(|(bias_min, standard, daylight)| TimeZone {
        bias_min,
        standard,
        daylight,
    })
}

fn recurrence() -> impl Strategy<Value = Recurrence> {
    let end = prop_oneof![
        date().prop_map(RecurrenceEnd::Until),
        any::<u32>().prop_map(RecurrenceEnd::After),
        select(vec![RecurrenceEnd::Never]),
    ];
    let number = || option::of(any::<u8>());
    let days = (number(), number(), option::of(any::<u16>()), number());
    let week = (number(), flag(), number());
    let kind = select(RecurrenceType::ALL);
    (kind, any::<u16>(), end, days, week).prop_map(|(kind, interval, end, days, week)| Recurrence {
        kind,
        interval,
        end,
        week_of_month: days.0,
        day_of_month: days.1,
        day_of_week: days.2,
        month_of_year: days.3,
        calendar_type: week.0,
        is_leap_month: week.1,
        first_day_of_week: week.2,
    })
}

/// A meeting that reads back as it is in `version`, 14.1 or 16.1.
pub(crate) fn meeting(version: Version) -> impl Strategy<Value = MeetingRequest> {
    let new = version >= Version::V16_0;
    let when = (
        date(),
        option::of(date()),
        option::of(date()),
        option::of(date()),
    );
    let texts = (text(), text(), text());
    let flags = (flag(), flag(), flag());
    let kinds = (
        option::of(select(InstanceType::ALL)),
        option::of(select(Sensitivity::ALL)),
        option::of(select(BusyStatus::ALL)),
        option::of(select(MeetingMessageType::ALL)),
    );
    let rest = (option::of(any::<u32>()), option::of(recurrence()), zone());
    (when, texts, flags, kinds, rest).prop_map(move |(when, texts, flags, kinds, rest)| {
        let place = Location {
            city: texts.1.clone().filter(|_| new),
            ..Location::named("Room 5")
        };
        MeetingRequest {
            all_day: flags.0,
            start: when.1,
            stamp: when.0,
            end: when.2,
            instance_type: kinds.0.filter(|kind| new || *kind != InstanceType::Orphan),
            location: texts.0.is_some().then_some(place),
            organizer: texts.1,
            recurrence_id: when.3,
            reminder_s: rest.0,
            response_requested: flags.1,
            recurrence: rest.1,
            sensitivity: kinds.1,
            busy_status: kinds.2,
            time_zone: rest.2,
            global_object_id: texts.2.clone().filter(|_| !new),
            disallow_new_time_proposal: flags.2,
            message_type: kinds.3,
            uid: texts.2.filter(|_| new),
            proposed_start: when.1.filter(|_| new),
            proposed_end: when.2.filter(|_| new),
        }
    })
}

proptest! {
    #[test]
    fn meetings_are_read_back(new in meeting(Version::V16_1), old in meeting(Version::V14_1)) {
        for (meeting, version) in [(new, Version::V16_1), (old, Version::V14_1)] {
            let element = meeting.to_element(version);
            prop_assert_eq!(MeetingRequest::from_element(&element), Ok(meeting));
        }
    }

    #[test]
    fn zones_are_read_back(zone in zone()) {
        prop_assert_eq!(TimeZone::parse(&zone.to_base64()), Some(zone));
    }
}

#[test]
fn old_versions_have_no_orphans() {
    let orphan = MeetingRequest {
        instance_type: Some(InstanceType::Orphan),
        ..MeetingRequest::default()
    };
    for (version, code) in [(Version::V14_1, "3"), (Version::V16_0, "4")] {
        let element = orphan.to_element(version);
        let told = element.child(tags::INSTANCE_TYPE).unwrap();
        assert_eq!(told.value(), code, "{version}");
    }
}

#[test]
fn a_meeting_needs_its_stamp_and_its_zone() {
    let stamp = || Element::text(tags::DT_STAMP, "2025-03-01T12:00:00.000Z");
    let zone = || Element::text(tags::TIME_ZONE, TimeZone::utc().to_base64());
    let read = |children: Vec<Element>| {
        MeetingRequest::from_element(&Element::new(tags::MEETING_REQUEST).with_all(children))
    };
    assert_eq!(read(vec![stamp(), zone()]).unwrap().stamp, NOON);
    for (children, error) in [
        (vec![zone()], DataError::Missing(tags::DT_STAMP)),
        (vec![stamp()], DataError::Missing(tags::TIME_ZONE)),
        (
            vec![stamp(), Element::text(tags::TIME_ZONE, "AAAA")],
            DataError::Malformed(tags::TIME_ZONE),
        ),
        (
            vec![stamp(), zone(), Element::number(tags::SENSITIVITY, 4)],
            DataError::Malformed(tags::SENSITIVITY),
        ),
    ] {
        assert_eq!(read(children), Err(error));
    }
}
