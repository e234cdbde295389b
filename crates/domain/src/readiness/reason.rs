//! Why a line of the checklist is not ready, and what mends it.

use crate::described::described;

described! {
    /// Why a line of the checklist is not ready.
    ReadinessReason {
        /// The environment is for development and tests.
        NotProduction =>
            "The environment is for development and tests, and stays so. Create one of the kind \
             PRODUCTION to go live with.",
        /// The default domain is this machine itself.
        LoopbackDomain =>
            "The default domain is a loopback host, which only browsers on the same machine reach. Set \
             default_domain to the host that people sign in on.",
        /// The record of a custom domain was not found.
        CustomDomainProblem =>
            "The last look at the record of this organization's custom domain found a problem, so nobody \
             signs in on it, or nobody will before long. domain_verification says what it is, and how to \
             mend it; then call CheckDomainVerification, or StartDomainVerification if it is FAILED. Take \
             a domain away that is not to be one.",
        /// There is no application.
        NoApplication =>
            "There is nothing to sign in to. Create an application with the URIs that its people are \
             taken back to.",
        /// Every application has a redirect URI without TLS.
        RedirectUriWithoutTls =>
            "Every application takes its people back over http as well. Leave only https URIs in the \
             redirect_uris of the one to go live with.",
        /// No application has a key.
        NoApplicationKey =>
            "No application can redeem a login. Create a key of the kind APPLICATION for it.",
        /// No application has used its key.
        ApplicationKeyUnused =>
            "No application has called yet. Give its back end the key, and sign in once.",
        /// There is no connection that is switched on.
        NoConnection =>
            "There is no way in. Create a connection, or switch one on.",
        /// No application may use a connection.
        NoApplicationGranted =>
            "No application may use a connection that is switched on, so no sign-in page shows one. Call \
             GrantApplication.",
        /// No connection has a credential for the default domain.
        NoCredentials =>
            "No connection has a key and secret for the default domain. Register a consumer of your own \
             at the provider with the URL that ListCallbackUrls tells, and add its key and secret with \
             CreateCredential.",
        /// A connection has no credential for the default domain.
        CredentialsMissing =>
            "The connection is switched on and has no key and secret for the default domain, so no page \
             shows it. Add them with CreateCredential, or switch it off.",
        /// A connection's provider is not configured.
        ProviderNotConfigured =>
            "The service's configuration has no provider of the connection's name, so nobody signs in \
             through it. Configure it there, or switch the connection off.",
        /// A connection's provider only plays one.
        ProviderIsStandIn =>
            "The connection's provider only plays one: it takes nobody's real account, and in production \
             nobody signs in through it. Configure the real provider, or switch the connection off.",
        /// The provider refuses a credential.
        CredentialsRejected =>
            "The provider refused this key and secret when it was last asked. Call CheckConnection, which \
             says how to mend it.",
        /// The provider never accepted a credential.
        CredentialsUnproven =>
            "Nobody has signed in with this key and secret yet, so it is not known whether the provider \
             accepts them. Call CheckConnection, or try it out with a test login.",
        /// A connection's provider is trusted.
        TrustedProvider =>
            "The provider's word proves an e-mail address, although a Bitbucket account's owner can \
             change theirs. Set trusted_provider to false, unless you know that it is right.",
        /// There is no gateway key.
        NoGatewayKey =>
            "Nobody can serve the sign-in page. Create a key of the kind GATEWAY, and start a gateway \
             with it.",
        /// No gateway key was used.
        GatewayKeyUnused =>
            "No gateway has called yet. Start one with the key, and open its sign-in page.",
        /// A key stops working soon.
        KeyExpiresSoon =>
            "The key stops working within 14 days. Create the next one, and hand it over before.",
        /// Nobody reads events.
        NoEventReader =>
            "Nobody hears of sign-ups and sign-ins. Create a key of the kind CONSUMER for who reads the \
             feed, or run the service with relay.url set to a broker.",
        /// No consumer key was used.
        ConsumerKeyUnused =>
            "Nobody has read the events yet. Give the consumer its key.",
    }
}
