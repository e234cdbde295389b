//! What to do at Bitbucket about a check that did not pass.

use latchkey_domain::check::CheckReason::{
    self, CallbackNotRegistered, CallbackNotTold, CallbackTooWide, CredentialsMissing,
    CredentialsRejected, NoCallbackRegistered, ProviderUnavailable, ScopeMissing, ScopesNotTold,
};

/// The steps in Bitbucket's own words, for what is mended there.
const ADVICE: [(CheckReason, &str); 9] = [
    (
        CredentialsMissing,
        "No credential serves this host. In Bitbucket, open Workspace settings, OAuth consumers, \
         Add consumer; enter the URL that ListCallbackUrls tells as its callback URL, leave it a \
         private consumer, and tick Account: Email and Account: Read. Then add its key and secret \
         with CreateCredential.",
    ),
    (
        CredentialsRejected,
        "Bitbucket refuses this key and secret. In Bitbucket, open Workspace settings, OAuth \
         consumers, and unfold the consumer: if its key is this one, add its secret as another \
         credential, promote it, and delete this one; if no consumer has this key, it was deleted \
         there, and a new one is needed.",
    ),
    (
        ScopeMissing,
        "The consumer may not read accounts and their addresses. In Bitbucket, open Workspace \
         settings, OAuth consumers, edit the consumer, and tick Account: Email and Account: Read.",
    ),
    (
        ScopesNotTold,
        "Bitbucket tells a consumer's permissions only to a private one. In Bitbucket, open \
         Workspace settings, OAuth consumers, edit the consumer, tick \"This is a private consumer\", \
         and look whether Account: Email and Account: Read are ticked.",
    ),
    (
        NoCallbackRegistered,
        "The consumer has no callback URL. In Bitbucket, open Workspace settings, OAuth consumers, \
         edit the consumer, and enter the URL that ListCallbackUrls tells.",
    ),
    (
        CallbackNotRegistered,
        "The consumer is registered with another callback URL. In Bitbucket, open Workspace \
         settings, OAuth consumers, edit the consumer, and enter the URL that ListCallbackUrls \
         tells, whole and exactly so. A consumer takes one callback URL: a host that another \
         consumer serves needs a credential of its own.",
    ),
    (
        CallbackTooWide,
        "Bitbucket accepts every address that begins with the consumer's callback URL, and this \
         one lets in other pages of the host: a page there that gives away its address gives away \
         sign-ins. In Bitbucket, open Workspace settings, OAuth consumers, edit the consumer, and \
         enter the whole URL that ListCallbackUrls tells.",
    ),
    (
        CallbackNotTold,
        "Bitbucket tells of a callback URL only once somebody has signed in there. In Bitbucket, \
         open Workspace settings, OAuth consumers, compare the consumer's callback URL with what \
         ListCallbackUrls tells, and sign in once.",
    ),
    (
        ProviderUnavailable,
        "Bitbucket could not be reached, did not answer in time, or says that it is down. Look at \
         bitbucket.status.atlassian.com, and whether the service's machines may connect to \
         bitbucket.org and api.bitbucket.org.",
    ),
];

/// What mends it at Bitbucket, if anything is to be done there.
pub(super) fn advice(reason: CheckReason) -> Option<&'static str> {
    ADVICE.iter().find(|(about, _)| *about == reason).map(|(_, advice)| *advice)
}
