//! What an application asks for when it sends somebody to sign in.

use std::fmt;

use latchkey_proto::v1::{LoginIntent, StartLoginRequest};
use url::form_urlencoded;

use crate::{
    fault::Fault,
    names,
    query::{Params, Twice},
    reason::Reason,
    site::Site,
};

/// `StartLoginRequest.state`, in characters.
const LONGEST_STATE: usize = 512;
/// `StartLoginRequest.code_challenge`, in characters: BASE64URL of 32 bytes.
const CHALLENGE: usize = 43;
/// `StartLoginRequest.login_hint`, in characters.
const LONGEST_HINT: usize = 256;
/// `StartLoginRequest.prompt`, in characters.
const LONGEST_PROMPT: usize = 64;
/// `StartLoginRequest.link_ticket`, in characters.
const LONGEST_TICKET: usize = 256;

/// The `prompt` of who wants to sign up.
const CREATE: &str = "create";

/// Which application asks, and where the browser is to go afterwards.
#[derive(Debug)]
pub(crate) struct Target {
    /// Its full name.
    pub(crate) application: String,
    /// Not known to be registered, until the service says so.
    pub(crate) redirect_uri: String,
}

impl Target {
    /// Without these two there is nobody to send an error to: a page says what is wrong.
    pub(crate) fn read(site: &Site, params: &Params) -> Result<Self, Fault> {
        let one = |name| params.once(name).map_err(|Twice| Fault::new(Reason::LinkInvalid));
        let (application, redirect_uri) = (one("application")?, one("redirect_uri")?);
        if application.is_empty() || redirect_uri.is_empty() {
            return Err(Reason::LinkInvalid.into());
        }
        let unknown = Reason::Rpc(latchkey_proto::v1::ErrorReason::ResourceNotFound);
        let application = site.name("applications", application).ok_or(unknown)?;
        Ok(Self { application, redirect_uri: redirect_uri.to_owned() })
    }
}

/// A sign-in that can be started, as far as the gateway can tell.
pub(crate) struct LoginRequest {
    pub(crate) target: Target,
    pub(crate) state: String,
    pub(crate) code_challenge: String,
    /// The full name of whom it is for; empty if it does not say. Anybody can write it into a link.
    pub(crate) organization: String,
    pub(crate) intent: LoginIntent,
    pub(crate) login_hint: String,
    pub(crate) prompt: String,
    /// The ticket of whoever adds the account to themselves; empty if somebody signs in.
    pub(crate) link_ticket: String,
    pub(crate) ui_locales: String,
}

/// Without the ticket, the state, which may say anything, and the hint, which names a person.
impl fmt::Debug for LoginRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginRequest")
            .field("target", &self.target)
            .field("intent", &self.intent)
            .finish_non_exhaustive()
    }
}

/// Something beside the target is missing, malformed or there twice.
#[derive(Debug)]
pub(crate) struct Malformed(pub(crate) Target);

impl LoginRequest {
    /// Reads what goes with `target`.
    pub(crate) fn read(
        target: Target,
        environment: &str,
        params: &Params,
    ) -> Result<Self, Malformed> {
        let read = organization(environment, params).zip(Self::fields(params));
        let Some((organization, (code_challenge, intent, rest))) = read else {
            return Err(Malformed(target));
        };
        let [state, login_hint, prompt, link_ticket, ui_locales] = rest;
        Ok(Self {
            target,
            state,
            code_challenge,
            organization,
            intent,
            login_hint,
            prompt,
            link_ticket,
            ui_locales,
        })
    }

