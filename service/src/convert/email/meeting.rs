//! The meeting that a message is about (MS-ASEMAIL 2.2.2.48), from its iCalendar part (RFC 5545, RFC 5546).
//!
//! Nothing here answers an invitation: a phone is told so (`ResponseRequested`, `DisallowNewTimeProposal`), and the file
//! stays among the attachments for programs that can. A part without an event that begins at some time is no meeting.

mod recurrence;
mod zone;

use calcard::common::timezone::Tz;
use calcard::icalendar::timezone::TzResolver;
use calcard::icalendar::{
    ICalendar, ICalendarClassification, ICalendarComponent, ICalendarComponentType, ICalendarEntry,
    ICalendarParameterName, ICalendarProperty, ICalendarTransparency, ICalendarValue,
};
use protocol::airsyncbase::Location;
use protocol::class::email::{
    BusyStatus, InstanceType, MeetingMessageType, MeetingRequest, MessageClass, Sensitivity,
    global_object_id,
};
use protocol::time_zone::TimeZone;

use super::fields::Mailbox;
use super::text::is_xml;

/// A day in seconds.
const DAY_S: i64 = 86_400;

/// Longest reminder that counts, in seconds: four weeks.
const REMINDER_MAX_S: i64 = 28 * DAY_S;

/// The meeting in a calendar's text. `class` is what the message is, `received` when it arrived, in UTC epoch seconds.
pub(super) fn of(text: &str, class: &str, received: i64) -> Option<MeetingRequest> {
    let calendar = ICalendar::parse(text).ok()?;
    let (number, event) = event(&calendar)?;
    let zones = calendar.build_tz_resolver();
    let source = Source {
        event,
        zones: &zones,
    };
    let start = source.moment(&ICalendarProperty::Dtstart)?;
    let recurrence = source.rule().and_then(|rule| recurrence::of(rule, &start));
    let recurrence_id = source.moment(&ICalendarProperty::RecurrenceId);
    let uid = event.uid().map(clean).filter(|uid| !uid.is_empty());
    Some(MeetingRequest {
        all_day: Some(start.is_date),
        start: Some(start.instant),
        stamp: source
            .moment(&ICalendarProperty::Dtstamp)
            .map_or(received, |stamp| stamp.instant),
        end: Some(source.end(&start)),
        instance_type: Some(match (&recurrence_id, &recurrence) {
            (Some(_), _) => InstanceType::Exception,
            (None, Some(_)) => InstanceType::Master,
            (None, None) => InstanceType::Single,
        }),
        location: source
            .text(&ICalendarProperty::Location)
            .map(Location::named),
        organizer: source.organizer(),
        recurrence_id: recurrence_id.map(|moment| moment.instant),
        reminder_s: reminder(&calendar, number),
        response_requested: Some(false),
        recurrence: recurrence.filter(|_| recurrence_id.is_none()),
        sensitivity: Some(source.sensitivity()),
        busy_status: Some(source.busy()),
        time_zone: match start.is_date {
            true => TimeZone::utc(),
            false => zone::rules(start.zone, start.instant),
        },
        global_object_id: uid.as_deref().map(global_object_id),
        disallow_new_time_proposal: Some(true),
        message_type: Some(source.message_type(class)),
        uid,
        proposed_start: None,
        proposed_end: None,
    })
}

/// A time in an event.
#[derive(Clone, Copy, Debug)]
struct Moment {
    /// In UTC epoch seconds; a date is its midnight UTC.
    instant: i64,
    /// A day, without a time.
    is_date: bool,
    /// Where it was said.
    zone: Tz,
}

/// The event that the message is about, and its number: the series, if single occurrences of it come along.
fn event(calendar: &ICalendar) -> Option<(u32, &ICalendarComponent)> {
    let events = || {
        calendar
            .components
            .iter()
            .zip(0..)
            .filter(|(one, _)| one.component_type == ICalendarComponentType::VEvent)
    };
    let series = events().find(|(one, _)| !one.has_property(&ICalendarProperty::RecurrenceId));
    series
        .or_else(|| events().next())
        .map(|(event, number)| (number, event))
}

/// An event, and the zones of its calendar.
struct Source<'c> {
    event: &'c ICalendarComponent,
    zones: &'c TzResolver<&'c str>,
}

