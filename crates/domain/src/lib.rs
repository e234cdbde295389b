//! What Latchkey is about: identities, connections, sign-ins and events, without I/O.