    fn fields(params: &Params) -> Option<(String, LoginIntent, [String; 5])> {
        let one = |name| params.once(name).ok();
        let short = |name, most| one(name).filter(|value| value.chars().count() <= most);
        let challenge = one("code_challenge").filter(|value| is_challenge(value))?;
        one("code_challenge_method").filter(|method| matches!(*method, "" | "S256"))?;
        let state = short("state", LONGEST_STATE)
            .filter(|state| state.bytes().all(|byte| byte.is_ascii_graphic()))?;
        let prompt = short("prompt", LONGEST_PROMPT)?;
        let (intent, prompt) = match (intent(one("intent")?)?, prompt) {
            // How OpenID Connect says it (Initiating User Registration 1.0); not for the provider.
            (LoginIntent::Unspecified, CREATE) => (LoginIntent::SignUp, ""),
            as_they_are => as_they_are,
        };
        let rest = [
            state,
            short("login_hint", LONGEST_HINT)?,
            prompt,
            short("link_ticket", LONGEST_TICKET)?,
            one("ui_locales")?,
        ];
        Some((challenge.to_owned(), intent, rest.map(str::to_owned)))
    }

    /// What the fields of the page's forms hold.
    pub(crate) fn hidden_fields(&self) -> Vec<(&'static str, &str)> {
        let application = names::last_part(&self.target.application);
        let fields = [
            ("application", application),
            ("redirect_uri", &self.target.redirect_uri),
            ("state", &self.state),
            ("code_challenge", &self.code_challenge),
            ("organization", names::last_part(&self.organization)),
            ("intent", intent_name(self.intent)),
            ("login_hint", &self.login_hint),
            ("prompt", &self.prompt),
            ("link_ticket", &self.link_ticket),
        ];
        fields.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The sign-in page's path with all of this, without a connection.
    pub(crate) fn path(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.hidden_fields());
        if !self.ui_locales.is_empty() {
            query.append_pair("ui_locales", &self.ui_locales);
        }
        format!("/login?{}", query.finish())
    }

    /// The call that starts it; `host` is where the browser is.
    pub(crate) fn into_call(self, connection: String, host: &str) -> StartLoginRequest {
        StartLoginRequest {
            connection,
            application: self.target.application,
            redirect_uri: self.target.redirect_uri,
            state: self.state,
            code_challenge: self.code_challenge,
            host: host.to_owned(),
            intent: self.intent.into(),
            login_hint: self.login_hint,
            prompt: self.prompt,
            organization: self.organization,
            link_ticket: self.link_ticket,
        }
    }
}

/// The full name of the organization, which may be left out; `None` if it can be nobody's.
fn organization(environment: &str, params: &Params) -> Option<String> {
    match params.once("organization") {
        Ok("") => Some(String::new()),
        Ok(organization) => names::full(environment, "organizations", organization),
        Err(Twice) => None,
    }
}

fn is_challenge(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    value.len() == CHALLENGE && value.bytes().all(plain)
}

fn intent(value: &str) -> Option<LoginIntent> {
    match value {
        "" => Some(LoginIntent::Unspecified),
        "sign_in_or_up" => Some(LoginIntent::SignInOrUp),
        "sign_in" => Some(LoginIntent::SignIn),
        "sign_up" => Some(LoginIntent::SignUp),
        _ => None,
    }
}

fn intent_name(intent: LoginIntent) -> &'static str {
    match intent {
        LoginIntent::Unspecified => "",
        LoginIntent::SignInOrUp => "sign_in_or_up",
        LoginIntent::SignIn => "sign_in",
        LoginIntent::SignUp => "sign_up",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_can_be_shown_without_its_secrets_and_whom_it_is_for() {
        let target = Target {
            application: "environments/dev/applications/notes".to_owned(),
            redirect_uri: "https://notes.example/callback".to_owned(),
        };
        let query = format!(
            "state=a-secret&link_ticket=lk_link_secret&login_hint=alice-secret@mail.example&code_challenge={}",
            "c".repeat(CHALLENGE)
        );
        let params = Params::parse(query.as_bytes());
        let request = LoginRequest::read(target, "environments/dev", &params).unwrap();
        assert_eq!(request.state, "a-secret");
        let shown = format!("{request:?}");
        assert!(shown.contains("notes.example") && !shown.contains("secret"), "{shown}");
    }
}
