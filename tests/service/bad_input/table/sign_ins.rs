//! The requests of a sign-in.

use latchkey_proto::v1::{self, ApiKeyKind};
use prost::Message;
use serde_json::json;

use super::{
    super::field::{Field, depending, field, host, name, up_to},
    APPLICATION, CONNECTION, Case, ENV,
    organizations::ORGANIZATION,
};

#[expect(clippy::too_many_lines, reason = "a case for each request, and what its fields take")]
pub(super) fn sign_ins() -> Vec<Case> {
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let (verifier, long) = ("v".repeat(128), "v".repeat(129));
    let required = |mut field: Field| {
        field.bad.push("".into());
        field
    };
    let optional = |mut field: Field| {
        field.bad.retain(|value| value != "");
        depending(field)
    };
    let state = "s".repeat(513);
    let challenge = || {
        field(
            "code_challenge",
            &[CHALLENGE],
            &[
                "",
                &CHALLENGE[1..],
                &format!("{CHALLENGE}="),
                &format!("{CHALLENGE}A"),
                &"+".repeat(43),
            ],
        )
    };
    vec![
        case!(true, Gateway, "SocialLogin" / "ListLoginOptions", ListLoginOptionsRequest,
            {"application": "environments/dev/applications/notes"},
            [name("application", APPLICATION), up_to("redirect_uri", 512), host("host")]),
        case!(true, Gateway, "SocialLogin" / "StartLogin", StartLoginRequest,
            {"connection": "environments/dev/connections/bitbucket",
                "application": "environments/dev/applications/notes",
                "redirect_uri": "https://notes.example/callback",
                "code_challenge": CHALLENGE, "host": "login.example.com"},
            [name("connection", CONNECTION), name("application", APPLICATION), up_to("redirect_uri", 512),
                field("state", &["", &state[1..]], &[&state, "a b", "a\nb", "é"]), challenge(),
                required(host("host")), optional(name("organization", ORGANIZATION)),
                up_to("login_hint", 256), up_to("prompt", 64), up_to("link_ticket", 256)]),
        case!(false, Gateway, "SocialLogin" / "CompleteLogin", CompleteLoginRequest,
            {"connection": "environments/dev/connections/bitbucket", "host": "login.example.com",
                "code": "", "error": ""},
            [name("connection", CONNECTION), required(host("host")), up_to("state", 2048),
                up_to("browser_secret", 256), up_to("code", 2048), up_to("error", 128),
                up_to("language_code", 64)]),
        case!(false, Application, "SocialLogin" / "RedeemLogin", RedeemLoginRequest,
            {"code": "lk_code_x", "code_verifier": "v".repeat(43)},
            [required(up_to("code", 256)),
                field("code_verifier", &[&verifier], &[&long, "", &verifier[..42], &"é".repeat(43)])]),
        case!(false, Application, "SocialLogin" / "CreateLinkTicket", CreateLinkTicketRequest,
            {"id_token": "a.b.c", "code_challenge": CHALLENGE},
            [required(up_to("id_token", 8192)), challenge()]),
        signing_keys(),
    ]
}

fn signing_keys() -> Case {
    case!(true, Gateway, "SocialLogin" / "ListSigningKeys", ListSigningKeysRequest,
        {"parent": "environments/dev"}, [name("parent", ENV)])
}
