"""Finds a PostgreSQL or RabbitMQ server that the tests may use, and prints its URL.

Usage: find_server.py postgres|amqp [URL]

With a URL only that one is tried. Exit code 1 and a line for each attempt on standard error: none will do.
"""

import getpass
import os
import sys
from urllib.parse import quote

import pika
import psycopg

CONNECT_SECONDS = 5  # loopback answers in milliseconds; more means that nobody will

POSTGRES_RIGHTS = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"


def postgres_candidates():
    """URLs from the PG* variables, then the usual users on the standard port and sockets."""
    if any(name in os.environ for name in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")):
        user = quote(os.environ.get("PGUSER", getpass.getuser()), safe="")
        password = os.environ.get("PGPASSWORD")
        login = f"{user}:{quote(password, safe='')}" if password else user
        host, port = os.environ.get("PGHOST", "127.0.0.1"), os.environ.get("PGPORT", "5432")
        if host.startswith("/"):
            yield f"postgres://{login}@localhost:{port}/postgres?host={host}"
        else:
            yield f"postgres://{login}@{host}:{port}/postgres"
    users = list(dict.fromkeys(["postgres", "root", getpass.getuser()]))
    for user in users:
        yield f"postgres://{quote(user, safe='')}@127.0.0.1:5432/postgres"
    yield "postgres://latchkey:latchkey@127.0.0.1:5432/postgres"  # docker-compose.yml
    for folder in ("/var/run/postgresql", "/tmp"):
        if os.path.exists(f"{folder}/.s.PGSQL.5432"):
            for user in users:
                yield f"postgres://{quote(user, safe='')}@localhost:5432/postgres?host={folder}"


def try_postgres(url):
    """Why this server will not do, or None."""
    with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
        (may_create,) = connection.execute(POSTGRES_RIGHTS).fetchone()
        return None if may_create else "the user may not create databases (CREATEDB)"


def amqp_candidates():
    """The two users that a development broker has: its own default and docker-compose.yml's."""
    for login in ("guest:guest", "latchkey:latchkey"):
        yield f"amqp://{login}@127.0.0.1:5672/%2f"


def try_amqp(url):
    """Why this broker will not do, or None."""
    parameters = pika.URLParameters(url)
    parameters.socket_timeout = parameters.blocked_connection_timeout = CONNECT_SECONDS
    parameters.stack_timeout = 2 * CONNECT_SECONDS
    connection = pika.BlockingConnection(parameters)
    try:
        connection.channel().queue_declare("", exclusive=True)
    finally:
        connection.close()


KINDS = {"postgres": (postgres_candidates, try_postgres), "amqp": (amqp_candidates, try_amqp)}


def without_password(url):
    """The URL as it may be shown."""
    scheme, _, rest = url.partition("://")
    login, at, place = rest.rpartition("@")
    return f"{scheme}://{login.split(':')[0]}{at}{place}"


def main(kind, given=None):
    candidates, attempt = KINDS[kind]
    for url in [given] if given else candidates():
        try:
            reason = attempt(url)
        except Exception as error:  # whatever a driver raises means the same: not this one
            reason = str(error).strip().split("\n")[0] or type(error).__name__
        if reason is None:
            print(url)
            return 0
        print(f"    {without_password(url)}: {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
