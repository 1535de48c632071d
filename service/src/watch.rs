//! Keeps the index up to date with the backends: watches accounts while their devices wait, and refreshes
//! what somebody is about to read.
//!
//! Knows backends and the index, publishes hints, and knows nothing of devices. What is found is written down
//! before it is hinted at (R4), and a refresh ends with a hint also when it found nothing (R7).

mod backoff;
mod flight;
mod focus;
mod listening;
mod mailboxes;
mod refresh;
mod status;
mod supervisor;
mod task;
mod work;

pub use self::flight::Still;
pub use self::mailboxes::MailboxProvider;
pub use self::refresh::RefreshError;
pub use self::status::{AccountStatus, Mode};
pub use self::supervisor::{Supervisor, SupervisorParts};
