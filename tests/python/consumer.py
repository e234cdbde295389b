"""A consumer of Latchkey's events: reads what happens to people, and prints one JSON line for each event.

It declares the queue that it reads, a quorum queue whose refused messages go to a dead-letter queue, and binds it to
everything about the users of one environment. Each message is verified before it is acted upon; one that is not an
event goes to the dead letters instead of coming back for ever. Events are delivered at least once, so a repeat of an
id is acknowledged and passed over: a real consumer keeps the ids where it keeps its data, in the same transaction.

    python consumer.py --url amqp://user:password@broker.example --environment production --queue billing.users
"""

import argparse
import json
import sys

import pika
from cloudevents.core.bindings.rabbitmq import RabbitMQMessage, from_structured_event
from cloudevents.core.exceptions import BaseCloudEventException

CONTENT_TYPE = "application/cloudevents+json"
# How many messages may wait here unacknowledged. The order of one user's events holds for one reader of a queue.
PREFETCH = 50
# A message that made the consumer fail this often is a dead letter.
DELIVERY_LIMIT = 10


class NotAnEvent(Exception):
    """The message is not what the contract says; reading it again would not help."""


def declare(channel, arguments):
    """Declares the queue, its dead letters, and what it is bound to. Whatever is there already stays as it is."""
    dead = f"{arguments.queue}.dead"
    channel.exchange_declare(dead, exchange_type="fanout", durable=True)
    channel.queue_declare(dead, durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_bind(dead, dead)
    channel.queue_declare(
        arguments.queue,
        durable=True,
        arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": dead,
            # A dead letter is kept until its queue has it; that goes together with refusing instead of dropping.
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )
    channel.queue_bind(arguments.queue, arguments.exchange, f"{arguments.environment}.user.*.v1")


def read(properties, body, environment):
    """The CloudEvent in a message, verified."""
    if properties.content_type != CONTENT_TYPE:
        raise NotAnEvent(f"content type {properties.content_type!r}")
    try:
        event = from_structured_event(RabbitMQMessage(properties.headers or {}, properties.content_type, body))
    except (BaseCloudEventException, ValueError, TypeError, KeyError) as error:
        raise NotAnEvent(f"no CloudEvent: {error}") from error
    if event.get_id() != properties.message_id:
        raise NotAnEvent("the message's id is not the event's")
    if event.get_source() != f"environments/{environment}":
        raise NotAnEvent(f"from {event.get_source()!r}")
    return event


def describe(event):
    """What is printed of an event."""
    return {
        "id": event.get_id(),
        "type": event.get_type(),
        "subject": event.get_subject(),
        "sequence": int(event.get_extension("sequence")),
        "time": event.get_time().isoformat(),
        "data": event.get_data(),
    }


def consume(channel, arguments):
    """Prints events until there were as many as asked for, or nothing came for a while."""
    seen = set()
    print(f"reading {arguments.queue}", file=sys.stderr, flush=True)
    messages = channel.consume(arguments.queue, inactivity_timeout=arguments.idle_seconds)
    for method, properties, body in messages:
        if method is None:
            break
        try:
            event = read(properties, body, arguments.environment)
        except NotAnEvent as reason:
            print(f"refused: {reason}", file=sys.stderr)
            channel.basic_nack(method.delivery_tag, requeue=False)
            continue
        if event.get_id() not in seen:
            seen.add(event.get_id())
            print(json.dumps(describe(event)), flush=True)
        # After the work: if it was cut off before this, the message comes again.
        channel.basic_ack(method.delivery_tag)
        if len(seen) == arguments.count:
            break
    channel.cancel()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--url", required=True, help="the broker, as amqp://user:password@host/vhost")
    parser.add_argument("--environment", required=True, help="the id of the environment whose users to follow")
    parser.add_argument("--queue", required=True, help="the consumer's own queue")
    parser.add_argument("--exchange", default="latchkey.events", help="where events are published")
    parser.add_argument("--count", type=int, help="stop after so many events; without end if it is not given")
    parser.add_argument("--idle-seconds", type=float, help="stop when nothing came for so long")
    arguments = parser.parse_args()
    connection = pika.BlockingConnection(pika.URLParameters(arguments.url))
    try:
        channel = connection.channel()
        channel.basic_qos(prefetch_count=PREFETCH)
        declare(channel, arguments)
        consume(channel, arguments)
    finally:
        connection.close()


if __name__ == "__main__":
    main()
