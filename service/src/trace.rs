//! A look at the wire of one account for a limited time: what its devices ask, and what they are answered.
//!
//! While nobody looks, a request costs one atomic load. What is looked at is masked before it leaves the request:
//! elements whose text may be shown stand on a list, everything else is its kind and length, `[text 34]`. Nothing is
//! written to disk. A queue that is full drops events and says how many.

mod body;
mod bus;
mod event;
mod mask;
mod table;

pub use self::body::Kind;
pub use self::bus::{Look, Tap, Tracer, TracerFull};
pub use self::event::{Answered, Asked, BodyView, Header, TraceEvent};
pub use self::mask::Style;
