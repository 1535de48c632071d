"""The WBXML tokens of ActiveSync, code page by code page, with the protocol versions that have them.

A page is (number, namespace, versions, words). A word in the list is a tag and takes the next token number, `=1C`
sets the next number. `Tag@14.0` is there from 14.0 on, `Tag@-2.5` up to 2.5, `Tag@14.0-14.1` only between; a bare
tag has the span that stands before the list.
"""

VERSIONS = ("2.5", "12.0", "12.1", "14.0", "14.1", "16.0", "16.1")

PAGES = (
    (0, "AirSync", "2.5-16.1", """
        Sync Responses Add Change Delete Fetch SyncKey ClientId ServerId Status Collection Class Version@-2.5
        CollectionId GetChanges MoreAvailable WindowSize Commands Options FilterType Truncation@-2.5
        RtfTruncation@-2.5 Conflict Collections ApplicationData DeletesAsMoves NotifyGUID@-2.5 Supported
        SoftDelete MIMESupport MIMETruncation Wait@12.1 Limit@12.1 Partial@12.1 ConversationMode@14.0
        MaxItems@14.0 HeartbeatInterval@14.0
     """),
    (1, "Contacts", "2.5-16.1", """
        Anniversary AssistantName AssistantPhoneNumber Birthday Body@-2.5 BodySize@-2.5 BodyTruncated@-2.5
        Business2PhoneNumber BusinessAddressCity BusinessAddressCountry BusinessAddressPostalCode
        BusinessAddressState BusinessAddressStreet BusinessFaxNumber BusinessPhoneNumber CarPhoneNumber
        Categories Category Children Child CompanyName Department Email1Address Email2Address Email3Address
        FileAs FirstName Home2PhoneNumber HomeAddressCity HomeAddressCountry HomeAddressPostalCode
        HomeAddressState HomeAddressStreet HomeFaxNumber HomePhoneNumber JobTitle LastName MiddleName
        MobilePhoneNumber OfficeLocation OtherAddressCity OtherAddressCountry OtherAddressPostalCode
        OtherAddressState OtherAddressStreet PagerNumber RadioPhoneNumber Spouse Suffix Title WebPage
        YomiCompanyName YomiFirstName YomiLastName CompressedRTF@-2.5 Picture Alias@14.0 WeightedRank@14.0
     """),
    (2, "Email", "2.5-16.1", """
        Attachment@-2.5 Attachments@-2.5 AttName@-2.5 AttSize@-2.5 Att0Id@-2.5 AttMethod@-2.5 AttRemoved@-2.5
        Body@-2.5 BodySize@-2.5 BodyTruncated@-2.5 DateReceived DisplayName@-2.5 DisplayTo Importance
        MessageClass Subject Read To Cc From ReplyTo AllDayEvent Categories@14.0 Category@14.0 DtStamp EndTime
        InstanceType BusyStatus Location@-14.1 MeetingRequest Organizer RecurrenceId Reminder
        ResponseRequested Recurrences Recurrence Type Until Occurrences Interval DayOfWeek DayOfMonth
        WeekOfMonth MonthOfYear StartTime Sensitivity TimeZone GlobalObjId@-14.1 ThreadTopic MIMEData@-2.5
        MIMETruncated@-2.5 MIMESize@-2.5 InternetCPID Flag@12.0 Status@12.0 ContentClass@12.0 FlagType@12.0
        CompleteTime@12.0 DisallowNewTimeProposal@14.0
     """),
    (3, "AirNotify", "2.5-2.5", """
        Notify Notification Version LifeTime DeviceInfo Enable Folder ServerId DeviceAddress
        ValidCarrierProfiles CarrierProfile Status Responses Devices Device Id Expiry NotifyGUID
        DeviceFriendlyName
     """),
    (4, "Calendar", "2.5-16.1", """
        Timezone AllDayEvent Attendees Attendee Email Name Body@-2.5 BodyTruncated@-2.5 BusyStatus Categories
        Category CompressedRTF@-2.5 DtStamp EndTime Exception Exceptions Deleted ExceptionStartTime@-14.1
        Location@-14.1 MeetingStatus OrganizerEmail OrganizerName Recurrence Type Until Occurrences Interval
        DayOfWeek DayOfMonth WeekOfMonth MonthOfYear Reminder Sensitivity Subject StartTime UID
        AttendeeStatus@12.0 AttendeeType@12.0 Attachment@-2.5 Attachments@-2.5 AttName@-2.5 AttSize@-2.5
        AttOid@-2.5 AttMethod@-2.5 AttRemoved@-2.5 DisplayName@-2.5 DisallowNewTimeProposal@14.0
        ResponseRequested@14.0 AppointmentReplyTime@14.0 ResponseType@14.0 CalendarType@14.0 IsLeapMonth@14.0
        FirstDayOfWeek@14.1 OnlineMeetingConfLink@14.1 OnlineMeetingExternalLink@14.1 ClientUid@16.0
     """),
    (5, "Move", "2.5-16.1", """
        MoveItems Move SrcMsgId SrcFldId DstFldId Response Status DstMsgId
     """),
    (6, "GetItemEstimate", "2.5-16.1", """
        GetItemEstimate Version@-2.5 Collections Collection Class@-12.1 CollectionId DateTime@-2.5 Estimate
        Response Status
     """),
    (7, "FolderHierarchy", "2.5-16.1", """
        Folders@-12.1 Folder@-12.1 DisplayName ServerId ParentId Type Response@-2.5 Status ContentClass@-2.5
        Changes Add Delete Update SyncKey FolderCreate FolderDelete FolderUpdate FolderSync Count Version@-2.5
     """),
    (8, "MeetingResponse", "2.5-16.1", """
        CalendarId CollectionId MeetingResponse RequestId Request Result Status UserResponse Version@-2.5
        InstanceId@14.1 =10 ProposedStartTime@16.1 ProposedEndTime@16.1 SendResponse@16.0
     """),
    (9, "Tasks", "2.5-16.1", """
        Body@-2.5 BodySize@-2.5 BodyTruncated@-2.5 Categories Category Complete DateCompleted DueDate
        UtcDueDate Importance Recurrence Type Start Until Occurrences Interval DayOfMonth DayOfWeek
        WeekOfMonth MonthOfYear Regenerate DeadOccur ReminderSet ReminderTime Sensitivity StartDate
        UtcStartDate Subject CompressedRTF@-2.5 OrdinalDate@12.0 SubOrdinalDate@12.0 CalendarType@14.0
        IsLeapMonth@14.0 FirstDayOfWeek@14.1
     """),
    (10, "ResolveRecipients", "2.5-16.1", """
        ResolveRecipients Response Status Type Recipient DisplayName EmailAddress Certificates Certificate
        MiniCertificate Options To CertificateRetrieval RecipientCount MaxCertificates MaxAmbiguousRecipients
        CertificateCount Availability@14.0 StartTime@14.0 EndTime@14.0 MergedFreeBusy@14.0 Picture@14.1
        MaxSize@14.1 Data@14.1 MaxPictures@14.1
     """),
    (11, "ValidateCert", "2.5-16.1", """
        ValidateCert Certificates Certificate CertificateChain CheckCRL Status
     """),
    (12, "Contacts2", "2.5-16.1", """
        CustomerId GovernmentId IMAddress IMAddress2 IMAddress3 ManagerName CompanyMainPhone AccountName
        NickName MMS
     """),
    (13, "Ping", "2.5-16.1", """
        Ping AutdState@-2.5 Status HeartbeatInterval Folders Folder Id Class MaxFolders Version@-2.5
     """),
    (14, "Provision", "12.1-16.1", """
        Provision@2.5 Policies@2.5 Policy@2.5 PolicyType@2.5 PolicyKey@2.5 Data@2.5 Status@2.5 RemoteWipe@2.5
        EASProvisionDoc@12.0 DevicePasswordEnabled@12.0 AlphanumericDevicePasswordRequired@12.0
        RequireStorageCardEncryption PasswordRecoveryEnabled@12.0 DocumentBrowseEnabled@12.0-12.0
        AttachmentsEnabled@12.0 MinDevicePasswordLength@12.0 MaxInactivityTimeDeviceLock@12.0
        MaxDevicePasswordFailedAttempts@12.0 MaxAttachmentSize@12.0 AllowSimpleDevicePassword@12.0
        DevicePasswordExpiration@12.0 DevicePasswordHistory@12.0 AllowStorageCard AllowCamera
        RequireDeviceEncryption AllowUnsignedApplications AllowUnsignedInstallationPackages
        MinDevicePasswordComplexCharacters AllowWiFi AllowTextMessaging AllowPOPIMAPEmail AllowBluetooth
        AllowIrDA RequireManualSyncWhenRoaming AllowDesktopSync MaxCalendarAgeFilter AllowHTMLEmail
        MaxEmailAgeFilter MaxEmailBodyTruncationSize MaxEmailHTMLBodyTruncationSize RequireSignedSMIMEMessages
        RequireEncryptedSMIMEMessages RequireSignedSMIMEAlgorithm RequireEncryptionSMIMEAlgorithm
        AllowSMIMEEncryptionAlgorithmNegotiation AllowSMIMESoftCerts AllowBrowser AllowConsumerEmail
        AllowRemoteDesktop AllowInternetSharing UnapprovedInROMApplicationList ApplicationName
        ApprovedApplicationList Hash AccountOnlyRemoteWipe@16.1
     """),
    (15, "Search", "2.5-16.1", """
        Search Stores@-2.5 Store Name Query Options Range Status Response Result Properties Total EqualTo@12.0
        Value@12.0 And@12.0 Or@12.0 FreeText@12.0 =17 DeepTraversal@12.0 LongId@12.0 RebuildResults@12.0
        LessThan@12.0 GreaterThan@12.0 Schema@-2.5 Supported@-2.5 UserName@12.1 Password@12.1
        ConversationId@14.0 Picture@14.1 MaxSize@14.1 MaxPictures@14.1
     """),
    (16, "GAL", "2.5-16.1", """
        DisplayName Phone Office Title Company Alias FirstName LastName HomePhone MobilePhone EmailAddress
        Picture@14.1 Status@14.1 Data@14.1
     """),
    (17, "AirSyncBase", "12.0-16.1", """
        BodyPreference Type TruncationSize AllOrNone =0A Body Data EstimatedDataSize Truncated Attachments
        Attachment DisplayName FileReference Method ContentId ContentLocation IsInline NativeBodyType
        ContentType Preview@14.0 BodyPartPreference@14.1 BodyPart@14.1 Status@14.1 Add@16.0 Delete@16.0
        ClientId@16.0 Content@16.0 Location@16.0 Annotation@16.0 Street@16.0 City@16.0 State@16.0 Country@16.0
        PostalCode@16.0 Latitude@16.0 Longitude@16.0 Accuracy@16.0 Altitude@16.0 AltitudeAccuracy@16.0
        LocationUri@16.0 InstanceId@16.0
     """),
    (18, "Settings", "12.0-16.1", """
        Settings Status Get Set Oof OofState StartTime EndTime OofMessage AppliesToInternal
        AppliesToExternalKnown AppliesToExternalUnknown Enabled ReplyMessage BodyType DevicePassword Password
        DeviceInformation Model IMEI FriendlyName OS OSLanguage PhoneNumber UserInformation EmailAddresses
        SMTPAddress UserAgent@12.1 EnableOutboundSMS@14.0 MobileOperator@14.0 PrimarySmtpAddress@14.1
        Accounts@14.1 Account@14.1 AccountId@14.1 AccountName@14.1 UserDisplayName@14.1 SendDisabled@14.1 =2B
        RightsManagementInformation@14.1
     """),
    (19, "DocumentLibrary", "12.0-16.1", """
        LinkId DisplayName IsFolder CreationDate LastModifiedDate IsHidden ContentLength ContentType
     """),
    (20, "ItemOperations", "12.0-16.1", """
        ItemOperations Fetch Store Options Range Total Properties Data Status Response Version Schema Part
        EmptyFolderContents DeleteSubFolders UserName@12.1 Password@12.1 Move@14.0 DstFldId@14.0
        ConversationId@14.0 MoveAlways@14.0
     """),
    (21, "ComposeMail", "14.0-16.1", """
        SendMail SmartForward SmartReply SaveInSentItems ReplaceMime =0B Source FolderId ItemId LongId
        InstanceId Mime ClientId Status AccountId@14.1 =15 Forwardees@16.0 Forwardee@16.0 ForwardeeName@16.0
        ForwardeeEmail@16.0
     """),
    (22, "Email2", "14.0-16.1", """
        UmCallerID UmUserNotes UmAttDuration UmAttOrder ConversationId ConversationIndex LastVerbExecuted
        LastVerbExecutionTime ReceivedAsBcc Sender CalendarType IsLeapMonth AccountId@14.1 FirstDayOfWeek@14.1
        MeetingMessageType@14.1 =15 IsDraft@16.0 Bcc@16.0 Send@16.0
     """),
    (23, "Notes", "14.0-16.1", """
        Subject MessageClass LastModifiedDate Categories Category
     """),
    (24, "RightsManagement", "14.1-16.1", """
        RightsManagementSupport RightsManagementTemplates RightsManagementTemplate RightsManagementLicense
        EditAllowed ReplyAllowed ReplyAllAllowed ForwardAllowed ModifyRecipientsAllowed ExtractAllowed
        PrintAllowed ExportAllowed ProgrammaticAccessAllowed Owner ContentExpiryDate TemplateID TemplateName
        TemplateDescription ContentOwner RemoveRightsManagementProtection
     """),
    (25, "Find", "16.1-16.1", """
        Find SearchId ExecuteSearch MailBoxSearchCriterion Query Status FreeText Options Range DeepTraversal
        =11 Response Result Properties Preview HasAttachments Total DisplayCc DisplayBcc GalSearchCriterion
        =20 MaxPictures MaxSize Picture
     """),
)


def _span(mark, common):
    """The (lowest, highest) index into VERSIONS that a mark such as `14.0`, `-2.5` or `14.0-14.1` means."""
    low, dash, high = (mark or common).partition("-")
    return VERSIONS.index(low or "2.5"), VERSIONS.index(high) if dash else len(VERSIONS) - 1


def _read():
    by_code, by_name = {}, {}
    for number, space, common, words in PAGES:
        token = 0x05
        for word in words.split():
            if word.startswith("="):
                token = int(word[1:], 16)
                continue
            tag, _, mark = word.partition("@")
            name = "%s:%s" % (space, tag)
            by_code[number, token] = (name, _span(mark, common))
            by_name[name] = (number, token)
            token += 1
    return by_code, by_name


# (page, token) -> ("Namespace:Tag", (lowest, highest)), and "Namespace:Tag" -> (page, token)
BY_CODE, BY_NAME = _read()
