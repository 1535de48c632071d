//! What a Ping waits for: its own parameters, completed from those remembered (MS-ASCMD 2.2.1.13, 3.1.5.5).

use std::collections::BTreeSet;
use std::time::Duration;

use crate::command::ping::{PingFolder, PingRequest, PingResponse};

use super::heartbeat::HeartbeatBounds;

/// What the service allows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PingLimits {
    /// How long.
    pub heartbeat: HeartbeatBounds,
    /// How many folders. At least as many as FolderSync announced: AOSP does not ping again after status 6.
    pub folders_max: u32,
}

/// A complete Ping.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PingParameters {
    /// How long to wait.
    pub wait: Duration,
    /// What for. Not empty, no duplicates.
    pub folders: Vec<PingFolder>,
    /// What to remember for the next Ping: both parts are there. Equal to what was remembered before if the request
    /// brought nothing new, so that nothing need be stored.
    pub remember: PingRequest,
}

/// Why a Ping cannot wait.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PingRefusal {
    /// A parameter is neither sent nor remembered: status 3.
    Missing,
    /// The same folder twice: status 4.
    Duplicate,
    /// Status 5.
    Heartbeat {
        /// The nearest interval that is not refused, in seconds.
        nearest_s: u32,
    },
    /// Status 6.
    TooManyFolders {
        /// The most folders allowed.
        max: u32,
    },
}

impl PingRefusal {
    /// The answer that says so.
    #[must_use]
    pub fn response(self) -> PingResponse {
        match self {
            Self::Missing => PingResponse::missing_parameters(),
            Self::Duplicate => PingResponse::malformed(),
            Self::Heartbeat { nearest_s } => PingResponse::heartbeat_out_of_bounds(nearest_s),
            Self::TooManyFolders { max } => PingResponse::too_many_folders(max),
        }
    }
}

/// Completes a request from what is remembered; an empty body is [`PingRequest::default`].
///
/// Both parts are remembered separately, and each is replaced when it is sent. A refused request replaces nothing.
///
/// # Errors
/// [`PingRefusal`], checked in the order 4, 6, 3, 5: a mistake in what was sent is told first.
pub fn complete(
    remembered: &PingRequest,
    request: &PingRequest,
    limits: &PingLimits,
) -> Result<PingParameters, PingRefusal> {
    let folders = request.folders.as_ref().or(remembered.folders.as_ref());
    if let Some(folders) = folders {
        let distinct: BTreeSet<_> = folders.iter().map(|folder| &folder.id).collect();
        if distinct.len() < folders.len() {
            return Err(PingRefusal::Duplicate);
        }
        if u32::try_from(folders.len()).map_or(true, |count| count > limits.folders_max) {
            return Err(PingRefusal::TooManyFolders {
                max: limits.folders_max,
            });
        }
    }
    let heartbeat_s = request.heartbeat_s.or(remembered.heartbeat_s);
    let (Some(folders), Some(heartbeat_s)) = (folders, heartbeat_s) else {
        return Err(PingRefusal::Missing);
    };
    if folders.is_empty() {
        return Err(PingRefusal::Missing);
    }
    let wait = limits
        .heartbeat
        .ping(heartbeat_s)
        .map_err(|refused| PingRefusal::Heartbeat {
            nearest_s: refused.nearest,
        })?;
    Ok(PingParameters {
        wait,
        folders: folders.clone(),
        remember: PingRequest {
            heartbeat_s: Some(heartbeat_s),
            folders: Some(folders.clone()),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{CollectionId, ItemClass};

    const LIMITS: PingLimits = PingLimits {
        heartbeat: match HeartbeatBounds::new(60, 3540) {
            Some(bounds) => bounds,
            None => unreachable!(),
        },
        folders_max: 2,
    };

    fn request(heartbeat_s: Option<u32>, folders: Option<&[u32]>) -> PingRequest {
        let folder = |id: &u32| PingFolder {
            id: CollectionId::from_number(*id),
            class: Some(ItemClass::Email),
        };
        PingRequest {
            heartbeat_s,
            folders: folders.map(|ids| ids.iter().map(folder).collect()),
        }
    }

    #[test]
    fn each_part_is_remembered_on_its_own() {
        let remembered = request(Some(600), Some(&[1]));
        for (asked, expected) in [
            (request(None, None), request(Some(600), Some(&[1]))),
            (request(Some(900), None), request(Some(900), Some(&[1]))),
            (
                request(None, Some(&[2, 3])),
                request(Some(600), Some(&[2, 3])),
            ),
        ] {
            let complete = complete(&remembered, &asked, &LIMITS).unwrap();
            assert_eq!(Some(&complete.folders), expected.folders.as_ref());
            assert_eq!(complete.remember, expected);
        }
    }

    #[test]
    fn refusals_have_the_status_of_the_specification() {
        let nothing = PingRequest::default();
        for (remembered, asked, refusal, status) in [
            (&nothing, request(None, None), PingRefusal::Missing, 3),
            (&nothing, request(Some(600), None), PingRefusal::Missing, 3),
            (&nothing, request(None, Some(&[1])), PingRefusal::Missing, 3),
            (
                &request(Some(600), Some(&[1])),
                request(None, Some(&[])),
                PingRefusal::Missing,
                3,
            ),
            (
                &nothing,
                request(Some(600), Some(&[1, 1])),
                PingRefusal::Duplicate,
                4,
            ),
            (
                &nothing,
                request(Some(59), Some(&[1])),
                PingRefusal::Heartbeat { nearest_s: 60 },
                5,
            ),
            (
                &nothing,
                request(Some(600), Some(&[1, 2, 3])),
                PingRefusal::TooManyFolders { max: 2 },
                6,
            ),
        ] {
            assert_eq!(complete(remembered, &asked, &LIMITS), Err(refusal));
            assert_eq!(refusal.response().status.code(), status);
        }
    }
}
