"""The walk, part 0: the device finds its server with nothing but address and password."""

import base64
import json
import urllib.parse
import xml.etree.ElementTree as ElementTree

from eas import PATH, equal, expect

REQUEST = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006"
MOBILE = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006"
OUTER = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
POX = "/autodiscover/autodiscover.xml"


def ask(walk, method="POST", path=POX, schema=MOBILE, credentials=True, body=None):
    """One question, as a device asks it."""
    device = walk.phone.device
    headers = {"Content-Type": "text/xml", "Host": "mail.example.org"}
    if credentials:
        word = credentials if isinstance(credentials, str) else "%s:%s" % (device.user, device.password)
        headers["Authorization"] = "Basic " + base64.b64encode(word.encode()).decode()
    if body is None and method == "POST":
        body = ('<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="%s"><Request><EMailAddress>%s@example.org</EMailAddress>'
                "<AcceptableResponseSchema>%s</AcceptableResponseSchema></Request></Autodiscover>" % (REQUEST, device.user, schema)).encode()
    return device.link.request(method, path, body or b"", headers)


def discover_by_xml(walk):
    """Autodiscover, XML: 401 first, then the server, in any letter case of the path"""
    refused = ask(walk, credentials=False)
    equal((refused.status, refused.headers["WWW-Authenticate"][:12]), (401, 'Basic realm='), "a question without credentials")
    for path in (POX, "/Autodiscover/Autodiscover.xml", "/AutoDiscover/AutoDiscover.XML"):
        answer = ask(walk, path=path)
        equal((answer.status, answer.headers["Content-Type"].split(";")[0]), (200, "text/xml"), "answer to Autodiscover")
        root = ElementTree.fromstring(answer.body)
        equal(root.tag, "{%s}Autodiscover" % OUTER, "root")
        server = root.find(".//{%s}Server" % MOBILE)
        told = {child.tag.split("}")[1]: child.text for child in server}
        url = "https://mail.example.org" + PATH
        equal(told, {"Type": "MobileSync", "Url": url, "Name": url}, "server")
        address = root.findtext(".//{%s}EMailAddress" % MOBILE)
        expect(address and address.startswith(walk.phone.device.user), "the account's address", address)


def discover_by_json(walk):
    """Autodiscover, JSON: without credentials, and the same for any address"""
    answers = set()
    for address in (walk.phone.device.user + "@example.org", "nobody@example.org", ""):
        query = urllib.parse.urlencode({"Email": address, "Protocol": "ActiveSync", "RedirectCount": 1})
        answer = ask(walk, "GET", "/autodiscover/autodiscover.json?" + query, credentials=False)
        equal(answer.status, 200, "status")
        answers.add(answer.body)
    equal([json.loads(body) for body in answers], [{"Protocol": "ActiveSync", "Url": "https://mail.example.org" + PATH}], "answers")
    refused = ask(walk, "GET", "/AUTODISCOVER/autodiscover.json/v1.0/a@b?protocol=ews", credentials=False)
    equal((refused.status, json.loads(refused.body)["ErrorCode"]), (400, "InvalidProtocol"), "another protocol")


def discover_what_is_not_there(walk):
    """Autodiscover: other schemas, rubbish, no credentials by GET"""
    for schema, body, code in ((OUTLOOK, None, "601"), (MOBILE, b"<not", "600"), (MOBILE, b"\xff\xfe", "600")):
        root = ElementTree.fromstring(ask(walk, schema=schema, body=body).body)
        equal([element.text for element in root.iter() if element.tag.endswith("ErrorCode")], [code], "error")
    unknown = ask(walk, credentials="nobody:nothing")
    wrong = ask(walk, credentials=walk.phone.device.user + ":nothing")
    equal((unknown.status, unknown.body), (401, b""), "an unknown user")
    equal((wrong.status, wrong.body), (401, b""), "a wrong password")
    redirected = ask(walk, "GET", credentials=False)
    equal((redirected.status, redirected.headers["Location"]), (302, "https://mail.example.org" + POX), "a GET without TLS")


STEPS = (discover_by_xml, discover_by_json, discover_what_is_not_there)
