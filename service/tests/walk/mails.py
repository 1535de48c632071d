"""Messages of many kinds, each with what a client has to make of it. The address of the sender tells them apart."""

import base64
import dataclasses
import email.header
import email.utils
import hashlib
import quopri


@dataclasses.dataclass
class Attachment:
    """What a message carries. `method` 5 is a message in a message."""

    name: str
    data: bytes
    content_id: str = None
    method: int = 1


@dataclasses.dataclass
class Mail:
    """One message and what is to be seen of it."""

    number: int
    kind: str
    date: int
    sender: str
    subject: str
    raw: bytes
    plain: str  # the text, exactly, or None when it is made from HTML or from broken bytes
    word: str   # stands in every form of the body
    native: int  # 1 plain text, 2 HTML
    attachments: list
    importance: int = 1

    @property
    def message_id(self):
        return b"<walk-%d@example.org>" % self.number


@dataclasses.dataclass
class Content:
    """What a kind of message is made of."""

    body: bytes  # with the headers of the content in front
    plain: str = None
    native: int = 1
    attachments: list = dataclasses.field(default_factory=list)
    headers: str = ""


def noise(number, size):
    """Bytes that no encoding leaves alone, the same for the same number."""
    blocks = (hashlib.sha256(b"%d %d" % (number, block)).digest() for block in range(size // 32 + 1))
    return b"".join(blocks)[:size]


def wrapped(data):
    return base64.encodebytes(data)


def text_part(text, charset="utf-8", encoding="8bit", kind="plain"):
    data = text.encode(charset)
    data = {"base64": wrapped, "quoted-printable": quopri.encodestring}.get(encoding, bytes)(data)
    return b"Content-Type: text/%s; charset=%s\nContent-Transfer-Encoding: %s\n\n%s" % (
        kind.encode(), charset.encode(), encoding.encode(), data)


def multipart(kind, *parts):
    boundary = b"=_" + hashlib.sha256(b"".join(parts)).hexdigest()[:24].encode()
    inner = b"".join(b"\n--%s\n%s" % (boundary, part) for part in parts)
    return b'Content-Type: multipart/%s; boundary="%s"\n\n%s\n--%s--\n' % (kind.encode(), boundary, inner, boundary)


def file_part(attachment, kind, name_header):
    ident = b"Content-ID: <%s>\n" % attachment.content_id.encode() if attachment.content_id else b""
    place = b"inline" if attachment.content_id else b"attachment"
    return b"Content-Type: %s\n%sContent-Disposition: %s; %s\nContent-Transfer-Encoding: base64\n\n%s" % (
        kind.encode(), ident, place, name_header.encode(), wrapped(attachment.data))


def html(word):
    return "<html><head><title>t</title><style>p { color: red }</style></head><body><p>Hello <b>%s</b></p></body></html>" % word


def ascii_text(number, word):
    text = "Hello %s\n\nThis is message %d.\n\n-- \nWalker\n" % (word, number)
    return Content(text_part(text, "us-ascii", "7bit"), text)


def utf8_text(number, word):
    text = "Grüße %s 🎉\nœuvre € %d\n" % (word, number)
    return Content(text_part(text), text)


def latin_text(number, word):
    text = "Schöne Grüße aus Köln, %s\n%s = %d\n" % (word, "ä" * 90, number)
    return Content(text_part(text, "iso-8859-1", "quoted-printable"), text)


def russian_text(number, word):
    text = "Привет, %s! Сообщение %d.\n" % (word, number)
    return Content(text_part(text, "koi8-r", "base64"), text)


def japanese_text(number, word):
    text = "こんにちは %s\nメッセージ %d\n" % (word, number)
    return Content(text_part(text, "iso-2022-jp", "7bit"), text)


def chinese_text(number, word):
    text = "你好 %s\n消息 %d\n" % (word, number)
    return Content(text_part(text, "gb18030", "base64"), text)


def alternative(_number, word):
    text = "Hello %s\n" % word
    return Content(multipart("alternative", text_part(text), text_part(html(word), kind="html")), native=2)


def html_only(_number, word):
    return Content(text_part(html(word), "windows-1252", "quoted-printable", "html"), native=2)


def attachment(number, word):
    text = "See the file, %s\n" % word
    pdf = Attachment("report %d.pdf" % number, b"%PDF-1.4\n" + noise(number, 3000))
    part = file_part(pdf, "application/pdf", 'filename="%s"' % pdf.name)
    return Content(multipart("mixed", text_part(text), part), text, attachments=[pdf])


def inline_image(number, word):
    image = Attachment("logo.png", b"\x89PNG\r\n\x1a\n" + noise(number, 900), "logo-%d@walk" % number)
    page = html(word).replace("<p>", '<img src="cid:%s"><p>' % image.content_id)
    related = multipart("related", text_part(page, kind="html"), file_part(image, "image/png", 'filename="logo.png"'))
    other = Attachment("notes.txt", b"some notes\r\n" * 20)
    nested = multipart("alternative", text_part("Hello %s\n" % word), related)
    return Content(multipart("mixed", nested, file_part(other, "text/plain", "filename=notes.txt")), native=2, attachments=[image, other])


def long_text(number, word):
    text = "Long %s\n" % word + "".join("Zeile %d – süß und lang genug\n" % line for line in range(900 + number % 50))
    return Content(text_part(text), text)


def forwarded(number, word):
    text = "Forwarded for you, %s\n" % word
    inner = b"From: a@example.org\nSubject: Inner %d\nDate: Mon, 03 Mar 2025 10:11:12 +0000\n\nInner body %d\n" % (number, number)
    part = b"Content-Type: message/rfc822\nContent-Disposition: attachment; filename=inner.eml\n\n" + inner
    return Content(multipart("mixed", text_part(text), part), text, attachments=[Attachment("inner.eml", inner, method=5)])


def broken(_number, word):
    cut = b"--here\nContent-Type: text/plain\n\nCut off %s\n--here\nContent-Type: text/html\n\n<p>never %s" % (word.encode(), word.encode())
    return Content(b'Content-Type: multipart/mixed; boundary="here"\n\n' + cut, None, native=None)


def raw_bytes(_number, word):
    return Content(b"\nNo charset said: \xe4\xf6\xfc \x01 %s\n" % word.encode(), None)


def important(number, word):
    text = "Quick, %s\n" % word
    return Content(text_part(text), text, headers="X-Priority: 1\nImportance: high\nX-Number: %d\n" % number)


def long_names(number, word):
    text = "Prüfung %s\n" % word
    report = Attachment("Prüfbericht %d.txt" % number, ("Bericht %d\r\n" % number).encode() * 30)
    name = "filename*=UTF-8''Pr%%C3%%BCfbericht%%20%d.txt" % number
    return Content(multipart("mixed", text_part(text), file_part(report, "text/plain", name)), text, attachments=[report])


KINDS = (ascii_text, utf8_text, latin_text, russian_text, japanese_text, chinese_text, alternative, html_only, attachment,
         inline_image, long_text, forwarded, broken, raw_bytes, important, long_names)
SUBJECTS = (("Plain subject", "us-ascii"), ("Grüße – 🎉", "utf-8"), ("Schöne Grüße", "iso-8859-1"), ("Привет мир", "windows-1251"),
            ("日本語の件名", "iso-2022-jp"), ("中文主题", "gb2312"))


def make(number, date, kind=None):
    """Message `number`, received at `date`; its kind goes round if none is given."""
    kind = kind or KINDS[number % len(KINDS)]
    word = "walk%04d" % number
    content = kind(number, word)
    title, charset = SUBJECTS[number % len(SUBJECTS)]
    subject = "%s %d" % (title, number)
    sender = "s%d@example.org" % number
    name = "=?utf-8?Q?J=C3=BCrgen?= <%s>" % sender if number % 3 == 0 else '"Sender, %d" <%s>' % (number, sender)
    written = subject if charset == "us-ascii" else email.header.Header(subject, charset).encode()
    head = "Message-ID: <walk-%d@example.org>\nFrom: %s\nTo: Walker <walker@example.org>, other@example.org\nSubject: %s\nDate: %s\n%s" % (
        number, name, written, email.utils.formatdate(date), content.headers)
    raw = head.encode() + b"MIME-Version: 1.0\n" + content.body
    return Mail(number, kind.__name__, date, sender, subject, raw, content.plain, word, content.native, content.attachments,
                2 if content.headers else 1)
