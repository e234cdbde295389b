//! The requests of a test login.

use latchkey_proto::v1::{self, ApiKeyKind};
use prost::Message;
use serde_json::json;

use super::{
    super::field::{host, made_name, name, up_to},
    CONNECTION, Case,
};

pub(super) fn test_logins() -> Vec<Case> {
    const CREDENTIAL: &str = "environments/dev/connections/bitbucket/credentials/";
    const TEST_LOGIN: &str = "environments/dev/connections/bitbucket/testLogins/";
    let mut named = made_name("credential", CREDENTIAL, "cred");
    named.bad.retain(|value| value != "");
    let mut required = host("host");
    required.bad.push("".into());
    vec![
        case!(true, Environment, "ConnectionAdmin" / "StartTestLogin", StartTestLoginRequest,
            {"connection": "environments/dev/connections/bitbucket"},
            [name("connection", CONNECTION), host("host"), named]),
        case!(false, Environment, "ConnectionAdmin" / "GetTestLogin", GetTestLoginRequest,
            {"name": "environments/dev/connections/bitbucket/testLogins/test_01h455vb4pex5vsknk084sn02q"},
            [made_name("name", TEST_LOGIN, "test")]),
        case!(false, Gateway, "SocialLogin" / "RedeemTestTicket", RedeemTestTicketRequest,
            {"ticket": "lk_test_x", "host": "login.example.com"},
            [up_to("ticket", 256), required]),
    ]
}
