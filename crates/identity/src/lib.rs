//! What Latchkey does: the use cases, a file each.
