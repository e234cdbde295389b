//! Many at once.

use futures_util::future::join_all;

use super::codes::other_than;
use crate::{
    both,
    harness::{proving::word, reason},
};

both! {
    async fn the_right_code_brought_many_times_at_once_signs_in_once(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("alice").await;
        let code = app.mailed_code(1).await;

        let answers = join_all((0..5).map(|_| app.verify(&waiting, &code))).await;

        let first = answers[0].as_ref().unwrap();
        assert_eq!(word(first), "SIGNED_IN");
        assert!(answers.iter().all(|answer| answer.as_ref().unwrap() == first), "{answers:?}");
        assert_eq!(app.rows("users").await, 1);
        assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
    }

    async fn guesses_at_once_are_counted_one_by_one(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("alice").await;
        let code = app.mailed_code(1).await;

        let guesses = (0..24).map(|nth| other_than(&code, nth)).collect::<Vec<_>>();
        let answers = join_all(guesses.iter().map(|guess| app.verify(&waiting, guess))).await;

        let words: Vec<_> = answers.iter().map(|answer| word(answer.as_ref().unwrap())).collect();
        let looked_at = words.iter().filter(|word| *word == "CODE WRONG").count();
        assert_eq!(looked_at, 5, "{words:?}");
        // Whoever waited for their turn meanwhile is counted, and not looked at.
        assert_eq!(app.rows("waiting_sign_ins WHERE code_tries BETWEEN 5 AND 24").await, 1);
        assert_eq!(app.rows("email_allowances WHERE wrong_in_day = 5").await, 1);
    }

    async fn two_people_who_prove_one_address_at_once_are_one_user(app) {
        app.require_email().await;
        app.deliver_mail();
        let (carol, _) = app.come_to_wait("carol").await;
        app.submit(&carol, "shared@mail.example").await.unwrap();
        let of_carol = app.mailed_code(1).await;
        let (dave, _) = app.come_to_wait("dave").await;
        app.submit(&dave, "shared@mail.example").await.unwrap();
        let of_dave = app.mailed_code(2).await;

        let (one, other) =
            tokio::join!(app.verify(&carol, &of_carol), app.verify(&dave, &of_dave));

        let mut words = [word(&one.unwrap()), word(&other.unwrap())];
        words.sort();
        assert_eq!(words, ["LINK", "SIGNED_IN"]);
        assert_eq!(app.rows("users").await, 1);
        assert_eq!(app.rows("identities WHERE proven_email IS NOT NULL").await, 1);
    }

    async fn a_sign_in_that_is_cancelled_and_proven_at_once_has_one_end(app) {
        app.verify_by_code().await;
        app.deliver_mail();
        let (waiting, _) = app.come_to_wait("alice").await;
        let code = app.mailed_code(1).await;

        let (proven, cancelled) = tokio::join!(app.verify(&waiting, &code), app.cancel(&waiting));

        let ends: Vec<_> = [proven, cancelled]
            .into_iter()
            .map(|end| end.map_or_else(|status| reason(&status), |step| word(&step)))
            .collect();
        let signed_in = app.rows("users").await == 1;
        if signed_in {
            assert_eq!(ends, ["SIGNED_IN", "ATTEMPT_USED"]);
        } else {
            assert!(ends.iter().all(|end| end == "CANCELLED_BY_USER"), "{ends:?}");
        }
    }
}
