//! English.

use super::{Explanation, Explanations, Texts};

const BACK: &str = "Go back to the application that you came from, and sign in from there.";
const TELL: &str = "Tell the people who run the application, and give them the reference below.";
const LATER: &str = "Wait a minute, then go back to the application and sign in again.";

/// English.
pub(crate) const ENGLISH: Texts = Texts {
    lang: "en",
    sign_in_to: "Sign in to {}",
    add_account_at: "Add an account to the one that you are signed in with at {}",
    choose_to_add: "Choose where the account is. From then on it signs you in as well.",
    continue_with: "Continue with {}",
    last_used: "Last used",
    no_options: "No way to sign in has been set up for this application yet.",
    choose: "Choose how to sign in.",
    what_to_do: "What you can do",
    start_again: "Start again",
    support: "If you ask for help, these two lines say what happened:",
    reference: "Reference",
    reason: "Reason",
    support_one: "If you ask for help, this line says which sign-in it is:",
    sign_up_offer: "You can sign up with this account now, or go back and use another one.",
    sign_up: "Sign up with this account",
    go_back: "Go back without signing up",
    proof: super::proof::ENGLISH,
    test: super::test::ENGLISH,
    explanations: Explanations {
        link_invalid: Explanation {
            title: "This sign-in link does not work",
            what: "The link that brought you here is incomplete, or something in it is not right.",
            advice: BACK,
        },
        host: Explanation {
            title: "Nobody signs in at this address",
            what: "The address that your browser shows is not, or not any more, one to sign in at.",
            advice: "Go back to the application that you came from, and sign in from there. If you come here again, tell the people who run it.",
        },
        unknown: Explanation {
            title: "We do not know what you want to sign in to",
            what: "There is no application, or no way to sign in, of the name in this link.",
            advice: BACK,
        },
        redirect_uri: Explanation {
            title: "This link leads to an address that we do not trust",
            what: "After signing in you would be sent to an address that the application has not registered. To keep you safe, we stop here.",
            advice: TELL,
        },
        connection_off: Explanation {
            title: "This way to sign in is not available",
            what: "It is switched off, or has not been set up completely.",
            advice: "Go back to the application and choose another way to sign in, if there is one.",
        },
        not_granted: Explanation {
            title: "This way to sign in is not for this application",
            what: "The application does not accept accounts of this kind.",
            advice: "Go back to the application and choose another way to sign in, if there is one.",
        },
        answer_invalid: Explanation {
            title: "We could not read the answer to your sign-in",
            what: "What came back does not belong to a sign-in that was begun here. You are not signed in.",
            advice: BACK,
        },
        expired: Explanation {
            title: "That took too long",
            what: "A sign-in has to be finished within 10 minutes, and this one is older. You are not signed in.",
            advice: BACK,
        },
        other_browser: Explanation {
            title: "This sign-in was not begun in this browser",
            what: "A sign-in can only be finished in the browser in which it began, with cookies allowed. You are not signed in.",
            advice: "If cookies are blocked for this site, allow them. Then go back to the application and sign in again. If somebody sent you this link, close the page.",
        },
        used: Explanation {
            title: "This sign-in is finished already",
            what: "A sign-in works once, and this one was used. That happens after a reload or with the back button.",
            advice: "Go back to the application: you may be signed in already. If not, sign in again.",
        },
        in_progress: Explanation {
            title: "This sign-in is still at work",
            what: "It was begun a moment ago and has not come to an end.",
            advice: LATER,
        },
        start_again: Explanation {
            title: "The sign-in was cut off",
            what: "Something changed or broke on the way, so that we cannot tell how it ended.",
            advice: BACK,
        },
        busy: Explanation {
            title: "Too many people are signing in",
            what: "Your sign-in was not begun, so that those under way can be finished.",
            advice: LATER,
        },
        too_often: Explanation {
            title: "Too many tries",
            what: "Too many sign-ins were tried from your network, or for this application, in a short time.",
            advice: LATER,
        },
        unavailable: Explanation {
            title: "Signing in is not possible right now",
            what: "A part of the sign-in service does not answer. It is not your fault.",
            advice: LATER,
        },
        internal: Explanation {
            title: "Something went wrong on our side",
            what: "The sign-in could not be finished because of a fault of ours.",
            advice: "Go back to the application and sign in again. If that does not help, tell the people who run it.",
        },
        misconfigured: Explanation {
            title: "Signing in is not set up correctly",
            what: "A setting of this sign-in service is wrong. Trying again will not help.",
            advice: TELL,
        },
        denied: Explanation {
            title: "You said no",
            what: "You did not allow the application to learn who you are, so you are not signed in.",
            advice: "If you have changed your mind, go back to the application and sign in again.",
        },
        interaction: Explanation {
            title: "Your account needs your attention first",
            what: "The place where you have your account wants you to log in, agree or choose an account there.",
            advice: BACK,
        },
        account_not_found: Explanation {
            title: "Nobody is known by this account",
            what: "This sign-in is for people who have an account here already.",
            advice: "Go back to the application and sign up, or sign in with another account.",
        },
        sign_up_not_allowed: Explanation {
            title: "You cannot sign up this way",
            what: "Nobody is known by this account, and the application takes nobody new with accounts of this kind.",
            advice: "Go back to the application and sign up in another way, or sign in with another account.",
        },
        sign_in_not_allowed: Explanation {
            title: "You cannot sign in this way",
            what: "We know you, but the application does not let people in with accounts of this kind.",
            advice: "Go back to the application and choose another way to sign in, if there is one.",
        },
        link_not_allowed: Explanation {
            title: "This account cannot be added to yours",
            what: "You are known by its address already, and the application does not take another account of this kind. You are not signed in.",
            advice: "Go back to the application and sign in the way you did before.",
        },
        sign_up_closed: Explanation {
            title: "Nobody new is taken here",
            what: "Nobody is known by this account, and signing up is closed.",
            advice: "If you have an account here, go back and sign in the way you did before. If not, ask the people who run the application to let you in.",
        },
        email_domain: Explanation {
            title: "Your address is not one that is taken here",
            what: "Only people with an e-mail address of certain organizations can sign up.",
            advice: "Go back to the application and sign in with an account whose address is one of them, or ask the people who run it.",
        },
        cancelled: Explanation {
            title: "You did not go on",
            what: "The sign-in was ended, and nothing was changed. You are not signed in.",
            advice: "If you have changed your mind, go back to the application and sign in again.",
        },
        of_another_user: Explanation {
            title: "This account is somebody else's here",
            what: "It already signs another user in, and so it was not added. Nothing was changed.",
            advice: "Go back to the application and add another account. To use this one, sign in with it.",
        },
        waits_no_longer: Explanation {
            title: "This page is not waiting any more",
            what: "It belongs to a sign-in that is over, or not to this browser.",
            advice: BACK,
        },
        user_suspended: Explanation {
            title: "You are locked out here",
            what: "Whoever runs this sign-in has suspended your user. You are not signed in.",
            advice: "Ask them, or the people of the application, why, and to let you in again.",
        },
        workspace_not_allowed: Explanation {
            title: "Your account is not in the right workspace",
            what: "Only members of certain workspaces sign in this way, and this account is a member of none of them. You are not signed in.",
            advice: "Ask to be added to the workspace, or go back to the application and sign in with another account.",
        },
        provider: Explanation {
            title: "The place where you have your account does not answer",
            what: "We could not find out there who you are. You are not signed in.",
            advice: LATER,
        },
        identity_changed: Explanation {
            title: "This account is not the one that we know",
            what: "Its number now belongs to somebody else. To keep your data safe, we stop here.",
            advice: TELL,
        },
        cross_site: Explanation {
            title: "This sign-in was begun by another website",
            what: "Sign-ins begin on our own page or in the application, nowhere else.",
            advice: BACK,
        },
        page_not_found: Explanation {
            title: "There is no such page",
            what: "The address may be mistyped or out of date.",
            advice: BACK,
        },
        method: Explanation {
            title: "This page cannot be used like that",
            what: "The browser asked for it in a way that it does not answer to.",
            advice: BACK,
        },
        too_large: Explanation {
            title: "That was too much at once",
            what: "The browser sent more than a sign-in needs.",
            advice: BACK,
        },
        link_ticket: Explanation {
            title: "This link does not work any more",
            what: "It was used already, or is older than a minute. No account was added.",
            advice: "Go back to the application and add the account from there once more.",
        },
        test_ticket: Explanation {
            title: "This test link does not work any more",
            what: "It was used already, is older than 10 minutes, or is for another address of this site.",
            advice: "Go back to the console and start another test.",
        },
    },
};
