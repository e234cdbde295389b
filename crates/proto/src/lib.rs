//! Generated types and the descriptor set of the Latchkey API; nothing here is written by hand.

/// The API.
pub mod latchkey {
    pub mod v1 {
        tonic::include_proto!("latchkey.v1");
        include!(concat!(env!("OUT_DIR"), "/latchkey.v1.serde.rs"));
    }
    /// The data of events.
    pub mod events {
        pub mod v1 {
            tonic::include_proto!("latchkey.events.v1");
            include!(concat!(env!("OUT_DIR"), "/latchkey.events.v1.serde.rs"));
        }
    }
}

pub use latchkey::events::v1 as events;
pub use latchkey::v1;

/// The whole contract as a `google.protobuf.FileDescriptorSet`, imports and comments included.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptor.bin"));

/// The types that stand for `google.protobuf` messages.
pub mod well_known {
    pub use pbjson_types::{Duration, FieldMask, Timestamp};
}
