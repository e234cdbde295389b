//! Where Latchkey keeps its data; the only home of the database library.