impl Source<'_> {
    fn value(&self, property: &ICalendarProperty) -> Option<&ICalendarValue> {
        self.event.property(property)?.values.first()
    }

    fn text(&self, property: &ICalendarProperty) -> Option<String> {
        let text = clean(self.value(property)?.as_text()?);
        Some(text).filter(|text| !text.is_empty())
    }

    fn moment(&self, property: &ICalendarProperty) -> Option<Moment> {
        let entry = self.event.property(property)?;
        let date = entry.values.first()?.as_partial_date_time()?;
        let written = date.to_date_time()?;
        let zone = match written.tz() {
            Some(zone) => zone,
            None => self.zone(entry)?,
        };
        Some(Moment {
            instant: zone::instant(zone, written.date_time, written.offset)?,
            is_date: date.hour.is_none(),
            zone,
        })
    }

    /// Where an entry's time is said; without a zone it counts as UTC, since the phone's own is not known. `None`: in a zone
    /// that the calendar describes and nobody knows. No time is better than a wrong one.
    fn zone(&self, entry: &ICalendarEntry) -> Option<Tz> {
        match entry.tz_id() {
            None => Some(Tz::UTC),
            Some(name) => self.zones.resolve(name).and_then(|zone| zone.to_resolved()),
        }
    }

    fn end(&self, start: &Moment) -> i64 {
        let said = self
            .moment(&ICalendarProperty::Dtend)
            .map(|end| end.instant);
        let lasts = || match self.value(&ICalendarProperty::Duration)? {
            ICalendarValue::Duration(duration) => {
                Some(start.instant.saturating_add(duration.as_seconds()))
            }
            _ => None,
        };
        let default = start.instant + if start.is_date { DAY_S } else { 0 };
        said.or_else(lasts)
            .filter(|end| *end >= start.instant)
            .unwrap_or(default)
    }

    fn rule(&self) -> Option<&calcard::icalendar::ICalendarRecurrenceRule> {
        match self.value(&ICalendarProperty::Rrule)? {
            ICalendarValue::RecurrenceRule(rule) => Some(rule),
            _ => None,
        }
    }

    /// Who invites, as an address of mail.
    fn organizer(&self) -> Option<String> {
        let entry = self.event.property(&ICalendarProperty::Organizer)?;
        let address = clean(entry.calendar_address()?);
        let name = entry
            .parameter(&ICalendarParameterName::Cn)
            .and_then(|name| name.as_text())
            .map(clean)
            .filter(|name| !name.is_empty() && *name != address);
        Some(Mailbox { name, address }.full())
    }

    fn sensitivity(&self) -> Sensitivity {
        match self.value(&ICalendarProperty::Class) {
            Some(ICalendarValue::Classification(ICalendarClassification::Private)) => {
                Sensitivity::Private
            }
            Some(ICalendarValue::Classification(ICalendarClassification::Confidential)) => {
                Sensitivity::Confidential
            }
            _ => Sensitivity::Normal,
        }
    }

    fn busy(&self) -> BusyStatus {
        match self.value(&ICalendarProperty::Transp) {
            Some(ICalendarValue::Transparency(ICalendarTransparency::Transparent)) => {
                BusyStatus::Free
            }
            _ => BusyStatus::Busy,
        }
    }

    fn message_type(&self, class: &str) -> MeetingMessageType {
        let number = self
            .value(&ICalendarProperty::Sequence)
            .and_then(ICalendarValue::as_integer);
        match (MessageClass::parse(class), number) {
            (Some(MessageClass::MeetingRequest), None | Some(0)) => MeetingMessageType::Initial,
            (Some(MessageClass::MeetingRequest), Some(_)) => MeetingMessageType::FullUpdate,
            _ => MeetingMessageType::Silent,
        }
    }
}

/// Seconds before the start at which the organizer has people reminded.
fn reminder(calendar: &ICalendar, event: u32) -> Option<u32> {
    let mut alarms = calendar.alarms_for_id(event);
    let before = alarms.find_map(|alarm| {
        match alarm
            .property(&ICalendarProperty::Trigger)?
            .values
            .first()?
        {
            ICalendarValue::Duration(duration) => Some(-duration.as_seconds()),
            _ => None,
        }
    })?;
    u32::try_from(before)
        .ok()
        .filter(|_| before <= REMINDER_MAX_S)
}

/// Without what XML does not have.
fn clean(text: &str) -> String {
    text.trim().chars().filter(|c| is_xml(*c)).collect()
}

#[cfg(test)]
mod tests;
