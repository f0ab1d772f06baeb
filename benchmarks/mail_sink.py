"""A mail server of its own process that takes every letter and throws it away. Prints its port; asked, how many.

Real SMTP over the loopback (RFC 5321), so that both sides pay for the conversation.
"""

import asyncio
import sys

_ANSWERS = {
    b"EHLO": b"250 sink",
    b"HELO": b"250 sink",
    b"MAIL": b"250 fine",
    b"RCPT": b"250 fine",
    b"RSET": b"250 fine",
}


class Sink:
    """Letters taken so far."""

    def __init__(self) -> None:
        self.taken = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                self.taken += 1
                writer.write(b"250 taken\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(_ANSWERS.get(verb, b"250 fine") + b"\r\n")
        await writer.drain()
        writer.close()


async def main() -> None:
    sink = Sink()
    server = await asyncio.start_server(sink.talk, "127.0.0.1", 0, limit=2**20)
    print(server.sockets[0].getsockname()[1], flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(sink.taken, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
