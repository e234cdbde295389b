//! What the checklist says of custom domains.

use latchkey_proto::v1::DomainState;

use super::{DAY, about};
use crate::{
    both,
    harness::organizations::{ACME, ACME_HOST, ACME_RECORD, new_organization},
};

both! {
    async fn a_custom_domain_without_its_record_calls_for_attention_until_it_is_found(app) {
        app.verified("second", "login.second.example").await;
        app.add_organization(new_organization("acme", ACME_HOST)).await.unwrap();
        app.start_verification(ACME).await.unwrap();
        assert_eq!(app.news().await, None, "it is waited for, and nobody has looked");
        let told = Some(about("CUSTOM_DOMAINS ATTENTION CUSTOM_DOMAIN_PROBLEM", ACME));
        app.check_verification(ACME).await.unwrap();
        assert_eq!(app.news().await, told);
        app.clock.advance(3 * DAY);
        app.check_verification(ACME).await.unwrap();
        let failed = app.organization(ACME).await.unwrap();
        assert_eq!(failed.domain_state(), DomainState::Failed);
        assert_eq!(app.news().await, told);

        app.start_verification(ACME).await.unwrap();
        assert_eq!(app.news().await, None);
        app.set_record(ACME).await;
        app.check_verification(ACME).await.unwrap();
        assert_eq!(app.news().await, None);
        app.dns.remove(ACME_RECORD);
        app.check_verification(ACME).await.unwrap();
        assert_eq!(app.news().await, told, "it is verified, and not for long");
        app.exchange_domain(ACME, "").await.unwrap();
        assert_eq!(app.news().await, None);
    }
}
