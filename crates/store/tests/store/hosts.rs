//! A host is one environment's or one organization's, whoever is faster.

use std::time::Duration;

use latchkey_domain::{environment::Environment, host::Host, organization::VerificationState};
use latchkey_store::Store;

use crate::made;

const HOST: &str = "login.acme.example";
/// By then whoever was started has met the lock that they are to wait for.
const MOMENT: Duration = Duration::from_millis(200);

fn host() -> Host {
    Host::parse(HOST).unwrap()
}

fn on_host(id: &str) -> Environment {
    Environment { default_domain: host(), ..made::environment(id) }
}

/// Asks whether an environment must not have the host.
async fn is_taken(store: Store) -> bool {
    let tx = store.begin().await.unwrap();
    tx.is_taken_domain(&host(), &made::environment_id("other")).await.unwrap()
}

/// Asks whether an organization must not have the host.
async fn is_anothers(store: Store) -> bool {
    let tx = store.begin().await.unwrap();
    let own = made::organization("own", HOST, VerificationState::InProgress).name();
    tx.is_anothers_domain(&host(), &own).await.unwrap()
}

crate::both! {
    async fn an_environment_waits_for_the_organization_that_takes_a_host(db) {
        let store = db.store().await;
        let tx = store.begin().await.unwrap();
        let acme = made::organization("acme", HOST, VerificationState::Verified);
        assert!(!tx.is_anothers_domain(&host(), &acme.name()).await.unwrap());
        tx.add_organization(&acme).await.unwrap();
        let waiting = [tokio::spawn(is_taken(store.clone())), tokio::spawn(is_anothers(store))];
        tokio::time::sleep(MOMENT).await;
        assert!(waiting.iter().all(|asked| !asked.is_finished()));
        tx.commit().await.unwrap();
        for asked in waiting {
            assert!(asked.await.unwrap());
        }
    }

    async fn an_organization_waits_for_the_environment_that_takes_a_host(db) {
        let store = db.store().await;
        let tx = store.begin().await.unwrap();
        let dev = on_host("dev");
        assert!(!tx.is_taken_domain(&host(), &dev.id).await.unwrap());
        tx.add_environment(&dev).await.unwrap();
        let waiting = [tokio::spawn(is_taken(store.clone())), tokio::spawn(is_anothers(store))];
        tokio::time::sleep(MOMENT).await;
        assert!(waiting.iter().all(|asked| !asked.is_finished()));
        tx.commit().await.unwrap();
        for asked in waiting {
            assert!(asked.await.unwrap());
        }
    }

    async fn a_host_is_free_again_once_its_environment_is_gone(db) {
        let store = db.store().await;
        made::added(&store, async |tx| tx.add_environment(&on_host("dev")).await).await;
        assert!(is_taken(store.clone()).await);
        let tx = store.begin().await.unwrap();
        assert!(!tx.is_taken_domain(&host(), &made::dev()).await.unwrap(), "it is its own");
        drop(tx);
        made::added(&store, async |tx| tx.remove_environment(&made::dev(), made::NOW).await).await;
        assert!(!is_taken(store.clone()).await && !is_anothers(store).await);
    }

    async fn this_machine_itself_is_many_environments_default_domain(db) {
        let store = db.store().await;
        let here = Host::parse("localhost:8080").unwrap();
        let dev = Environment { default_domain: here.clone(), ..made::environment("dev") };
        made::added(&store, async |tx| tx.add_environment(&dev).await).await;
        let tx = store.begin().await.unwrap();
        let other = made::environment_id("other");
        assert!(!tx.is_taken_domain(&here, &other).await.unwrap());
        let own = made::organization("own", HOST, VerificationState::InProgress).name();
        assert!(tx.is_anothers_domain(&here, &own).await.unwrap());
    }
}
