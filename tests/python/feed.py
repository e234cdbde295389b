"""Reads Latchkey's feed with nothing but the address and a key: the contract comes from the server's reflection.

    python feed.py --address 127.0.0.1:50051 --environment dev < key

Prints one JSON line for each event. The server describes itself where its configuration says so.
"""

import argparse
import sys

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

SERVICE = "latchkey.v1.EventFeed"
# A call reads one page from the database.
TIMEOUT_SECONDS = 10


class Feed:
    """The feed of one environment."""

    def __init__(self, channel, key, environment):
        pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
        method = pool.FindServiceByName(SERVICE).FindMethodByName("ListEvents")
        self.request = message_factory.GetMessageClass(method.input_type)
        response = message_factory.GetMessageClass(method.output_type)
        self.call = channel.unary_unary(
            f"/{SERVICE}/{method.name}", self.request.SerializeToString, response.FromString
        )
        self.metadata = [("authorization", f"Bearer {key}")]
        self.parent = f"environments/{environment}"

    def pages(self, after_position=0):
        """Every page after a position, until there is nothing more."""
        while True:
            request = self.request(parent=self.parent, after_position=after_position)
            page = self.call(request, metadata=self.metadata, timeout=TIMEOUT_SECONDS)
            if not page.events:
                return
            yield page.events
            after_position = page.next_position


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--address", required=True, help="where the server listens, as host:port")
    parser.add_argument("--environment", required=True, help="the id of the environment to read")
    arguments = parser.parse_args()
    # From standard input: whatever is in the arguments can be seen in the list of processes.
    key = sys.stdin.readline().strip()
    with grpc.insecure_channel(arguments.address) as channel:
        for events in Feed(channel, key, arguments.environment).pages():
            for event in events:
                print(json_format.MessageToJson(event, indent=None), flush=True)


if __name__ == "__main__":
    main()
