"""A relay that wants STARTTLS and a password: aiosmtpd. Prints its port; writes a line for each message into `mails`."""

import asyncio
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

PLACE = pathlib.Path(sys.argv[1])


class Sink:
    async def handle_DATA(self, server, session, envelope):
        who = session.auth_data.login.decode()
        with PLACE.joinpath("mails").open("a") as mails:
            mails.write("%s %s %s\n" % (who, envelope.mail_from, ",".join(envelope.rcpt_tos)))
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    right = (data.login, data.password) in ((b"gateway", "right ä".encode()), (b"anna", b"secret"))
    return AuthResult(success=right, handled=right, auth_data=data)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(PLACE / "cert.pem", PLACE / "key.pem")


async def main():
    def connected():
        return SMTP(Sink(), tls_context=context, require_starttls=True, authenticator=authenticate, auth_required=True)

    server = await asyncio.get_running_loop().create_server(connected, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
