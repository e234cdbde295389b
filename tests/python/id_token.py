"""Verifies Latchkey's id tokens as an application would: with PyJWT, and the keys that the gateway publishes.

    python id_token.py --jwks https://login.example.com/.well-known/jwks.json --issuer https://login.example.com \\
        --audience environments/dev/applications/notes < tokens

Reads a token from each line. Prints its claims as a JSON line, or `refused: ` and why.
"""

import argparse
import json
import sys

import jwt

# The one algorithm that Latchkey signs with: a token does not get to choose.
ALGORITHMS = ["ES256"]
REQUIRED = ["iss", "sub", "aud", "iat", "exp"]
# The gateway answers from memory.
TIMEOUT_SECONDS = 10


class Verifier:
    """Whoever takes id tokens for one application. Keeps the keys for as long as it lives."""

    def __init__(self, jwks, issuer, audience):
        self.keys = jwt.PyJWKClient(jwks, timeout=TIMEOUT_SECONDS)
        self.issuer = issuer
        self.audience = audience

    def claims(self, token):
        """The claims of a token that is good."""
        return jwt.decode(
            token,
            self.keys.get_signing_key_from_jwt(token),
            algorithms=ALGORITHMS,
            issuer=self.issuer,
            audience=self.audience,
            options={"require": REQUIRED},
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--jwks", required=True, help="where the keys are")
    parser.add_argument("--issuer", required=True, help="who makes the tokens")
    parser.add_argument("--audience", required=True, help="the application that they are for")
    arguments = parser.parse_args()
    verifier = Verifier(arguments.jwks, arguments.issuer, arguments.audience)
    for line in sys.stdin:
        try:
            print(json.dumps(verifier.claims(line.strip())), flush=True)
        except jwt.PyJWTError as error:
            print(f"refused: {type(error).__name__}", flush=True)


if __name__ == "__main__":
    main()
