//! The requests of a sign-in that waits for its person.

use latchkey_proto::v1::{self, ApiKeyKind};
use prost::Message;
use serde_json::json;

use super::{
    super::field::{Field, field, host, name, up_to},
    Case,
};

/// What each of them brings.
fn common() -> [Field; 4] {
    let mut host = host("host");
    host.bad.push("".into());
    let environment = name("environment", "environments/");
    [environment, host, up_to("continuation", 2048), up_to("browser_secret", 256)]
}

pub(super) fn waiting() -> Vec<Case> {
    let mailed = || up_to("language_code", 64);
    let (local, label) = ("l".repeat(64), "d".repeat(63));
    let address = |last: usize| format!("{local}@{label}.{label}.{}", "d".repeat(last));
    let (longest, too_long) = (address(61), address(62));
    vec![
        case!(false, Gateway, "SocialLogin" / "SubmitEmail", SubmitEmailRequest,
            {"environment": "environments/dev", "host": "login.example.com", "email": "a@b.example"},
            [common(), mailed(),
                field("email", &["a@b.example", &longest], &["", "a", "a@b", &too_long, "a@b.example\nc"])]),
        case!(false, Gateway, "SocialLogin" / "VerifyEmail", VerifyEmailRequest,
            {"environment": "environments/dev", "host": "login.example.com", "code": "123456"},
            [common(), mailed(),
                field("code", &["123 456", "123-456"], &["", "12345", "1234567", "abcdef", &"1".repeat(33)])]),
        case!(false, Gateway, "SocialLogin" / "ResendEmailCode", ResendEmailCodeRequest,
            {"environment": "environments/dev", "host": "login.example.com"}, [common(), mailed()]),
        case!(false, Gateway, "SocialLogin" / "ConfirmLink", ConfirmLinkRequest,
            {"environment": "environments/dev", "host": "login.example.com"}, [common()]),
        case!(false, Gateway, "SocialLogin" / "CancelLogin", CancelLoginRequest,
            {"environment": "environments/dev", "host": "login.example.com"}, [common()]),
        case!(false, Gateway, "SocialLogin" / "GetLoginStep", GetLoginStepRequest,
            {"environment": "environments/dev", "host": "login.example.com"}, [common()]),
    ]
}
