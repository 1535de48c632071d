//! Statuses that every command shares.

/// Statuses that every command can answer with, from 14.0 on (MS-ASCMD 2.2.2).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum CommonStatus {
    /// HTTP body is not what the command needs (wrong Content-Type or length, body missing or not allowed).
    InvalidContent = 101,
    /// Body is not decodable WBXML.
    InvalidWbxml = 102,
    /// Decoded XML breaks the protocol (also: element-count limits of GetItemEstimate, MeetingResponse, MoveItems).
    InvalidXml = 103,
    /// A timestamp cannot be parsed (also invalid `InstanceId` in SmartReply/SmartForward).
    InvalidDateTime = 104,
    /// Parameters that do not go together.
    InvalidCombinationOfIds = 105,
    /// An id is malformed (not: well-formed but unknown).
    InvalidIds = 106,
    /// MIME cannot be parsed.
    InvalidMime = 107,
    /// Device id missing or malformed.
    DeviceIdMissingOrInvalid = 108,
    /// Device type missing or malformed.
    DeviceTypeMissingOrInvalid = 109,
    /// Unknown server error, do not retry.
    ServerError = 110,
    /// Unknown server error, retry later.
    ServerErrorRetryLater = 111,
    /// No access to the directory object.
    ActiveDirectoryAccessDenied = 112,
    /// Mailbox over quota.
    MailboxQuotaExceeded = 113,
    /// Mailbox server offline.
    MailboxServerOffline = 114,
    /// Would exceed the send quota.
    SendQuotaExceeded = 115,
    /// A recipient cannot be resolved to an address.
    MessageRecipientUnresolved = 116,
    /// Reply to this message is not allowed.
    MessageReplyNotAllowed = 117,
    /// `ClientId` equals one of the last few sent messages: duplicate.
    MessagePreviouslySent = 118,
    /// Message without recipient.
    MessageHasNoRecipient = 119,
    /// Submission for delivery failed.
    MailSubmissionFailed = 120,
    /// Reply message could not be made.
    MessageReplyFailed = 121,
    /// Attachment too large.
    AttachmentIsTooLarge = 122,
    /// No mailbox for the user.
    UserHasNoMailbox = 123,
    /// No credentials.
    UserCannotBeAnonymous = 124,
    /// User not in the directory.
    UserPrincipalCouldNotBeFound = 125,
    /// User not allowed to use ActiveSync.
    UserDisabledForSync = 126,
    /// Server configured to refuse such users.
    UserOnNewMailboxCannotSync = 127,
    /// Server configured to refuse legacy mailboxes.
    UserOnLegacyMailboxCannotSync = 128,
    /// Device not in the user's allow list / blocked.
    DeviceIsBlockedForThisUser = 129,
    /// User may not do this.
    AccessDenied = 130,
    /// Account disabled.
    AccountDisabled = 131,
    /// Server state for the device vanished; next request likely gets a sync-key error.
    SyncStateNotFound = 132,
    /// Server state locked.
    SyncStateLocked = 133,
    /// Server state corrupt.
    SyncStateCorrupt = 134,
    /// Two initial syncs raced.
    SyncStateAlreadyExists = 135,
    /// Server state has a wrong version.
    SyncStateVersionInvalid = 136,
    /// Server does not implement the command.
    CommandNotSupported = 137,
    /// Command not available in this protocol version.
    VersionNotSupported = 138,
    /// Version cannot carry all required policies.
    DeviceNotFullyProvisionable = 139,
    /// Remote wipe pending: Provision now.
    RemoteWipeRequested = 140,
    /// Policy in place, device not provisionable.
    LegacyDeviceOnStrictPolicy = 141,
    /// Policy in place: Provision first.
    DeviceNotProvisioned = 142,
    /// Policy refresh interval over: Provision again.
    PolicyRefresh = 143,
    /// Policy key wrong or outdated: Provision again.
    InvalidPolicyKey = 144,
    /// Device says it is managed elsewhere; not allowed here.
    ExternallyManagedDevicesNotAllowed = 145,
    /// Occurrence given for a non-recurring item.
    NoRecurrenceInCalendar = 146,
    /// Operation on an item class the server does not know.
    UnexpectedItemClass = 147,
    /// Proxying target lacks TLS.
    RemoteServerHasNoSsl = 148,
    /// Empty request, but the stored request cannot be re-run.
    InvalidStoredRequest = 149,
    /// SmartReply/SmartForward source `ItemId` or `InstanceId` not found.
    ItemNotFound = 150,
    /// Too many folders (Exchange default limit 1000).
    TooManyFolders = 151,
    /// Mailbox has no folders.
    NoFoldersFound = 152,
    /// Some items not found after a move.
    ItemsLostAfterMove = 153,
    /// Unknown error while moving.
    FailureInMoveOperation = 154,
    /// ItemOperations Move of a conversation without `MoveAlways`.
    MoveCommandDisallowedForNonPersistentMoveAction = 155,
    /// Move target invalid (must be a mail folder).
    MoveCommandInvalidDestinationFolder = 156,
    /// Too many recipients for availability.
    AvailabilityTooManyRecipients = 160,
    /// Distribution list too large.
    AvailabilityDlLimitReached = 161,
    /// Availability: transient failure.
    AvailabilityTransientFailure = 162,
    /// Availability: permanent failure.
    AvailabilityFailure = 163,
    /// `BodyPartPreference` Type not supported.
    BodyPartPreferenceTypeNotSupported = 164,
    /// Provision lacks `DeviceInformation`.
    DeviceInformationRequired = 165,
    /// `AccountId` not valid.
    InvalidAccountId = 166,
    /// `AccountId` cannot send.
    AccountSendDisabled = 167,
    /// Rights management off.
    IrmFeatureDisabled = 168,
    /// Rights management transient error.
    IrmTransientError = 169,
    /// Rights management permanent error.
    IrmPermanentError = 170,
    /// Unknown template id.
    IrmInvalidTemplateId = 171,
    /// Operation not supported on protected item.
    IrmOperationNotPermitted = 172,
    /// No contact photo.
    NoPicture = 173,
    /// Photo over `MaxSize`.
    PictureTooLarge = 174,
    /// More photos than `MaxPictures`.
    PictureLimitReached = 175,
    /// Conversation too large for `BodyPart`.
    BodyPartConversationTooLarge = 176,
    /// Too many device partnerships.
    MaximumDevicesReached = 177,
    /// SmartForward: Forwardees/Body combined with elements that exclude them.
    InvalidMimeBodyCombination = 178,
    /// SmartForward: Forwardees or Body unparsable.
    InvalidSmartForwardParameters = 179,
    /// Draft send: no recipients or bad address.
    InvalidRecipients = 183,
    /// Calendar series added but some exceptions were not saved (item level).
    OneOrMoreExceptionsFailed = 184,
}

