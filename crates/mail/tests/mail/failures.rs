//! What a failure means for a mail, and what it says.

use latchkey_domain::mail::{Cause, SEND_LIMIT, SendError};
use latchkey_test_smtp::{Fault, Settings, TestSmtp};

use crate::{mailer, send, told};

#[tokio::test]
async fn an_answer_says_whether_another_try_may_do() {
    use SendError::{Later, Never};
    let server = TestSmtp::start().await;
    let mailer = mailer(server.address());
    for (fault, expected) in [
        (Fault::Recipient(450), Later(Cause::Answer(450))),
        (Fault::Recipient(550), Never(Cause::Answer(550))),
        (Fault::Mail(451), Later(Cause::Answer(451))),
        (Fault::Mail(554), Never(Cause::Answer(554))),
        (Fault::CutBefore, Later(Cause::Connection)),
        (Fault::CutAfter, Later(Cause::Connection)),
    ] {
        server.fail_next(fault);
        assert_eq!(send(&mailer, "rowan@mail.example").await, Err(expected), "{fault:?}");
        assert_eq!(send(&mailer, "rowan@mail.example").await, Ok(()), "after {fault:?}");
    }
}

#[tokio::test]
async fn an_address_that_the_server_cannot_write_is_given_up() {
    let server = TestSmtp::with(Settings { ascii_only: true, ..Settings::default() }).await;
    let mailer = mailer(server.address());
    let sent = send(&mailer, "rowán@mail.example").await;
    assert_eq!(sent, Err(SendError::Never(Cause::Unsupported)));
    assert_eq!(send(&mailer, "rowan@mail.example").await, Ok(()));
}

#[tokio::test]
async fn an_error_repeats_nothing_that_the_server_said() {
    let server = TestSmtp::start().await;
    let mailer = mailer(server.address());
    for fault in [Fault::Recipient(550), Fault::Recipient(450), Fault::Mail(554)] {
        server.fail_next(fault);
        let error = send(&mailer, "rowan@mail.example").await.unwrap_err();
        let told = told(&error);
        assert!(!told.contains("rowan") && !told.contains("not for"), "{told}");
    }
    assert!(!format!("{mailer:?}").contains("482913"));
}

/// Time stands still while nothing else happens, and then jumps.
#[tokio::test]
async fn a_server_that_says_nothing_is_left_in_time() {
    let server = TestSmtp::start().await;
    let mailer = mailer(server.address());
    server.fail_next(Fault::Hang);
    let begun = tokio::time::Instant::now();
    let sending = send(&mailer, "rowan@mail.example");
    let pass = async {
        while server.tries() == 0 {
            tokio::task::yield_now().await;
        }
        tokio::time::pause();
        std::future::pending::<()>().await;
    };
    let sent = tokio::select! { sent = sending => sent, () = pass => unreachable!() };
    assert_eq!(sent, Err(SendError::Later(Cause::TimedOut)));
    assert!(begun.elapsed() >= SEND_LIMIT, "{:?}", begun.elapsed());
    tokio::time::resume();
    assert_eq!(send(&mailer, "rowan@mail.example").await, Ok(()), "on another connection");
    assert_eq!(server.mails().len(), 1, "and nothing was taken for a part of a mail");
}
