//! Generated types and the descriptor set of the Latchkey API.
