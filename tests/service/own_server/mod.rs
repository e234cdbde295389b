//! Servers of the tests' own, stopped and frozen: one test at a time.

mod black_hole;
mod broker_away;
mod cost;
mod database_away;
mod killed;
mod node;
