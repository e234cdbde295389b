//! The event of a test login that passed: marked wherever it is read, and of nobody.

use latchkey_events::decode;
use latchkey_proto::{events::event_data::Data, v1::GetUserRequest};
use tonic::Code;

use crate::{both, harness::looking::data};

both! {
    async fn a_test_that_passed_sends_one_event_of_nobody_which_is_marked_in_the_feed(app) {
        app.sign_in("bob").await;

        let (over, _) = app.try_out("alice").await;

        let (test, real): (Vec<_>, Vec<_>) =
            app.events().await.into_iter().partition(|event| event.test);
        assert_eq!((test.len(), real.len()), (1, 2));
        let event = test.into_iter().next().unwrap();
        assert_eq!((&event.id, event.sequence), (&over.event, 1));
        assert_eq!(event.r#type, "latchkey.user.signed_in.v1");
        let user = event.subject.clone();
        let Data::UserSignedIn(told) = data(event) else { panic!("another kind of event") };
        let (subject, context) = (told.subject.unwrap(), told.context.unwrap());
        assert_eq!((subject.user, subject.email), (user.clone(), "alice@mail.example".to_owned()));
        assert!(told.new_user && !told.linked && !subject.email_verified);
        assert_eq!((&*context.application, &*context.provider), ("", "stand-in"));
        let nobody = app.users().get_user(GetUserRequest { name: user }).await.unwrap_err();
        assert_eq!(nobody.code(), Code::NotFound);
    }

    async fn at_the_broker_no_ordinary_binding_matches_it(app) {
        let (ordinary, trying) = (app.corner(), app.corner());
        let trying = crate::harness::broker::Corner { queue: trying.queue, ..ordinary.clone() };
        let mut real = ordinary.bind("*.user.#").await;
        let mut test = trying.bind("test.dev.user.signed_in.v1").await;
        let relay = app.relay_to(&ordinary);

        let (over, _) = app.try_out("alice").await;

        let arrived = test.take(1).await.remove(0);
        assert_eq!(arrived.id(), over.event);
        assert_eq!(arrived.envelope()["test"], true);
        assert!(decode(&arrived.body).unwrap().test);
        assert!(real.is_quiet().await, "nothing real happened");
        app.sign_in("bob").await;
        let signed_up = real.take(1).await.remove(0);
        assert_eq!(signed_up.envelope().get("test"), None);
        for queue in [real, test] {
            queue.close().await;
        }
        relay.stop().await;
    }
}
