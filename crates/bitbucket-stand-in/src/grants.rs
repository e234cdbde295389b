//! Codes and access tokens that were given out.

use std::sync::Mutex;

use crate::bounded::{Bounded, lock};
use crate::opaque::opaque;

/// How long a code works, in seconds; Bitbucket does not publish its own figure.
const CODE_LIFETIME: i64 = 60;
/// How long an access token works, in seconds, as `expires_in` of the recorded replies says.
pub(crate) const TOKEN_LIFETIME: i64 = 7_200;
/// How many codes are remembered.
const CODES: usize = 10_000;
/// How many tokens are remembered.
const TOKENS: usize = 20_000;

/// What an account has granted to a consumer.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) consumer: String,
    pub(crate) holder: Holder,
    pub(crate) scopes: Vec<String>,
}

/// As whom a token acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Holder {
    /// The account of this key.
    Account(String),
    /// The consumer itself, as with `client_credentials` since 2026.
    App,
}

/// A grant that waits for its token request.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) grant: Grant,
    /// The `redirect_uri` of the authorize request, if it had one.
    pub(crate) redirect_uri: Option<String>,
    /// The `code_challenge` with its method, kept for the strict mode.
    pub(crate) challenge: Option<Challenge>,
    expires_at: i64,
}

/// A PKCE challenge (RFC 7636).
#[derive(Debug, Clone)]
pub(crate) struct Challenge {
    pub(crate) value: String,
    pub(crate) method: Option<String>,
}

#[derive(Debug)]
struct Token {
    grant: Grant,
    expires_at: i64,
}

/// The codes and tokens that can still be used.
#[derive(Debug)]
pub(crate) struct Grants {
    codes: Mutex<Bounded<Code>>,
    tokens: Mutex<Bounded<Token>>,
}

impl Default for Grants {
    fn default() -> Self {
        Self { codes: Mutex::new(Bounded::new(CODES)), tokens: Mutex::new(Bounded::new(TOKENS)) }
    }
}

impl Code {
    pub(crate) fn new(grant: Grant, redirect_uri: Option<String>, now: i64) -> Self {
        Self { grant, redirect_uri, challenge: None, expires_at: now + CODE_LIFETIME }
    }
}

impl Grants {
    pub(crate) fn issue_code(&self, code: Code) -> String {
        let opaque = opaque();
        lock(&self.codes).insert(opaque.clone(), code);
        opaque
    }

    /// Takes a code if it is still good and `fits` agrees; a refused one stays unless `burn`.
    pub(crate) fn take_code<E>(
        &self,
        code: &str,
        now: i64,
        burn: bool,
        fits: impl FnOnce(Option<&Code>) -> Result<(), E>,
    ) -> Result<Option<Code>, E> {
        // One lock around looking and taking: of two requests with one code, one gets it.
        let mut codes = lock(&self.codes);
        let found = codes.get(code).filter(|found| now < found.expires_at);
        match fits(found) {
            Ok(()) => Ok(codes.remove(code)),
            Err(refusal) => {
                if burn {
                    codes.remove(code);
                }
                Err(refusal)
            }
        }
    }

    /// Makes a code useless.
    pub(crate) fn burn_code(&self, code: &str) {
        lock(&self.codes).remove(code);
    }

    pub(crate) fn issue_token(&self, grant: Grant, now: i64) -> String {
        let opaque = opaque();
        let token = Token { grant, expires_at: now + TOKEN_LIFETIME };
        lock(&self.tokens).insert(opaque.clone(), token);
        opaque
    }

    /// What a token allows, while it does.
    pub(crate) fn token(&self, token: &str, now: i64) -> Option<Grant> {
        let tokens = lock(&self.tokens);
        tokens.get(token).filter(|token| now < token.expires_at).map(|token| token.grant.clone())
    }

    /// The tokens that are kept, whether or not they still work.
    pub(crate) fn tokens(&self) -> Vec<String> {
        lock(&self.tokens).keys().cloned().collect()
    }

    /// Gives a token another name.
    pub(crate) fn rename_token(&self, from: &str, to: String) {
        let mut tokens = lock(&self.tokens);
        if let Some(token) = tokens.remove(from) {
            tokens.insert(to, token);
        }
    }

    /// Lets tokens run out now: those of one account, or all.
    pub(crate) fn expire_tokens(&self, account: Option<&str>, now: i64) {
        for token in lock(&self.tokens).values_mut().filter(|token| token.grant.is_of(account)) {
            token.expires_at = token.expires_at.min(now);
        }
    }

    /// Forgets codes and tokens: those of one account, or all.
    pub(crate) fn revoke(&self, account: Option<&str>) {
        lock(&self.codes).retain(|code| !code.grant.is_of(account));
        lock(&self.tokens).retain(|token| !token.grant.is_of(account));
    }
}

impl Grant {
    fn is_of(&self, account: Option<&str>) -> bool {
        match (account, &self.holder) {
            (None, _) => true,
            (Some(key), Holder::Account(holder)) => key == holder,
            (Some(_), Holder::App) => false,
        }
    }
}
