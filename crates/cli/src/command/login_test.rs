//! `latchkey login test`: a test login from start to end, for whoever sits at this terminal.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use latchkey_proto::v1::{
    FailureReason, GetTestLoginRequest, RefusalReason, SignInResult, StartTestLoginRequest,
    TestLogin, TestLoginProfile, TestLoginState, TestLoginStep, TestLoginStepOutcome,
    test_login::Failure,
};
use tonic::Code;

use crate::{
    client::{Api, Client, answer, ask, printable},
    terminal::{say, table},
};

/// How often is looked whether it is over: a person takes seconds at least.
const LOOK: Duration = Duration::from_secs(1);

/// What to do about signing in.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Try a connection out with a real account: nobody is signed in. Ends with 1 if the test fails.
    Test(Test),
    /// Show a test login of the last 24 hours.
    Show {
        /// Its name: environments/{environment}/connections/{connection}/testLogins/{id}, or the two ids.
        name: String,
    },
}

/// Which connection to try out, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Test {
    /// The connection's id, or its whole name; it may be disabled.
    connection: String,
    /// The host to sign in on, instead of the environment's default domain.
    #[arg(long, value_name = "HOST", default_value_t)]
    host: String,
    /// The one credential to try, such as a standby, instead of the one that serves the host.
    #[arg(long, value_name = "ID")]
    credential: Option<String>,
    /// How many seconds to wait for the person.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    wait: u64,
}

/// Does it.
pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    match command {
        Command::Test(test) => try_out(api, test).await,
        Command::Show { name } => {
            let name = api.place.name(&["connections", "testLogins"], &name)?;
            let mut admin = api.client()?.connections();
            api.show(admin.get_test_login(ask(GetTestLoginRequest { name }))).await
        }
    }
}

/// Runs a test login to its end. In JSON the link goes to standard error, and its end to standard output.
async fn try_out(api: &Api, test: Test) -> Result<()> {
    let client = api.client()?;
    let connection = api.place.connection(&test.connection)?;
    let credential = test.credential.map(|id| format!("{connection}/credentials/{id}"));
    let credential = credential.unwrap_or_default();
    let request = ask(StartTestLoginRequest { connection, host: test.host, credential });
    let started = answer(client.connections().start_test_login(request)).await?;
    if api.output.json {
        eprintln!("{}", started.url);
    } else {
        say("Open this link, once, within 10 minutes:")?;
        say(&format!("\n  {}\n", started.url))?;
    }
    let waiting = started.test_login.context("the service told of no test login")?;
    let over = until_over(&client, &waiting.name, Duration::from_secs(test.wait)).await?;
    say(&if api.output.json { serde_json::to_string(&over)? } else { shown(&over) })?;
    match over.state() {
        TestLoginState::Passed => Ok(()),
        TestLoginState::Failed => bail!("the test failed: {}", reason(&over)),
        TestLoginState::Expired => bail!("the link was not used in time, or nobody came back"),
        _ => bail!("nobody finished the test within {} s", test.wait),
    }
}

