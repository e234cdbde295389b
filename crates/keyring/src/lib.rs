//! Purpose-bound seal, open and derive; the only home of the cryptography library.
