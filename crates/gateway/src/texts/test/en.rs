//! English.

use super::{TestResult, TestResults, TestTexts};

/// English.
pub(in crate::texts) const ENGLISH: TestTexts = TestTexts {
    title: "Try this connection out",
    what: "The button takes you to the provider, where you sign in as you always do, and then back here. Nobody is signed in to anything.",
    seen: "The people who sent you this link will see, for a day, what the provider tells of you: your name, your account and its e-mail addresses. If the test passes, an event that is marked as a test tells the same to the services that listen. If you do not know these people, close the page. The link works once.",
    begin: "Continue to the provider",
    mend: "How to mend it",
    over: "The test is over. You can close this page and go back to the console.",
    results: TestResults {
        passed: TestResult {
            title: "The test passed",
            what: "A sign-in through this connection works: the provider told who you are. Nobody was signed in.",
            next: "The console shows each step, and what the provider told.",
        },
        denied: TestResult {
            title: "You said no at the provider",
            what: "You did not allow it to tell who you are, so the test could not go on.",
            next: "Start another test and say yes, if you want to see the rest of it.",
        },
        interaction: TestResult {
            title: "The provider wants something of you first",
            what: "It wants you to log in, agree or choose an account there.",
            next: "Do that at the provider, then start another test.",
        },
        not_admitted: TestResult {
            title: "The connection cannot be used here",
            what: "It was deleted since the test began, or this environment does not admit its provider.",
            next: "Bring the connection back, or choose another provider for it. Then start another test.",
        },
        not_let_in: TestResult {
            title: "You would not have been let in",
            what: "The provider told who you are, but a sign-in would have been refused.",
            next: "The reason below says which rule it was: change that rule, or try with another account.",
        },
        workspace: TestResult {
            title: "Your account is in none of the allowed workspaces",
            what: "The provider told who you are, and of which workspaces you are a member.",
            next: "Add yourself to one of the workspaces, or compare the connection’s list with the UUIDs at the provider: a slug may have been changed. Then start another test.",
        },
        credentials: TestResult {
            title: "The provider refused the key and secret",
            what: "It did not look at anything else.",
            next: "Compare them with the consumer at the provider, and paste both once more.",
        },
        code: TestResult {
            title: "The provider refused its own code",
            what: "It gave a code and then did not take it back. It may have been used or too old.",
            next: "Start another test. If it fails again, compare the callback URL at the provider with that of the connection, character by character.",
        },
        scope: TestResult {
            title: "The consumer lacks a permission",
            what: "The provider did not let us read who you are, or your addresses.",
            next: "Give the consumer the permissions to read the account and its e-mail addresses: at Bitbucket these are Account: Email and Read. Then start another test.",
        },
        unavailable: TestResult {
            title: "The provider did not answer",
            what: "It could not be reached, took too long, or asked for fewer requests.",
            next: "Look at the provider’s status page, and whether this service may reach it through your network. Then start another test.",
        },
        malformed: TestResult {
            title: "The provider’s answer cannot be understood",
            what: "It answered something that is not documented.",
            next: "Look whether something between this service and the provider answers in its place, such as a proxy. The service’s log tells more.",
        },
        provider_error: TestResult {
            title: "The provider sent you back with an error",
            what: "It did not come to a code.",
            next: "Compare the callback URL and the permissions of the consumer with those of the connection. The service’s log tells more.",
        },
        changed: TestResult {
            title: "The connection was changed meanwhile",
            what: "Its credential, host or addresses are others than when the test began.",
            next: "Start another test.",
        },
        identity_changed: TestResult {
            title: "This account is not the one that is known",
            what: "Its number at the provider stands for somebody else now. A sign-in would be refused, to protect whoever it was.",
            next: "Find out at the provider whose account it is.",
        },
        mail: TestResult {
            title: "This service cannot send mail",
            what: "A sign-in would ask you to prove an e-mail address by a code, and no way to send one is set up.",
            next: "Set up mail in this service’s configuration, or do not ask for proven addresses. Then start another test.",
        },
        cut_off: TestResult {
            title: "The test was cut off",
            what: "It did not come to an end.",
            next: "Start another test.",
        },
    },
};
