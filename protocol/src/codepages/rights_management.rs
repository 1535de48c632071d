//! Code page 24, `RightsManagement`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `RightsManagementSupport`, from 14.1.
pub const RIGHTS_MANAGEMENT_SUPPORT: Tag = Tag::new(24, 0x05);
/// `RightsManagementTemplates`, from 14.1.
pub const RIGHTS_MANAGEMENT_TEMPLATES: Tag = Tag::new(24, 0x06);
/// `RightsManagementTemplate`, from 14.1.
pub const RIGHTS_MANAGEMENT_TEMPLATE: Tag = Tag::new(24, 0x07);
/// `RightsManagementLicense`, from 14.1.
pub const RIGHTS_MANAGEMENT_LICENSE: Tag = Tag::new(24, 0x08);
/// `EditAllowed`, from 14.1.
pub const EDIT_ALLOWED: Tag = Tag::new(24, 0x09);
/// `ReplyAllowed`, from 14.1.
pub const REPLY_ALLOWED: Tag = Tag::new(24, 0x0A);
/// `ReplyAllAllowed`, from 14.1.
pub const REPLY_ALL_ALLOWED: Tag = Tag::new(24, 0x0B);
/// `ForwardAllowed`, from 14.1.
pub const FORWARD_ALLOWED: Tag = Tag::new(24, 0x0C);
/// `ModifyRecipientsAllowed`, from 14.1.
pub const MODIFY_RECIPIENTS_ALLOWED: Tag = Tag::new(24, 0x0D);
/// `ExtractAllowed`, from 14.1.
pub const EXTRACT_ALLOWED: Tag = Tag::new(24, 0x0E);
/// `PrintAllowed`, from 14.1.
pub const PRINT_ALLOWED: Tag = Tag::new(24, 0x0F);
/// `ExportAllowed`, from 14.1.
pub const EXPORT_ALLOWED: Tag = Tag::new(24, 0x10);
/// `ProgrammaticAccessAllowed`, from 14.1.
pub const PROGRAMMATIC_ACCESS_ALLOWED: Tag = Tag::new(24, 0x11);
/// `Owner`, from 14.1.
pub const OWNER: Tag = Tag::new(24, 0x12);
/// `ContentExpiryDate`, from 14.1.
pub const CONTENT_EXPIRY_DATE: Tag = Tag::new(24, 0x13);
/// `TemplateID`, from 14.1.
pub const TEMPLATE_ID: Tag = Tag::new(24, 0x14);
/// `TemplateName`, from 14.1.
pub const TEMPLATE_NAME: Tag = Tag::new(24, 0x15);
/// `TemplateDescription`, from 14.1.
pub const TEMPLATE_DESCRIPTION: Tag = Tag::new(24, 0x16);
/// `ContentOwner`, from 14.1.
pub const CONTENT_OWNER: Tag = Tag::new(24, 0x17);
/// `RemoveRightsManagementProtection`, from 14.1; older tables: RemoveRightsManagementDistribution.
pub const REMOVE_RIGHTS_MANAGEMENT_PROTECTION: Tag = Tag::new(24, 0x18);

pub(super) static PAGE: Page = Page {
    namespace: "RightsManagement",
    entries: &[
        Entry::new(
            RIGHTS_MANAGEMENT_SUPPORT,
            "RightsManagementSupport",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            RIGHTS_MANAGEMENT_TEMPLATES,
            "RightsManagementTemplates",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            RIGHTS_MANAGEMENT_TEMPLATE,
            "RightsManagementTemplate",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            RIGHTS_MANAGEMENT_LICENSE,
            "RightsManagementLicense",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(EDIT_ALLOWED, "EditAllowed", Version::V14_1, Version::V16_1),
        Entry::new(
            REPLY_ALLOWED,
            "ReplyAllowed",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            REPLY_ALL_ALLOWED,
            "ReplyAllAllowed",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            FORWARD_ALLOWED,
            "ForwardAllowed",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            MODIFY_RECIPIENTS_ALLOWED,
            "ModifyRecipientsAllowed",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            EXTRACT_ALLOWED,
            "ExtractAllowed",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            PRINT_ALLOWED,
            "PrintAllowed",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            EXPORT_ALLOWED,
            "ExportAllowed",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            PROGRAMMATIC_ACCESS_ALLOWED,
            "ProgrammaticAccessAllowed",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(OWNER, "Owner", Version::V14_1, Version::V16_1),
        Entry::new(
            CONTENT_EXPIRY_DATE,
            "ContentExpiryDate",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(TEMPLATE_ID, "TemplateID", Version::V14_1, Version::V16_1),
        Entry::new(
            TEMPLATE_NAME,
            "TemplateName",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            TEMPLATE_DESCRIPTION,
            "TemplateDescription",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            CONTENT_OWNER,
            "ContentOwner",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            REMOVE_RIGHTS_MANAGEMENT_PROTECTION,
            "RemoveRightsManagementProtection",
            Version::V14_1,
            Version::V16_1,
        ),
    ],
};
