//! Identity providers: a folder each, and one line in the registry.