/// Looks until the test login is over, or nobody waits any more.
async fn until_over(client: &Client, name: &str, patience: Duration) -> Result<TestLogin> {
    let deadline = Instant::now() + patience;
    loop {
        let request = ask(GetTestLoginRequest { name: name.to_owned() });
        let found = match answer(client.connections().get_test_login(request)).await {
            Ok(answer) => answer.test_login,
            Err(refusal) if refusal.code() == Code::Unavailable => None,
            Err(refusal) => return Err(refusal.into()),
        };
        let is_over = |found: &TestLogin| {
            !matches!(found.state(), TestLoginState::Waiting | TestLoginState::UnderWay)
        };
        let is_late = Instant::now() >= deadline;
        if let Some(found) = found.filter(|found| is_late || is_over(found)) {
            return Ok(found);
        }
        if is_late {
            bail!("the service does not answer");
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// The steps as a table, and below it what was found out.
fn shown(test_login: &TestLogin) -> String {
    let rows: Vec<_> = test_login.steps.iter().map(row).collect();
    let mut text = table(&["STEP", "OUTCOME", "TOOK", "REASON"], &rows);
    if let Some(profile) = &test_login.profile {
        text += &person(profile);
    }
    let would = match test_login.result() {
        SignInResult::Unspecified => return text,
        SignInResult::SignedIn => "sign in somebody who is known",
        SignInResult::SignedUp => "make a user",
        SignInResult::Linked => "link the account to a user who is known by its address",
    };
    format!("{text}\n\nA sign-in would {would}. The test event is {}.", test_login.event)
}

fn row(step: &TestLoginStep) -> Vec<String> {
    let kind = step.kind().as_str_name();
    let kind = kind.strip_prefix("TEST_LOGIN_STEP_KIND_").unwrap_or(kind);
    let outcome = match step.outcome() {
        TestLoginStepOutcome::Passed => "passed",
        TestLoginStepOutcome::Failed => "failed",
        TestLoginStepOutcome::Assumed => "assumed",
        TestLoginStepOutcome::Unspecified => "?",
    };
    let took = step.duration.as_ref().map_or(0.0, |took| {
        f64::from(u32::try_from(took.seconds).unwrap_or(0)) * 1e3 + f64::from(took.nanos) / 1e6
    });
    let kind = kind.to_lowercase().replace('_', " ");
    vec![kind, outcome.to_owned(), format!("{took:.1} ms"), step.reason.clone()]
}

fn person(profile: &TestLoginProfile) -> String {
    let emails = profile.emails.iter().map(|email| {
        let flag = |is: bool, name: &'static str| if is { name } else { "" };
        let flags = [flag(email.primary, " primary"), flag(email.confirmed, " confirmed")];
        format!("{}{}", email.address, flags.concat())
    });
    let emails = emails.collect::<Vec<_>>().join(", ");
    let rows = [
        ("subject", &profile.subject),
        ("username", &profile.username),
        ("name", &profile.display_name),
        ("e-mail", &emails),
    ];
    let line = |(name, value): &(&str, &String)| format!("\n{name:10}{}", printable(value));
    format!("\n{}", rows.iter().map(line).collect::<String>())
}

fn reason(test_login: &TestLogin) -> String {
    let name = match test_login.failure {
        Some(Failure::Refused(reason)) => {
            RefusalReason::try_from(reason).unwrap_or_default().as_str_name()
        }
        Some(Failure::Failed(reason)) => {
            FailureReason::try_from(reason).unwrap_or_default().as_str_name()
        }
        None => "",
    };
    name.split_once("_REASON_").map_or(name, |(_, reason)| reason).to_owned()
}

#[cfg(test)]
mod tests {
    use latchkey_proto::{
        v1::{TestLoginEmail, TestLoginStepKind},
        well_known::Duration,
    };

    use super::*;

    fn step(kind: TestLoginStepKind, reason: &str) -> TestLoginStep {
        TestLoginStep {
            kind: kind.into(),
            outcome: if reason.is_empty() { 1 } else { 2 },
            reason: reason.to_owned(),
            duration: Some(Duration { seconds: 1, nanos: 2_300_000 }),
        }
    }

    #[test]
    fn what_a_person_would_be_asked_for_is_shown_as_assumed() {
        let asked = TestLoginStep {
            kind: TestLoginStepKind::EmailVerificationRequired.into(),
            outcome: TestLoginStepOutcome::Assumed.into(),
            ..TestLoginStep::default()
        };
        let test_login = TestLogin {
            steps: vec![step(TestLoginStepKind::Decision, ""), asked],
            result: SignInResult::SignedUp.into(),
            event: "e".to_owned(),
            ..TestLogin::default()
        };
        let expected = "STEP                         OUTCOME  TOOK       REASON\n\
                        decision                     passed   1002.3 ms\n\
                        email verification required  assumed  0.0 ms\n\n\
                        A sign-in would make a user. The test event is e.";
        assert_eq!(shown(&test_login), expected);
    }

    #[test]
    fn a_test_login_is_shown_with_its_steps_and_its_person() {
        let email =
            TestLoginEmail { address: "a@b.example".into(), primary: true, confirmed: false };
        let profile = TestLoginProfile {
            subject: "{1}".to_owned(),
            display_name: "Al\u{1b}ice".to_owned(),
            emails: vec![email],
            ..TestLoginProfile::default()
        };
        let test_login = TestLogin {
            steps: vec![
                step(TestLoginStepKind::Token, ""),
                step(TestLoginStepKind::Emails, "SCOPE_MISSING"),
            ],
            profile: Some(profile),
            failure: Some(Failure::Failed(FailureReason::ScopeMissing.into())),
            ..TestLogin::default()
        };
        let expected = "STEP    OUTCOME  TOOK       REASON\n\
                        token   passed   1002.3 ms\n\
                        emails  failed   1002.3 ms  SCOPE_MISSING\n\n\
                        subject   {1}\n\
                        username  \n\
                        name      Alice\n\
                        e-mail    a@b.example primary";
        assert_eq!(shown(&test_login), expected);
        assert_eq!(reason(&test_login), "SCOPE_MISSING");
    }
}
