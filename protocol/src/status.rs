//! Status codes of all commands (MS-ASCMD 2.2.2, 2.2.3.177).
//!
//! Numbers mean different things in different commands, so each has its own type. From 14.0 on any of them may also
//! answer with a [`CommonStatus`]; before, those are told by HTTP statuses.

mod autodiscover;
mod common;
mod folders;
mod items;
mod meeting;
mod ping;
mod provision;
mod recipients;
mod search;
mod settings;
mod sync;

pub use self::autodiscover::AutodiscoverStatus;
pub use self::common::CommonStatus;
pub use self::folders::{
    FolderCreateStatus, FolderDeleteStatus, FolderSyncStatus, FolderUpdateStatus,
};
pub use self::items::{GetItemEstimateStatus, ItemOperationsStatus, MoveItemsStatus};
pub use self::meeting::MeetingResponseStatus;
pub use self::ping::PingStatus;
pub use self::provision::{PolicyApplied, PolicyStatus, ProvisionStatus, WipeStatus};
pub use self::recipients::{
    AvailabilityStatus, CertificatesStatus, PictureStatus, RecipientStatus,
    ResolveRecipientsStatus, ValidateCertStatus,
};
pub use self::search::{FindResponseStatus, FindStatus, SearchStatus, SearchStoreStatus};
pub use self::settings::SettingsStatus;
pub use self::sync::SyncStatus;

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;

    fn check<T: Copy + Debug + PartialEq>(
        all: &[T],
        code: fn(T) -> u16,
        from_code: fn(u16) -> Option<T>,
    ) {
        for status in all {
            assert_eq!(from_code(code(*status)), Some(*status));
        }
        assert_eq!(from_code(0), None);
    }

    #[test]
    #[rustfmt::skip]
    fn codes_lead_back() {
        check(&CommonStatus::ALL, CommonStatus::code, CommonStatus::from_code);
        check(&SyncStatus::ALL, SyncStatus::code, SyncStatus::from_code);
        check(&PingStatus::ALL, PingStatus::code, PingStatus::from_code);
        check(&FolderSyncStatus::ALL, FolderSyncStatus::code, FolderSyncStatus::from_code);
        check(&FolderCreateStatus::ALL, FolderCreateStatus::code, FolderCreateStatus::from_code);
        check(&FolderDeleteStatus::ALL, FolderDeleteStatus::code, FolderDeleteStatus::from_code);
        check(&FolderUpdateStatus::ALL, FolderUpdateStatus::code, FolderUpdateStatus::from_code);
        check(&GetItemEstimateStatus::ALL, GetItemEstimateStatus::code, GetItemEstimateStatus::from_code);
        check(&ItemOperationsStatus::ALL, ItemOperationsStatus::code, ItemOperationsStatus::from_code);
        check(&MoveItemsStatus::ALL, MoveItemsStatus::code, MoveItemsStatus::from_code);
        check(&MeetingResponseStatus::ALL, MeetingResponseStatus::code, MeetingResponseStatus::from_code);
        check(&ProvisionStatus::ALL, ProvisionStatus::code, ProvisionStatus::from_code);
        check(&PolicyStatus::ALL, PolicyStatus::code, PolicyStatus::from_code);
        check(&PolicyApplied::ALL, PolicyApplied::code, PolicyApplied::from_code);
        check(&WipeStatus::ALL, WipeStatus::code, WipeStatus::from_code);
        check(&ResolveRecipientsStatus::ALL, ResolveRecipientsStatus::code, ResolveRecipientsStatus::from_code);
        check(&RecipientStatus::ALL, RecipientStatus::code, RecipientStatus::from_code);
        check(&AvailabilityStatus::ALL, AvailabilityStatus::code, AvailabilityStatus::from_code);
        check(&CertificatesStatus::ALL, CertificatesStatus::code, CertificatesStatus::from_code);
        check(&PictureStatus::ALL, PictureStatus::code, PictureStatus::from_code);
        check(&ValidateCertStatus::ALL, ValidateCertStatus::code, ValidateCertStatus::from_code);
        check(&SearchStatus::ALL, SearchStatus::code, SearchStatus::from_code);
        check(&SearchStoreStatus::ALL, SearchStoreStatus::code, SearchStoreStatus::from_code);
        check(&FindStatus::ALL, FindStatus::code, FindStatus::from_code);
        check(&FindResponseStatus::ALL, FindResponseStatus::code, FindResponseStatus::from_code);
        check(&SettingsStatus::ALL, SettingsStatus::code, SettingsStatus::from_code);
        check(&AutodiscoverStatus::ALL, AutodiscoverStatus::code, AutodiscoverStatus::from_code);
    }

    #[test]
    fn codes_without_a_meaning_are_none() {
        assert_eq!(SyncStatus::from_code(2), None);
        assert_eq!(CommonStatus::from_code(180), None);
        assert_eq!(
            MoveItemsStatus::from_code(1),
            Some(MoveItemsStatus::InvalidSource)
        );
    }

    #[test]
    fn provisioning_is_449_before_14() {
        assert_eq!(CommonStatus::DeviceNotProvisioned.http_before_14(), 449);
        assert_eq!(CommonStatus::InvalidContent.http_before_14(), 400);
        assert_eq!(CommonStatus::ServerErrorRetryLater.http_before_14(), 503);
        assert_eq!(CommonStatus::MailboxQuotaExceeded.http_before_14(), 507);
    }
}
