"""Owns the command line of the simulator: `python -m sandbox --port N --data DIR`, on the loopback interface only."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from sandbox.mailbox import smtp_server
from sandbox.server import RATE_LIMIT, InProduction, create_app
from sandbox.sockets import LOOPBACK, SandboxServer


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Simulated social networks on this machine.")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address; nothing else is accepted")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder that keeps the timelines")
    parser.add_argument("--smtp-port", type=int, help="keep the mails that arrive on this port for the phone page")
    parser.add_argument("--people", type=Path, help="JSON file of demo people and network accounts")
    parser.add_argument("--speed", type=float, default=1.0, help="60: to the readers a minute counts as an hour")
    parser.add_argument("--media-seconds", type=float, default=1.0, help="how long an upload is processed")
    parser.add_argument("--rate-limit", type=int, default=RATE_LIMIT, help="requests per account and 5 minutes")
    parser.add_argument("--no-keys", action="store_true", help="read over idempotency keys, as some servers do")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    if options.host not in LOOPBACK:
        print(f"sandbox: {options.host} is not a loopback address; refusing to start", file=sys.stderr)
        return 2
    os.umask(0o077)
    try:
        app = create_app(
            options.data, options.people, options.speed,
            media_seconds=options.media_seconds, rate_limit=options.rate_limit,
            knows_keys=not options.no_keys,
        )  # fmt: skip
    except InProduction as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    sandbox = app.state.sandbox
    smtp = smtp_server(sandbox.setting.world, options.smtp_port) if options.smtp_port else None
    if smtp is not None:
        smtp.start()
    print(f"sandbox: http://127.0.0.1:{options.port}/", flush=True)
    try:
        SandboxServer(app, sandbox.connections, host=options.host, port=options.port).run()
    except KeyboardInterrupt:
        pass
    finally:
        if smtp is not None:
            smtp.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
