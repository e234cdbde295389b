//! What a check tells of a provider whose certificate nobody vouches for.

use latchkey_proto::v1::{CheckConnectionRequest, ConnectionCheckKind as Kind};
use latchkey_test_tls::{Certificate, TlsFront};

use super::faults;
use crate::{both, harness::admin::BITBUCKET};

both! {
    async fn a_certificate_that_nobody_vouches_for_is_told_and_no_secret_goes_there(app) {
        let behind = app.bitbucket_url().strip_prefix("http://").unwrap().parse().unwrap();
        let certificate = Certificate::self_signed("localhost");
        let front = TlsFront::start(certificate, behind).await;
        let replica = app.replica_at(&app.key_file, &front.url()).await;

        let request = CheckConnectionRequest { name: BITBUCKET.to_owned(), ..Default::default() };
        let checked = replica.connections().check_connection(request).await;

        let checks = checked.unwrap().into_inner().checks;
        let told = [
            "TOKEN_ENDPOINT FAILED TLS_FAILED",
            "API FAILED TLS_FAILED",
            "TLS FAILED TLS_FAILED",
            "CREDENTIALS UNKNOWN TLS_FAILED",
            "SCOPES UNKNOWN TLS_FAILED",
            "CALLBACK UNKNOWN TLS_FAILED",
            "CALLBACK_EXACT UNKNOWN TLS_FAILED",
        ];
        assert_eq!(faults(&checks), told);
        let tls = checks.iter().find(|check| check.kind() == Kind::Tls).unwrap();
        assert!(tls.description.contains("certificate is not trusted"), "{tls:?}");
        assert!(app.bitbucket.requests().is_empty());
        assert_eq!(app.credentials(BITBUCKET).await[0].last_refuse_time, None);
    }
}
