//! What is written when an account is added, or is not after all.

use latchkey_domain::{
    adding::{Adding, decide},
    event::SignInContext,
    id::{IdentityId, UserId},
    name::UserName,
    provider::ProviderName,
    sign_in::{Refusal, SignInResult, Unsuccessful},
    time::Timestamp,
};
use latchkey_store::{Finish, Known, RepeatSignIn, SignIn, SignInEnd, Tx};

use super::redeem::{Redemption, Way};
use crate::{
    Error, Result,
    login::{
        facts::{Telling, end_of, refused_unknown},
        first::{Newcomer, conflict, write_end},
        repeat::{Today, brought_up_to_date, is_same_account},
        turned_away::refuse,
    },
};

/// How a redemption ends. A refusal is written down, and the code spent.
pub(super) type Ended = Result<std::result::Result<SignInEnd, Refusal>>;

/// Decides with what is there now, and writes what follows.
pub(super) async fn add(
    tx: &Tx,
    redemption: &Redemption<'_>,
    way: &Way,
    (sign_in, now): (&SignIn, Timestamp),
) -> Ended {
    let (account, issuer) = (&redemption.profile.account, way.provider.issuer());
    let telling = Telling {
        attempt: sign_in.id,
        context: context(sign_in, &way.connection.provider),
        issuer,
        subject: &account.subject,
        now,
    };
    let environment = &sign_in.connection.environment;
    let name = UserName { environment: environment.clone(), user: redemption.user };
    let user = tx.lock_user(&name).await?;
    let known = tx.known(environment, issuer, &account.subject).await?;
    match decide(way.rights, user, known.map(|known| (known.user.id, known))) {
        Adding::Add(mut user) => {
            let email = redemption.profile.email.as_ref();
            let sync = way.connection.policies.profile_sync;
            let newcomer = Newcomer { account, email, sync, telling };
            let (identity, events) = newcomer.add_to(tx, &mut user).await?;
            let whom = (user.id, identity.id);
            let finish = finish(redemption, SignInResult::Linked, whom, (sign_in, now))?;
            write_end(tx, &finish, &events).await.map(Ok)
        }
        Adding::SignIn(known) => {
            sign_in_again(tx, redemption, (way, &telling), known, sign_in).await
        }
        Adding::Refuse(reason, None) => refuse_nobody(tx, sign_in, reason, now).await.map(Err),
        Adding::Refuse(reason, Some(whom)) => {
            let whom = tx.user(whom).await?.ok_or_else(conflict)?;
            refuse(tx, &telling, whom, reason).await?;
            Ok(Err(reason))
        }
    }
}

/// The account has become that very user's meanwhile: nothing is new.
async fn sign_in_again(
    tx: &Tx,
    redemption: &Redemption<'_>,
    (way, telling): (&Way, &Telling<'_>),
    known: Known,
    sign_in: &SignIn,
) -> Ended {
    let profile = &redemption.profile;
    let today = Today { account: &profile.account, email: Some(&profile.email), is_news: true };
    if !is_same_account(&known.identity, today.account) {
        return Err(Error::LoginCodeInvalid);
    }
    let sync = way.connection.policies.profile_sync;
    let (user, identity, events) = brought_up_to_date(known, today, sync, telling);
    let whom = (user.id, identity.id);
    let finish = finish(redemption, SignInResult::SignedIn, whom, (sign_in, telling.now))?;
    let repeat =
        RepeatSignIn { finish: &finish, user: &user, identity: &identity, events: &events };
    if !tx.finish_repeat(&repeat).await? {
        return Err(conflict());
    }
    tx.stop_waiting(sign_in.id).await?;
    Ok(Ok(end_of(&finish)))
}

/// Ends a sign-in with a refusal that is nobody's event.
pub(super) async fn refuse_nobody(
    tx: &Tx,
    sign_in: &SignIn,
    reason: Refusal,
    now: Timestamp,
) -> Result<Refusal> {
    if !tx.end_sign_in(sign_in.id, Unsuccessful::Refused(reason), now).await? {
        return Err(Error::LoginCodeInvalid);
    }
    tx.stop_waiting(sign_in.id).await?;
    // Nobody is left to hear of a connection whose whole environment is gone.
    if let Some(connection) = tx.connection_ever(&sign_in.connection).await? {
        let context = context(sign_in, &connection.provider);
        tx.emit(&refused_unknown(context, reason, now)).await?;
    }
    Ok(reason)
}

fn finish(
    redemption: &Redemption<'_>,
    result: SignInResult,
    (user, identity): (UserId, IdentityId),
    (sign_in, now): (&SignIn, Timestamp),
) -> Result<Finish> {
    let expires_at = sign_in.login_code_expires_at;
    Ok(Finish {
        attempt: sign_in.id,
        result,
        user,
        identity,
        login_code_hash: redemption.code.hash(),
        login_code_expires_at: expires_at
            .ok_or(Error::Internal("a login code was redeemed that has no end"))?,
        now,
    })
}

fn context(sign_in: &SignIn, provider: &ProviderName) -> SignInContext {
    SignInContext {
        connection: sign_in.connection.clone(),
        application: Some(sign_in.application.clone()),
        organization: sign_in.organization.clone(),
        provider: provider.clone(),
        reference_id: sign_in.id.to_string(),
    }
}
