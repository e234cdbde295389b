//! Mail that waits while the key ring changes.

use std::time::Duration;

use latchkey_domain::caller::Caller;
use latchkey_identity::{KeptBecause, SealedKind};
use latchkey_keyring::KeyFile;

use crate::{
    both,
    harness::mailing::{CODE, LEASE_IS_OVER, Sending},
};

both! {
    async fn a_key_is_kept_while_mail_needs_it_and_the_mail_goes_on_under_another(app) {
        app.queue_code("rowan@mail.example").await;
        let old = app.key_file.keys[0].id;
        let mut rotated = app.key_file.clone();
        let new = rotated.add().unwrap();
        rotated.promote(new).unwrap();
        let process = app.replica(&rotated).await;
        let caller = Caller::of_the_database();

        let kept = process.latchkey.retire_key(&caller, old).await.unwrap();
        let Err(KeptBecause::InUse(needed)) = kept else { panic!("{kept:?}") };
        assert!(needed.sealed.contains(&(SealedKind::Mail, 1)), "{needed:?}");
        process.latchkey.re_encrypt(&caller, |_| {}).await.unwrap();
        assert!(process.latchkey.key_use(old).await.unwrap().is_unused());

        let mut without = rotated.clone();
        without.keys.retain(|key| key.id == new);
        let process = app.replica(&without).await;
        let sending = Sending::start(&process.latchkey);
        assert_eq!(app.smtp.wait_for(1).await[0].code(), CODE);
        sending.stop().await;
    }

    async fn a_mail_whose_key_is_missing_waits_for_it_and_is_told_of(app) {
        app.queue_code("rowan@mail.example").await;
        let stranger = app.replica(&KeyFile::generate().unwrap()).await;
        let missing = stranger.latchkey.readiness().await.missing_keys;
        assert!(missing.contains_key(&SealedKind::Mail), "{missing:?}");
        let sending = Sending::start(&stranger.latchkey);
        tokio::time::sleep(Duration::from_millis(500)).await;
        sending.stop().await;
        assert_eq!((app.smtp.tries(), app.waiting_mails().await), (0, 1));

        app.clock.advance(LEASE_IS_OVER);
        let sending = Sending::start(&app.latchkey);
        assert_eq!(app.smtp.wait_for(1).await[0].code(), CODE);
        sending.stop().await;
    }
}
