"""The walk, part 1: the account is set up: OPTIONS, Provision, Settings, FolderSync."""

import base64

import wbxml
from eas import PATH, equal, expect

POLICY_TYPE = "MS-EAS-Provisioning-WBXML"
DEFAULTS = {"2": "Inbox", "3": "Drafts", "4": "Deleted", "5": "Sent", "6": "Outbox", "7": "Tasks", "8": "Calendar", "9": "Contacts"}


def ask_for_options(walk):
    """OPTIONS: 401 without credentials, then the versions and commands"""
    link = walk.phone.device.link
    for credentials in ({}, {"Authorization": "Basic " + base64.b64encode(b"nobody:nothing").decode()}):
        refused = link.request("OPTIONS", PATH, headers=credentials)
        equal(refused.status, 401, "status without right credentials")
        expect(refused.headers["WWW-Authenticate"].startswith('Basic realm="'), "WWW-Authenticate", refused.headers["WWW-Authenticate"])
    answer = link.request("OPTIONS", PATH, headers=walk.phone.device.headers({}))
    equal((answer.status, answer.body), (200, b""), "answer to OPTIONS")
    versions = answer.headers["MS-ASProtocolVersions"].split(",")
    expect(walk.version in versions, "the version is not announced", versions)
    equal(versions, sorted(versions, key=lambda version: tuple(map(int, version.split(".")))), "order of the versions")
    commands = set(answer.headers["MS-ASProtocolCommands"].split(","))
    needed = {"Sync", "FolderSync", "Ping", "GetItemEstimate", "ItemOperations", "MoveItems", "Settings", "Provision", "SendMail", "SmartReply",
              "SmartForward", "Search", "GetAttachment", "Find"}
    expect(needed <= commands, "commands are not announced", needed - commands)
    expect(answer.headers["MS-Server-ActiveSync"], "no MS-Server-ActiveSync")


def device_information(walk):
    """The Set of Settings/DeviceInformation, with what the version has."""
    inside = [("Model", "Walker 1"), ("FriendlyName", "a walker"), ("OS", "Python"), ("OSLanguage", "en"), ("PhoneNumber", "+49301234"),
              ("UserAgent", "Walker/1.0")]
    if walk.phone.device.at_least("14.0"):
        inside.append(("MobileOperator", "none"))
    return ("Settings:DeviceInformation", ("Set", *inside))


def provision(walk):
    """Provision: nothing is asked of the device, or a policy in two phases"""
    device = walk.phone.device
    about = [device_information(walk)] if device.at_least("14.1") else []
    answer = device.post("Provision", ("Provision:Provision", *about, ("Policies", ("Policy", ("PolicyType", POLICY_TYPE)))))
    equal(answer.text("Status"), "1", "Status of Provision")
    if about:
        equal(answer.text("Settings:DeviceInformation/Status"), "1", "Status of DeviceInformation")
    status, key = answer.text("Policies/Policy/Status"), answer.text("Policies/Policy/PolicyKey")
    if status == "2":
        return
    equal(status, "1", "Status of the policy")
    walk.phone.device.policy_key = key
    acknowledged = ("Policy", ("PolicyType", POLICY_TYPE), ("PolicyKey", key), ("Status", "1"))
    answer = device.post("Provision", ("Provision:Provision", ("Policies", acknowledged)))
    equal((answer.text("Status"), answer.text("Policies/Policy/Status")), ("1", "1"), "statuses of phase 2")
    final = answer.text("Policies/Policy/PolicyKey")
    expect(0 < int(final) < 2**32 and final != key and answer.text("Policies/Policy/Data") is None, "final key", final, key)
    walk.phone.device.policy_key = final


def provision_unknown_policy(walk):
    """Provision: an unknown PolicyType is Policy Status 3, none at all is Status 2"""
    about = [device_information(walk)] if walk.phone.device.at_least("14.1") else []
    answer = walk.phone.post("Provision", ("Provision:Provision", *about, ("Policies", ("Policy", ("PolicyType", "walker")))))
    equal(answer.text("Policies/Policy/Status"), "3", "Status of the policy")
    answer = walk.phone.post("Provision", ("Provision:Provision", *about, ("Policies", ("Policy",))))
    equal(answer.text("Status"), "2", "Status of Provision")


def settings(walk):
    """Settings: DeviceInformation, UserInformation and Oof are answered, each with its status"""
    asked = [("Oof", ("Get", ("BodyType", "Text"))), device_information(walk), ("UserInformation", ("Get",))]
    answer = walk.phone.post("Settings", ("Settings:Settings", *asked))
    equal(wbxml.tags(answer.document), ["Status", "Oof", "DeviceInformation", "UserInformation"], "content of Settings")
    for path in ("Status", "Oof/Status", "DeviceInformation/Status", "UserInformation/Status"):
        equal(answer.text(path), "1", path)
    equal(answer.text("Oof/Get/OofState"), "0", "OofState")
    where = "UserInformation/Get/" + ("Accounts/Account/" if walk.phone.device.at_least("14.1") else "") + "EmailAddresses/SMTPAddress"
    addresses = [wbxml.value(found) for found in wbxml.every(answer.document, where)]
    expect(addresses and all("@" in address for address in addresses), "addresses", addresses)


def folder_sync(walk):
    """FolderSync: all folders once, parents before children; then nothing; an invented key is 9, an old one is taken"""
    phone = walk.phone
    phone.folder_sync()
    wanted = set(DEFAULTS) | ({"10"} if phone.device.at_least("14.0") else set())
    kinds = [kind for _, _, kind in phone.folders.values()]
    for kind in sorted(wanted):
        equal(kinds.count(kind), 1, "folders of type %s" % kind)
    expect(set(kinds) <= wanted | {"1", "12"}, "types that nobody expects", sorted(set(kinds) - wanted))
    equal(phone.folders[phone.folder(name="Old")][0], phone.folder(name="Archive"), "parent of Archive/Old")
    phone.folder(name="Bücher")
    before, first_key = dict(phone.folders), phone.hierarchy_key
    equal(phone.folder_sync(), [], "changes without a change")
    phone.folder_sync(key="invented", status="9")
    equal(phone.folder_sync(key=first_key), [], "changes after a lost answer")
    phone.folder_sync(key="0")
    equal(phone.folders, before, "folders after starting over: ids have to stay")
    walk.name_folders()


STEPS = (ask_for_options, provision, provision_unknown_policy, settings, folder_sync)
