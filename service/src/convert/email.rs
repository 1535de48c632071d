//! RFC 5322 messages to items of class Email.

mod marks;
mod wish;

pub use marks::marks_change;
pub use wish::{
    AttachmentData, BodyWish, ConvertError, Converted, ItemContext, Limits, Marks, Meetings,
    MimeSupport, Reason,
};
