//! Every kind of change of what a sign-in reads is seen at once, where it is made.

use latchkey_domain::{
    access::Principal,
    connection::{Connection, CredentialRole},
    environment::Environment,
    grant::GrantRights,
    host::Host,
    organization::VerificationState,
    upstream::UpstreamParams,
};
use latchkey_store::{ConfigCache, Store};
use latchkey_test_database::TestDatabase;
use tokio_util::sync::CancellationToken;

use crate::{
    cache::{following, trusted},
    made,
};

const ACME: &str = "login.acme.example";

/// All that a cache answers of what is changed here.
async fn answered(cache: &ConfigCache) -> String {
    let (dev, shop, bitbucket) = (made::dev(), made::shop(), made::bitbucket());
    let acme = made::organization("acme", ACME, VerificationState::InProgress).name();
    let tenants = (
        cache.environment(&dev).await.unwrap(),
        cache.application(&shop).await.unwrap(),
        cache.application(&made::application("another").name()).await.unwrap(),
        cache.organization(&acme).await.unwrap(),
        cache.organization_on(&Host::parse(ACME).unwrap()).await.unwrap(),
        cache.api_key([1; 32]).await.unwrap(),
        cache.signing_keys(&dev).await.unwrap(),
    );
    let ways = (
        cache.connection(&bitbucket).await.unwrap(),
        cache.way_in(&bitbucket, &made::host()).await.unwrap(),
        cache.ways_in(&shop, &made::host()).await.unwrap(),
        cache.grant(&bitbucket, &shop).await.unwrap(),
    );
    format!("{tenants:#?} {ways:#?}")
}

/// Makes one change after another. Each must be one, and the cache must answer as the database does.
macro_rules! each_is_seen {
    ($store:ident, $cache:ident; $($told:literal: |$tx:ident| $change:expr;)*) => {$(
        let before = answered(&$cache).await;
        made::added(&$store, async |$tx| $change.await).await;
        let after = answered(&$cache).await;
        assert_eq!(after, answered(&ConfigCache::new($store.clone())).await, $told);
        assert_ne!(after, before, "{} changes nothing", $told);
    )*};
}

/// A store with the shop, and a cache that answers from memory until told to stop.
async fn remembering(db: &TestDatabase) -> (Store, ConfigCache, CancellationToken) {
    let (store, cache, stop) = following(db).await;
    trusted(db, &cache).await;
    (store, cache, stop)
}

crate::both! {
    async fn every_kind_of_change_of_a_connection_is_seen_at_once(db) {
        let (store, cache, stop) = remembering(&db).await;
        let (application, bitbucket) = (made::shop(), made::bitbucket());
        let new = made::connection("bitbucket");
        let untrusted = Connection { trusted_provider: false, version: 2, ..new.clone() };
        let none = UpstreamParams::default();
        let without = Connection { upstream_params: none, version: 3, ..untrusted.clone() };
        let off = Connection { disabled: true, version: 4, ..without.clone() };
        let on = Connection { disabled: false, version: 5, ..off.clone() };
        let back = Connection { version: 6, ..on.clone() };
        let links = GrantRights { may_sign_up: false, may_sign_in: false, may_link: true };
        let active = made::credential(None, CredentialRole::Active);
        let standby = made::credential(None, CredentialRole::Standby);
        each_is_seen! { store, cache;
            "a connection": |tx| tx.add_connection(&new);
            "a grant": |tx| tx.set_grant(&bitbucket, &application, made::RIGHTS, made::NOW);
            "a credential": |tx| tx.add_credential(&bitbucket, &active);
            "a standby": |tx| tx.add_credential(&bitbucket, &standby);
            "a provider that is not trusted": |tx| tx.update_connection(&untrusted);
            "no upstream params": |tx| tx.update_connection(&without);
            "a connection that is off": |tx| tx.update_connection(&off);
            "a connection that is on": |tx| tx.update_connection(&on);
            "what stands by": |tx| tx.set_credential_role(active.credential.id, CredentialRole::Standby);
            "what is active": |tx| tx.set_credential_role(standby.credential.id, CredentialRole::Active);
            "a credential that is gone": |tx| tx.remove_credential(active.credential.id, made::NOW);
            "fewer rights": |tx| tx.set_grant(&bitbucket, &application, links, made::NOW);
            "more rights": |tx| tx.set_grant(&bitbucket, &application, made::RIGHTS, made::NOW);
            "a deleted connection": |tx| tx.remove_connection(&bitbucket, made::deletion());
            "one that is back": |tx| tx.restore_connection(&back);
            "a grant that is taken": |tx| tx.remove_grant(&bitbucket, &application);
        }
        stop.cancel();
    }

    async fn every_kind_of_change_of_a_tenant_is_seen_at_once(db) {
        let (store, cache, stop) = remembering(&db).await;
        let dev = made::environment("dev");
        let host = Host::parse("login.moved.example").unwrap();
        let moved = Environment { default_domain: host, version: 2, ..dev.clone() };
        let another = made::application("another");
        let mut renamed = made::application("shop");
        renamed.version = 2;
        renamed.display_name = made::display("Another");
        let key = made::api_key(Principal::Gateway(made::dev()), [1; 32]);
        let of_shop = Principal::Application(made::dev(), made::shop().application);
        let of_shop = made::api_key(of_shop, [1; 32]);
        let acme = |state| made::organization("acme", ACME, state);
        let (new, proven) = (acme(VerificationState::InProgress), acme(VerificationState::Verified));
        let signs = made::signing_key(made::NOW);
        each_is_seen! { store, cache;
            "an environment": |tx| tx.add_environment(&dev);
            "a key that signs": |tx| tx.add_signing_key(&dev.id, &signs);
            "a key that signs no more": |tx| tx.remove_signing_key(signs.key.id);
            "its domain": |tx| tx.update_environment(&moved);
            "an application": |tx| tx.add_application(&another);
            "its name": |tx| tx.update_application(&renamed);
            "an organization": |tx| tx.add_organization(&new);
            "its domain that is proven": |tx| tx.update_organization(&proven);
            "its domain that is not any more": |tx| tx.update_organization(&new);
            "its domain that is proven again": |tx| tx.update_organization(&proven);
            "an organization that is gone": |tx| tx.remove_organization(&new.name());
            "a key": |tx| tx.add_api_key(&key);
            "a key that ends at once": |tx| tx.expire_api_key(key.key.id, made::NOW);
            "a key that is gone": |tx| tx.remove_api_key(key.key.id);
            "a key of an application": |tx| tx.add_api_key(&of_shop);
            "an application that is gone": |tx| tx.remove_application(&made::shop(), 9);
            "an environment that is gone": |tx| tx.remove_environment(&dev.id, made::NOW);
        }
        stop.cancel();
    }
}
