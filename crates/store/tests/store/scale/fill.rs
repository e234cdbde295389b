//! An environment with any number of connections and applications, made by the database itself.

use latchkey_test_database::TestDatabase;

/// How much there is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) connections: u32,
    pub(super) applications: u32,
}

/// The id of a connection, by its number in the order of age.
pub(super) fn connection(number: u32) -> String {
    format!("conn-{number:06}")
}

/// The id of an application, by its number in the order of age.
pub(super) fn application(number: u32) -> String {
    format!("app-{number:06}")
}

/// Half as many deleted connections are older than all others, half of them purged, the other half to be
/// purged in the year 2100. Each connection is some application's; three more applications have the oldest
/// one, the newest one, and every one; and every application has the oldest one. CONNECTIONS, APPLICATIONS,
/// UUID and ID(n) are filled in.
const FILL: [&str; 10] = [
    "CREATE TEMPORARY TABLE numbers AS WITH RECURSIVE counted (n) AS \
     (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < CONNECTIONS) SELECT n FROM counted",
    "INSERT INTO connections (environment, id, display_name, provider, trusted_provider, \
     upstream_params, disabled, version, sequence, created_at, updated_at) \
     SELECT 'dev', 'conn-' || ID, 'Bitbucket', 'bitbucket', FALSE, '{}', FALSE, 1, 1, n, n FROM numbers",
    "INSERT INTO connections (environment, id, display_name, provider, trusted_provider, \
     upstream_params, disabled, version, sequence, created_at, updated_at, deleted_at, purge_at) \
     SELECT 'dev', 'gone-' || ID, 'Bitbucket', 'bitbucket', FALSE, '{}', FALSE, 1, 1, \
     n - CONNECTIONS, n, 0, CASE WHEN n % 2 = 0 THEN 4102444800000000 END FROM numbers WHERE n < CONNECTIONS / 2",
    "INSERT INTO credentials (id, environment, connection, client_id, sealed_secret, fingerprint, \
     role, created_at) SELECT UUID, 'dev', 'conn-' || ID, 'key', '', '', 'ACTIVE', n FROM numbers",
    "INSERT INTO applications (environment, id, display_name, redirect_uris, version, created_at, \
     updated_at) SELECT 'dev', 'app-' || ID, 'An application', '[]', 1, n, n FROM numbers \
     WHERE n <= APPLICATIONS",
    "INSERT INTO applications (environment, id, display_name, redirect_uris, version, created_at, \
     updated_at) VALUES ('dev', 'everything', 'All', '[]', 1, 0, 0), \
     ('dev', 'the-oldest', 'One', '[]', 1, 0, 0), ('dev', 'the-newest', 'One', '[]', 1, 0, 0)",
    "INSERT INTO application_grants (environment, connection, application, created_at, \
     may_sign_up, may_sign_in, may_link, connection_created_at, application_created_at) \
     SELECT 'dev', 'conn-' || ID, 'everything', 0, TRUE, TRUE, TRUE, n, 0 \
     FROM numbers",
    "INSERT INTO application_grants (environment, connection, application, created_at, \
     may_sign_up, may_sign_in, may_link, connection_created_at, application_created_at) \
     SELECT 'dev', 'conn-' || ID, \
     CASE WHEN n = 1 THEN 'the-oldest' ELSE 'the-newest' END, 0, TRUE, TRUE, TRUE, n, 0 FROM numbers \
     WHERE n IN (1, CONNECTIONS)",
    "INSERT INTO application_grants (environment, connection, application, created_at, \
     may_sign_up, may_sign_in, may_link, connection_created_at, application_created_at) \
     SELECT 'dev', 'conn-000001', 'app-' || ID, \
     0, TRUE, TRUE, TRUE, 1, n \
     FROM numbers WHERE n <= APPLICATIONS",
    "INSERT INTO application_grants (environment, connection, application, created_at, \
     may_sign_up, may_sign_in, may_link, connection_created_at, application_created_at) \
     SELECT 'dev', 'conn-' || ID, \
     'app-' || substr('' || (1000001 + n % APPLICATIONS), 2), 0, TRUE, TRUE, TRUE, n, 1 + n % APPLICATIONS \
     FROM numbers WHERE n > 1",
];

/// Fills the environment `dev`.
pub(super) async fn fill(db: &TestDatabase, size: Size) {
    let uuid = if db.is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" };
    // What refers to what is there is not looked up row by row.
    let unchecked = db.is_postgres().then_some("SET session_replication_role = replica");
    let statements = unchecked.into_iter().chain(FILL).collect::<Vec<_>>().join(";\n");
    let statements = statements
        .replace("CONNECTIONS", &size.connections.to_string())
        .replace("APPLICATIONS", &size.applications.to_string())
        .replace("UUID", uuid)
        .replace(" ID", " substr('' || (1000000 + n), 2)");
    db.execute(&statements).await;
    if db.is_postgres() {
        db.execute("VACUUM (ANALYZE)").await;
    }
}
