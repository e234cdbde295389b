//! Rows, as the tables hold them.

macro_rules! entity {
    ($module:ident = $table:literal { $($(#[$attribute:meta])* $column:ident: $type:ty,)* }) => {
        pub mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                $($(#[$attribute])* pub $column: $type,)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

// Below the macro, which they use.
mod connections;
mod keys;
mod log;
mod people;
mod sign_ins;
mod tenants;

pub(crate) use connections::{application_grant, connection, credential};
pub(crate) use keys::{sealing_key, signing_key};
pub(crate) use log::{audit_entry, feed_position, mail_outbox, outbox, subject_sequence};
pub(crate) use people::{identity, user};
pub(crate) use sign_ins::{email_allowance, link_ticket, sign_in, test_login, waiting_sign_in};
pub(crate) use tenants::{
    api_key, application, application_logo, config_version, environment, organization, request,
};
