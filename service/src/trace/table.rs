//! Which elements' text may be shown: every tag of every code page stands in exactly one list; a test asks for new ones.
//!
//! Shown are containers, ids, keys, statuses, classes, dates, flags, sizes and settings. Content is what people wrote or
//! are called by: names, addresses, numbers, subjects, bodies, pictures, places, what they search for.

/// The lists of one code page, as names with spaces between.
pub(super) struct Page {
    /// The XML namespace of the page.
    pub(super) namespace: &'static str,
    /// Text that may be shown.
    pub(super) shown: &'static str,
    /// Text that belongs to people.
    pub(super) content: &'static str,
    /// Text that is never shown.
    pub(super) secret: &'static str,
}

/// Makes a page; lists may be left out.
macro_rules! page {
    ($namespace:literal { $($list:ident: $names:literal,)* }) => {
        Page {
            $($list: $names,)*
            ..Page { namespace: $namespace, shown: "", content: "", secret: "" }
        }
    };
}

/// By page number.
pub(super) static PAGES: [Page; 26] = [
    page!("AirSync" {
        shown: "Sync Responses Add Change Delete Fetch SyncKey ClientId ServerId Status Collection Class Version
            CollectionId GetChanges MoreAvailable WindowSize Commands Options FilterType Truncation RtfTruncation Conflict
            Collections DeletesAsMoves Supported SoftDelete MIMESupport MIMETruncation Wait Limit Partial
            ConversationMode MaxItems HeartbeatInterval",
        content: "ApplicationData NotifyGUID",
    }),
    page!("Contacts" {
        shown: "BodySize BodyTruncated Categories Children WeightedRank",
        content: "Anniversary AssistantName AssistantPhoneNumber Birthday Body Business2PhoneNumber BusinessAddressCity
            BusinessAddressCountry BusinessAddressPostalCode BusinessAddressState BusinessAddressStreet BusinessFaxNumber
            BusinessPhoneNumber CarPhoneNumber Category Child CompanyName Department Email1Address Email2Address
            Email3Address FileAs FirstName Home2PhoneNumber HomeAddressCity HomeAddressCountry HomeAddressPostalCode
            HomeAddressState HomeAddressStreet HomeFaxNumber HomePhoneNumber JobTitle LastName MiddleName
            MobilePhoneNumber OfficeLocation OtherAddressCity OtherAddressCountry OtherAddressPostalCode
            OtherAddressState OtherAddressStreet PagerNumber RadioPhoneNumber Spouse Suffix Title WebPage
            YomiCompanyName YomiFirstName YomiLastName CompressedRTF Picture Alias",
    }),
    page!("Email" {
        shown: "Attachment Attachments AttSize Att0Id AttMethod AttRemoved BodySize BodyTruncated DateReceived Importance
            MessageClass Read AllDayEvent Categories DtStamp EndTime InstanceType BusyStatus MeetingRequest RecurrenceId
            Reminder ResponseRequested Recurrences Recurrence Type Until Occurrences Interval DayOfWeek DayOfMonth
            WeekOfMonth MonthOfYear StartTime Sensitivity TimeZone MIMETruncated MIMESize InternetCPID Flag Status
            ContentClass CompleteTime DisallowNewTimeProposal",
        content: "AttName Body DisplayName DisplayTo Subject To Cc From ReplyTo Category Location Organizer GlobalObjId
            ThreadTopic MIMEData FlagType",
    }),
    page!("AirNotify" {
        shown: "Notify Notification Version LifeTime DeviceInfo Enable Folder ServerId ValidCarrierProfiles Status
            Responses Devices Device Id Expiry",
        content: "DeviceAddress CarrierProfile NotifyGUID DeviceFriendlyName",
    }),
    page!("Calendar" {
        shown: "Timezone AllDayEvent Attendees Attendee BodyTruncated BusyStatus Categories DtStamp EndTime Exception
            Exceptions Deleted ExceptionStartTime MeetingStatus Recurrence Type Until Occurrences Interval DayOfWeek
            DayOfMonth WeekOfMonth MonthOfYear Reminder Sensitivity StartTime UID AttendeeStatus AttendeeType Attachment
            Attachments AttSize AttOid AttMethod AttRemoved DisallowNewTimeProposal ResponseRequested AppointmentReplyTime
            ResponseType CalendarType IsLeapMonth FirstDayOfWeek ClientUid",
        content: "Email Name Body Category CompressedRTF Location OrganizerEmail OrganizerName Subject AttName DisplayName
            OnlineMeetingConfLink OnlineMeetingExternalLink",
    }),
    page!("Move" {
        shown: "MoveItems Move SrcMsgId SrcFldId DstFldId Response Status DstMsgId",
    }),
    page!("GetItemEstimate" {
        shown: "GetItemEstimate Version Collections Collection Class CollectionId DateTime Estimate Response Status",
    }),
    page!("FolderHierarchy" {
        shown: "Folders Folder ServerId ParentId Type Response Status ContentClass Changes Add Delete Update SyncKey
            FolderCreate FolderDelete FolderUpdate FolderSync Count Version",
        content: "DisplayName",
    }),
    page!("MeetingResponse" {
        shown: "CalendarId CollectionId MeetingResponse RequestId Request Result Status UserResponse Version InstanceId
            ProposedStartTime ProposedEndTime SendResponse",
    }),
    page!("Tasks" {
        shown: "BodySize BodyTruncated Categories Complete DateCompleted DueDate UtcDueDate Importance Recurrence Type
            Start Until Occurrences Interval DayOfMonth DayOfWeek WeekOfMonth MonthOfYear Regenerate DeadOccur ReminderSet
            ReminderTime Sensitivity StartDate UtcStartDate OrdinalDate SubOrdinalDate CalendarType IsLeapMonth
            FirstDayOfWeek",
        content: "Body Category Subject CompressedRTF",
    }),
    page!("ResolveRecipients" {
        shown: "ResolveRecipients Response Status Type Recipient Certificates Options CertificateRetrieval RecipientCount
            MaxCertificates MaxAmbiguousRecipients CertificateCount Availability StartTime EndTime MaxSize MaxPictures",
        content: "DisplayName EmailAddress Certificate MiniCertificate To MergedFreeBusy Picture Data",
    }),
    page!("ValidateCert" {
        shown: "ValidateCert Certificates CertificateChain CheckCRL Status",
        content: "Certificate",
    }),
    page!("Contacts2" {
        content: "CustomerId GovernmentId IMAddress IMAddress2 IMAddress3 ManagerName CompanyMainPhone AccountName NickName
            MMS",
    }),
    page!("Ping" {
        shown: "Ping AutdState Status HeartbeatInterval Folders Folder Id Class MaxFolders Version",
    }),
    page!("Provision" {
        shown: "Provision Policies Policy PolicyType PolicyKey Status RemoteWipe EASProvisionDoc DevicePasswordEnabled
            AlphanumericDevicePasswordRequired RequireStorageCardEncryption PasswordRecoveryEnabled DocumentBrowseEnabled
            AttachmentsEnabled MinDevicePasswordLength MaxInactivityTimeDeviceLock MaxDevicePasswordFailedAttempts
            MaxAttachmentSize AllowSimpleDevicePassword DevicePasswordExpiration DevicePasswordHistory AllowStorageCard
            AllowCamera RequireDeviceEncryption AllowUnsignedApplications AllowUnsignedInstallationPackages
            MinDevicePasswordComplexCharacters AllowWiFi AllowTextMessaging AllowPOPIMAPEmail AllowBluetooth AllowIrDA
            RequireManualSyncWhenRoaming AllowDesktopSync MaxCalendarAgeFilter AllowHTMLEmail MaxEmailAgeFilter
            MaxEmailBodyTruncationSize MaxEmailHTMLBodyTruncationSize RequireSignedSMIMEMessages
            RequireEncryptedSMIMEMessages RequireSignedSMIMEAlgorithm RequireEncryptionSMIMEAlgorithm
            AllowSMIMEEncryptionAlgorithmNegotiation AllowSMIMESoftCerts AllowBrowser AllowConsumerEmail AllowRemoteDesktop
            AllowInternetSharing UnapprovedInROMApplicationList ApprovedApplicationList AccountOnlyRemoteWipe",
        content: "Data ApplicationName Hash",
    }),
    page!("Search" {
        shown: "Search Stores Store Options Range Status Response Result Properties Total EqualTo And Or DeepTraversal
            LongId RebuildResults LessThan GreaterThan Schema Supported ConversationId MaxSize MaxPictures",
        content: "Name Query Value FreeText Picture",
        secret: "UserName Password",
    }),
    page!("GAL" {
        shown: "Status",
        content: "DisplayName Phone Office Title Company Alias FirstName LastName HomePhone MobilePhone EmailAddress Picture
            Data",
    }),
    page!("AirSyncBase" {
        shown: "BodyPreference Type TruncationSize AllOrNone EstimatedDataSize Truncated FileReference Method
            IsInline NativeBodyType ContentType BodyPartPreference Status Add Delete ClientId InstanceId",
        content: "Body BodyPart Attachments Attachment Location Data DisplayName ContentId ContentLocation Preview Content Annotation Street City State Country PostalCode
            Latitude Longitude Accuracy Altitude AltitudeAccuracy LocationUri",
    }),
    page!("Settings" {
        shown: "Settings Status Get Set Oof OofState StartTime EndTime OofMessage AppliesToInternal AppliesToExternalKnown
            AppliesToExternalUnknown Enabled BodyType DevicePassword DeviceInformation Model OS OSLanguage UserInformation
            EmailAddresses UserAgent EnableOutboundSMS Accounts Account AccountId SendDisabled RightsManagementInformation",
        content: "ReplyMessage IMEI FriendlyName PhoneNumber SMTPAddress MobileOperator PrimarySmtpAddress AccountName
            UserDisplayName",
        secret: "Password",
    }),
    page!("DocumentLibrary" {
        shown: "IsFolder CreationDate LastModifiedDate IsHidden ContentLength ContentType",
        content: "LinkId DisplayName",
    }),
    page!("ItemOperations" {
        shown: "ItemOperations Fetch Store Options Range Total Properties Status Response Version Schema Part
            EmptyFolderContents DeleteSubFolders Move DstFldId ConversationId MoveAlways",
        content: "Data",
        secret: "UserName Password",
    }),
    page!("ComposeMail" {
        shown: "SendMail SmartForward SmartReply SaveInSentItems ReplaceMime Source FolderId ItemId LongId InstanceId
            ClientId Status AccountId Forwardees Forwardee",
        content: "Mime ForwardeeName ForwardeeEmail",
    }),
    page!("Email2" {
        shown: "UmAttDuration UmAttOrder ConversationId ConversationIndex LastVerbExecuted LastVerbExecutionTime
            ReceivedAsBcc CalendarType IsLeapMonth AccountId FirstDayOfWeek MeetingMessageType IsDraft Send",
        content: "UmCallerID UmUserNotes Sender Bcc",
    }),
    page!("Notes" {
        shown: "MessageClass LastModifiedDate Categories",
        content: "Subject Category",
    }),
    page!("RightsManagement" {
        shown: "RightsManagementSupport RightsManagementTemplates RightsManagementTemplate RightsManagementLicense
            EditAllowed ReplyAllowed ReplyAllAllowed ForwardAllowed ModifyRecipientsAllowed ExtractAllowed PrintAllowed
            ExportAllowed ProgrammaticAccessAllowed Owner ContentExpiryDate TemplateID RemoveRightsManagementProtection",
        content: "TemplateName TemplateDescription ContentOwner",
    }),
    page!("Find" {
        shown: "Find SearchId ExecuteSearch MailBoxSearchCriterion Status Options Range DeepTraversal Response Result
            Properties HasAttachments Total GalSearchCriterion MaxPictures MaxSize",
        content: "Query FreeText Preview DisplayCc DisplayBcc Picture",
    }),
];
