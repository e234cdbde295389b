//! The requests about people.

use latchkey_proto::v1::{self, ApiKeyKind};
use prost::Message;
use serde_json::json;

use super::{
    super::field::{Field, field, filter, made_name, name, page},
    Case, ENV,
};

const USER: &str = "environments/dev/users/";

/// Why somebody is suspended: as long as it may be, and longer.
fn reason() -> Field {
    let (longest, long) = ("é".repeat(200), "é".repeat(201));
    field("reason", &["", &longest], &[&long, "a\nb", "a\u{202e}b", "a\0b", "a\u{1b}[31mb"])
}

pub(super) fn users() -> Vec<Case> {
    vec![
        case!(true, Environment, "UserDirectory" / "ListUsers", ListUsersRequest,
            {"parent": "environments/dev"},
            [name("parent", ENV), page(), filter("email", "rowan@mail.example")]),
        case!(false, Environment, "UserDirectory" / "GetUser", GetUserRequest,
            {"name": "environments/dev/users/user_01h455vb4pex5vsknk084sn02q"},
            [made_name("name", USER, "user")]),
        case!(false, Environment, "UserDirectory" / "SuspendUser", SuspendUserRequest,
            {"name": "environments/dev/users/user_01h455vb4pex5vsknk084sn02q"},
            [made_name("name", USER, "user"), reason()]),
        case!(false, Environment, "UserDirectory" / "UnsuspendUser", UnsuspendUserRequest,
            {"name": "environments/dev/users/user_01h455vb4pex5vsknk084sn02q"},
            [made_name("name", USER, "user")]),
        case!(false, Environment, "UserDirectory" / "DeleteUser", DeleteUserRequest,
            {"name": "environments/dev/users/user_01h455vb4pex5vsknk084sn02q"},
            [made_name("name", USER, "user")]),
        case!(false, Environment, "UserDirectory" / "ListIdentities", ListIdentitiesRequest,
            {"parent": "environments/dev/users/user_01h455vb4pex5vsknk084sn02q"},
            [made_name("parent", USER, "user"), page()]),
        case!(false, Environment, "UserDirectory" / "UnlinkIdentity", UnlinkIdentityRequest,
            {"name": "environments/dev/users/user_01h455vb4pex5vsknk084sn02q/identities/\
                idn_01h455vb4pex5vsknk084sn02q"},
            [made_name("name", "environments/dev/users/user_01h455vb4pex5vsknk084sn02q/identities/",
                "idn")]),
        case!(true, Environment, "UserDirectory" / "ListSignIns", ListSignInsRequest,
            {"parent": "environments/dev"},
            [name("parent", ENV), page(),
                filter("user", "environments/dev/users/user_01h455vb4pex5vsknk084sn02q")]),
    ]
}
