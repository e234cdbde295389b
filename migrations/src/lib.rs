//! The schema, one step a file: expand first, contract in a later release.

use sea_orm_migration::prelude::*;

mod column;
mod m20261123_000001_create_tenants;
mod m20261123_000002_create_connections;
mod m20261123_000003_create_users;
mod m20261123_000004_create_sign_ins;
mod m20261123_000005_create_outbox;
mod m20261125_000006_create_audit;
mod m20261125_000007_create_subject_sequences;
mod m20261125_000009_index_readiness;
mod m20261125_000010_find_rows_by_their_key;
mod m20261125_000011_create_test_logins;
mod m20261125_000012_create_organizations;
mod m20261125_000013_index_retention;
mod m20261125_000016_index_unproven_credentials;
mod m20261125_000020_find_credentials_by_place;
mod m20261125_000022_index_unproven_domains;
mod m20261130_000023_suspend_users;
mod m20261130_000024_index_sign_ins;
mod m20261130_000025_create_signing_keys;
mod m20261130_000027_add_policies;
mod m20261130_000029_create_mail_outbox;
mod m20261130_000030_create_waiting_sign_ins;
mod m20261130_000031_create_link_tickets;
mod m20261201_000034_create_application_logos;

/// Every step, in order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_create_tenants::Migration),
            Box::new(m20261123_000002_create_connections::Migration),
            Box::new(m20261123_000003_create_users::Migration),
            Box::new(m20261123_000004_create_sign_ins::Migration),
            Box::new(m20261123_000005_create_outbox::Migration),
            Box::new(m20261125_000006_create_audit::Migration),
            Box::new(m20261125_000007_create_subject_sequences::Migration),
            Box::new(m20261125_000009_index_readiness::Migration),
            Box::new(m20261125_000010_find_rows_by_their_key::Migration),
            Box::new(m20261125_000011_create_test_logins::Migration),
            Box::new(m20261125_000012_create_organizations::Migration),
            Box::new(m20261125_000013_index_retention::Migration),
            Box::new(m20261125_000016_index_unproven_credentials::Migration),
            Box::new(m20261125_000020_find_credentials_by_place::Migration),
            Box::new(m20261125_000022_index_unproven_domains::Migration),
            Box::new(m20261130_000023_suspend_users::Migration),
            Box::new(m20261130_000024_index_sign_ins::Migration),
            Box::new(m20261130_000025_create_signing_keys::Migration),
            Box::new(m20261130_000027_add_policies::Migration),
            Box::new(m20261130_000029_create_mail_outbox::Migration),
            Box::new(m20261130_000030_create_waiting_sign_ins::Migration),
            Box::new(m20261130_000031_create_link_tickets::Migration),
            Box::new(m20261201_000034_create_application_logos::Migration),
        ]
    }
}
