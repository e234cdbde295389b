//! Why a check did not pass, and what mends it.

use crate::described::described;

described! {
    /// Why a check did not pass.
    CheckReason {
        /// The configuration has no provider of this name.
        ProviderNotConfigured =>
            "The service's configuration has no provider of this connection's name. Configure \
             it there, or make a connection to a provider that is configured.",
        /// The provider only plays one, in a production environment.
        ProviderIsStandIn =>
            "The provider only plays one, and a production environment takes nobody's account \
             from it. It was not asked, so that no secret went there. Configure the real \
             provider under its name.",
        /// It cannot be reached, took too long, or says that it is down.
        ProviderUnavailable =>
            "The provider could not be reached, did not answer in time, or says that it is down. \
             Look at its status page, and whether the service's machines may connect to it.",
        /// It wants fewer requests.
        ProviderRateLimited =>
            "The provider wants fewer requests for now. Ask again later.",
        /// It answered something that cannot be understood.
        ProviderMalformed =>
            "The answer is not what the provider documents. Look whether the configured URLs \
             are its own, and whether something on the way answers in its place.",
        /// No TLS connection came about.
        TlsFailed =>
            "No TLS connection came about: the certificate is not trusted or is for another \
             host, or no TLS is spoken there. Look at what is on the way, and at the \
             certificates that the service's machines trust.",
        /// It is spoken to without TLS, as a stand-in may be.
        TlsNotUsed =>
            "The connection is to a stand-in without TLS. For development that is well.",
        /// There is no credential for the host.
        CredentialsMissing =>
            "No credential serves this host. Register a consumer at the provider, and add its \
             key and secret with CreateCredential.",
        /// The provider refuses key and secret.
        CredentialsRejected =>
            "The provider refuses this key and secret. Add the consumer's current secret as \
             another credential, promote it, and delete this one.",
        /// The consumer lacks a scope.
        ScopeMissing =>
            "The consumer lacks a scope that a sign-in reads with. Give it account and email.",
        /// The consumer may not ask for its own scopes.
        ScopesNotTold =>
            "The provider does not tell this consumer's scopes without a person. Look whether \
             it has account and email.",
        /// The consumer has no callback URL.
        NoCallbackRegistered =>
            "The consumer has no callback URL. Register the one that ListCallbackUrls tells.",
        /// The consumer has another callback URL.
        CallbackNotRegistered =>
            "The consumer is registered with another callback URL. Register the one that \
             ListCallbackUrls tells, whole and exactly so.",
        /// The consumer's callback URL lets in more of the host than the callback.
        CallbackTooWide =>
            "The consumer's callback URL lets in other pages of this host too, and a page there \
             that gives away its address gives away sign-ins. Register the whole URL that \
             ListCallbackUrls tells.",
        /// The provider tells of a callback URL only once somebody has signed in.
        CallbackNotTold =>
            "The provider tells whether a callback URL is registered only once somebody has \
             signed in. Compare it with what ListCallbackUrls tells, and sign in once.",
        /// Their key is missing here.
        KeyMissing =>
            "The secret is sealed with a key that this replica's key ring lacks, so it was not \
             sent. Another replica may have the key: ask again, and give every replica the same \
             ring.",
        /// There was no time left to ask, or too much to ask about.
        NotAsked =>
            "There was no time left to ask, or there are more credentials than are asked about \
             at once. Ask about this credential alone.",
    }
}
