//! Enums whose values say in English what they mean.

/// Writes an enum and its `description`, a few sentences for an administrator for each value.
macro_rules! described {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident => $description:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$value_doc])* $value,)*
        }

        impl $name {
            /// What mends it: a few sentences in English for an administrator.
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$value => $description,)*
                }
            }
        }
    };
}
pub(crate) use described;