impl CommonStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 78] = [
        Self::InvalidContent,
        Self::InvalidWbxml,
        Self::InvalidXml,
        Self::InvalidDateTime,
        Self::InvalidCombinationOfIds,
        Self::InvalidIds,
        Self::InvalidMime,
        Self::DeviceIdMissingOrInvalid,
        Self::DeviceTypeMissingOrInvalid,
        Self::ServerError,
        Self::ServerErrorRetryLater,
        Self::ActiveDirectoryAccessDenied,
        Self::MailboxQuotaExceeded,
        Self::MailboxServerOffline,
        Self::SendQuotaExceeded,
        Self::MessageRecipientUnresolved,
        Self::MessageReplyNotAllowed,
        Self::MessagePreviouslySent,
        Self::MessageHasNoRecipient,
        Self::MailSubmissionFailed,
        Self::MessageReplyFailed,
        Self::AttachmentIsTooLarge,
        Self::UserHasNoMailbox,
        Self::UserCannotBeAnonymous,
        Self::UserPrincipalCouldNotBeFound,
        Self::UserDisabledForSync,
        Self::UserOnNewMailboxCannotSync,
        Self::UserOnLegacyMailboxCannotSync,
        Self::DeviceIsBlockedForThisUser,
        Self::AccessDenied,
        Self::AccountDisabled,
        Self::SyncStateNotFound,
        Self::SyncStateLocked,
        Self::SyncStateCorrupt,
        Self::SyncStateAlreadyExists,
        Self::SyncStateVersionInvalid,
        Self::CommandNotSupported,
        Self::VersionNotSupported,
        Self::DeviceNotFullyProvisionable,
        Self::RemoteWipeRequested,
        Self::LegacyDeviceOnStrictPolicy,
        Self::DeviceNotProvisioned,
        Self::PolicyRefresh,
        Self::InvalidPolicyKey,
        Self::ExternallyManagedDevicesNotAllowed,
        Self::NoRecurrenceInCalendar,
        Self::UnexpectedItemClass,
        Self::RemoteServerHasNoSsl,
        Self::InvalidStoredRequest,
        Self::ItemNotFound,
        Self::TooManyFolders,
        Self::NoFoldersFound,
        Self::ItemsLostAfterMove,
        Self::FailureInMoveOperation,
        Self::MoveCommandDisallowedForNonPersistentMoveAction,
        Self::MoveCommandInvalidDestinationFolder,
        Self::AvailabilityTooManyRecipients,
        Self::AvailabilityDlLimitReached,
        Self::AvailabilityTransientFailure,
        Self::AvailabilityFailure,
        Self::BodyPartPreferenceTypeNotSupported,
        Self::DeviceInformationRequired,
        Self::InvalidAccountId,
        Self::AccountSendDisabled,
        Self::IrmFeatureDisabled,
        Self::IrmTransientError,
        Self::IrmPermanentError,
        Self::IrmInvalidTemplateId,
        Self::IrmOperationNotPermitted,
        Self::NoPicture,
        Self::PictureTooLarge,
        Self::PictureLimitReached,
        Self::BodyPartConversationTooLarge,
        Self::MaximumDevicesReached,
        Self::InvalidMimeBodyCombination,
        Self::InvalidSmartForwardParameters,
        Self::InvalidRecipients,
        Self::OneOrMoreExceptionsFailed,
    ];

    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// Reads the number on the wire; `None` when it has no meaning here.
    #[must_use]
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// The HTTP status that says the same before 14.0 (MS-ASCMD 2.2.2); 500 where the specification names none.
    ///
    /// [`RemoteWipeRequested`](Self::RemoteWipeRequested) is 449 here; it is 403 for a request without a policy key header.
    #[must_use]
    #[expect(
        clippy::too_many_lines,
        reason = "every status is named, so that a new one is thought about"
    )]
    pub const fn http_before_14(self) -> u16 {
        match self {
            Self::MessagePreviouslySent => 200,
            Self::InvalidContent
            | Self::InvalidWbxml
            | Self::InvalidXml
            | Self::InvalidDateTime
            | Self::InvalidCombinationOfIds
            | Self::InvalidIds
            | Self::InvalidMime
            | Self::DeviceIdMissingOrInvalid
            | Self::DeviceTypeMissingOrInvalid
            | Self::VersionNotSupported
            | Self::UnexpectedItemClass
            | Self::InvalidStoredRequest => 400,
            Self::UserCannotBeAnonymous => 401,
            Self::ActiveDirectoryAccessDenied
            | Self::UserHasNoMailbox
            | Self::UserPrincipalCouldNotBeFound
            | Self::UserDisabledForSync
            | Self::UserOnNewMailboxCannotSync
            | Self::UserOnLegacyMailboxCannotSync
            | Self::DeviceIsBlockedForThisUser
            | Self::AccessDenied
            | Self::AccountDisabled
            | Self::SyncStateNotFound
            | Self::DeviceNotFullyProvisionable
            | Self::ExternallyManagedDevicesNotAllowed
            | Self::RemoteServerHasNoSsl => 403,
            Self::RemoteWipeRequested
            | Self::LegacyDeviceOnStrictPolicy
            | Self::DeviceNotProvisioned
            | Self::PolicyRefresh
            | Self::InvalidPolicyKey => 449,
            Self::ServerError
            | Self::SendQuotaExceeded
            | Self::MessageRecipientUnresolved
            | Self::MessageReplyNotAllowed
            | Self::MessageHasNoRecipient
            | Self::MailSubmissionFailed
            | Self::MessageReplyFailed
            | Self::AttachmentIsTooLarge
            | Self::SyncStateCorrupt
            | Self::SyncStateAlreadyExists
            | Self::SyncStateVersionInvalid
            | Self::NoRecurrenceInCalendar
            | Self::ItemNotFound
            | Self::TooManyFolders
            | Self::NoFoldersFound
            | Self::ItemsLostAfterMove
            | Self::FailureInMoveOperation
            | Self::MoveCommandDisallowedForNonPersistentMoveAction
            | Self::MoveCommandInvalidDestinationFolder
            | Self::AvailabilityTooManyRecipients
            | Self::AvailabilityDlLimitReached
            | Self::AvailabilityTransientFailure
            | Self::AvailabilityFailure
            | Self::BodyPartPreferenceTypeNotSupported
            | Self::DeviceInformationRequired
            | Self::InvalidAccountId
            | Self::AccountSendDisabled
            | Self::IrmFeatureDisabled
            | Self::IrmTransientError
            | Self::IrmPermanentError
            | Self::IrmInvalidTemplateId
            | Self::IrmOperationNotPermitted
            | Self::NoPicture
            | Self::PictureTooLarge
            | Self::PictureLimitReached
            | Self::BodyPartConversationTooLarge
            | Self::MaximumDevicesReached
            | Self::InvalidMimeBodyCombination
            | Self::InvalidSmartForwardParameters
            | Self::InvalidRecipients
            | Self::OneOrMoreExceptionsFailed => 500,
            Self::CommandNotSupported => 501,
            Self::ServerErrorRetryLater | Self::MailboxServerOffline | Self::SyncStateLocked => 503,
            Self::MailboxQuotaExceeded => 507,
        }
    }
}
