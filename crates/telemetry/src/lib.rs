//! Traces, metrics and logs, and how they travel.
