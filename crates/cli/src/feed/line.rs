//! An event as a line for people.

use latchkey_proto::{
    events::{SignInContext, SignInSubject, event_data::Data},
    v1::FeedEvent,
};
use time::OffsetDateTime;

use crate::{
    client::printable,
    terminal::{Look, Palette},
};

/// As wide as the types that come all the time.
const TYPE_WIDTH: usize = 18;
/// Names may be as long as a line.
const NAME_LENGTH: usize = 40;

/// Time, type, who, and the trace.
pub(crate) fn line(event: &FeedEvent, palette: Palette) -> String {
    let name = event.r#type.trim_start_matches("latchkey.");
    let name = name.rsplit_once(".v").map_or(name, |(name, _)| name);
    let name = if event.test { format!("test {name}") } else { name.to_owned() };
    let data = event.data.as_ref().and_then(|data| data.data.as_ref());
    let who = data.map_or_else(|| event.subject.clone(), who);
    let trace = match event.traceparent.split('-').nth(1) {
        Some(trace) => palette.paint(Look::Faint, &format!("  trace {trace}")),
        None => String::new(),
    };
    let time = palette.paint(Look::Faint, &time_of_day(event));
    let name = palette.paint(look(data), &format!("{name:TYPE_WIDTH$}"));
    format!("{time}  {name}  {}{trace}", printable(&who))
}

fn look(data: Option<&Data>) -> Look {
    match data {
        Some(Data::UserSignedUp(_)) => Look::Good,
        Some(
            Data::SignInRefused(_) | Data::UserSuspended(_) | Data::OrganizationDomainFailed(_),
        ) => Look::Bad,
        _ => Look::News,
    }
}

#[expect(clippy::too_many_lines, reason = "one match, so that the compiler demands every arm")]
fn who(data: &Data) -> String {
    match data {
        Data::UserSignedUp(event) => person(event.subject.as_ref(), event.context.as_ref()),
        Data::UserSignedIn(event) => person(event.subject.as_ref(), event.context.as_ref()),
        Data::UserLinked(event) => person(event.subject.as_ref(), event.context.as_ref()),
        Data::UserUpdated(event) => {
            let changed = event.changed_fields.join(", ");
            format!("{}: {changed}", named(&event.display_name, &event.email, &event.user))
        }
        Data::UserUnlinked(event) => format!("{}: {}", id(&event.user), id(&event.identity)),
        Data::UserSuspended(event) => id(&event.user).to_owned(),
        Data::UserUnsuspended(event) => id(&event.user).to_owned(),
        Data::UserDeleted(event) => id(&event.user).to_owned(),
        Data::SignInRefused(event) => {
            format!("{}{}", event.reason, through(event.context.as_ref()))
        }
        Data::ConnectionCreated(event) => id(&event.connection).to_owned(),
        Data::ConnectionUpdated(event) => changed(&event.connection, &event.changed_fields),
        Data::ConnectionDeleted(event) => id(&event.connection).to_owned(),
        Data::ConnectionUndeleted(event) => id(&event.connection).to_owned(),
        Data::ConnectionPurged(event) => id(&event.connection).to_owned(),
        Data::ConnectionApplicationGranted(event) => {
            format!("{} → {}", id(&event.connection), id(&event.application))
        }
        Data::ConnectionApplicationRevoked(event) => {
            format!("{} → {}", id(&event.connection), id(&event.application))
        }
        Data::CredentialCreated(event) => id(&event.credential).to_owned(),
        Data::CredentialDeleted(event) => id(&event.credential).to_owned(),
        Data::CredentialPromoted(event) => id(&event.credential).to_owned(),
        Data::ApplicationCreated(event) => id(&event.application).to_owned(),
        Data::ApplicationUpdated(event) => changed(&event.application, &event.changed_fields),
        Data::ApplicationDeleted(event) => id(&event.application).to_owned(),
        Data::OrganizationCreated(event) => id(&event.organization).to_owned(),
        Data::OrganizationUpdated(event) => changed(&event.organization, &event.changed_fields),
        Data::OrganizationDeleted(event) => id(&event.organization).to_owned(),
        Data::OrganizationDomainVerified(event) => {
            format!("{}: {}", id(&event.organization), event.custom_domain)
        }
        Data::OrganizationDomainFailed(event) => {
            let (domain, problem) = (&event.custom_domain, &event.problem);
            format!("{}: {domain}: {problem}", id(&event.organization))
        }
    }
}

fn changed(name: &str, fields: &[String]) -> String {
    format!("{}: {}", id(name), fields.join(", "))
}

fn person(subject: Option<&SignInSubject>, context: Option<&SignInContext>) -> String {
    let who = subject.map(|person| named(&person.display_name, &person.email, &person.user));
    format!("{}{}", who.unwrap_or_default(), through(context))
}

/// What is known of somebody, the best first.
fn named(display_name: &str, email: &str, user: &str) -> String {
    match (&*short(display_name), email) {
        ("", "") => id(user).to_owned(),
        ("", email) => email.to_owned(),
        (name, "") => name.to_owned(),
        (name, email) => format!("{name} <{email}>"),
    }
}

/// Enough of a name to know somebody by.
fn short(name: &str) -> String {
    match name.char_indices().nth(NAME_LENGTH) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

fn through(context: Option<&SignInContext>) -> String {
    context.map_or_else(String::new, |context| {
        format!(", {} → {}", id(&context.connection), id(&context.application))
    })
}

/// The last part of a resource name.
fn id(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// When it was recorded, in UTC.
fn time_of_day(event: &FeedEvent) -> String {
    let seconds = event.time.as_ref().map_or(0, |time| time.seconds);
    let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    format!("{:02}:{:02}:{:02}Z", at.hour(), at.minute(), at.second())
}

#[cfg(test)]
mod tests {
    use latchkey_proto::{
        events::{EventData, UserSignedUp},
        well_known::Timestamp,
    };

    use super::*;

    fn signed_up(display_name: &str, email: &str) -> FeedEvent {
        let subject = SignInSubject {
            user: "environments/dev/users/user_1".to_owned(),
            display_name: display_name.to_owned(),
            email: email.to_owned(),
            ..SignInSubject::default()
        };
        let context = SignInContext {
            connection: "environments/dev/connections/bitbucket".to_owned(),
            application: "environments/dev/applications/demo".to_owned(),
            ..SignInContext::default()
        };
        let event = UserSignedUp { subject: Some(subject), context: Some(context) };
        FeedEvent {
            r#type: "latchkey.user.signed_up.v1".to_owned(),
            time: Some(Timestamp { seconds: 45_296, nanos: 0 }),
            traceparent: "00-5b8aa5a2d2c872e8321cf37308d69df2-051581bf3cb55c13-01".to_owned(),
            data: Some(EventData { data: Some(Data::UserSignedUp(event)) }),
            ..FeedEvent::default()
        }
    }

    #[test]
    fn a_line_tells_when_what_who_and_the_trace() {
        assert_eq!(
            line(&signed_up("Alice Example", "alice@mail.example"), Palette::plain()),
            "12:34:56Z  user.signed_up      Alice Example <alice@mail.example>, bitbucket → demo  \
             trace 5b8aa5a2d2c872e8321cf37308d69df2"
        );
    }

    #[test]
    fn a_test_event_says_so() {
        let event = FeedEvent { test: true, ..signed_up("Alice", "") };
        let line = line(&event, Palette::plain());
        assert!(line.contains("  test user.signed_up  Alice"), "{line}");
    }

    #[test]
    fn somebody_without_name_and_address_is_told_by_their_id() {
        let line = line(&signed_up("", ""), Palette::plain());
        assert!(line.contains("  user_1, bitbucket → demo"), "{line}");
    }

    #[test]
    fn a_long_name_is_cut() {
        let line = line(&signed_up(&"é".repeat(300), ""), Palette::plain());
        assert!(line.contains(&format!("  {}…, bitbucket", "é".repeat(40))), "{line}");
    }

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        let line = line(&signed_up("Al\u{1b}[31mice\n", ""), Palette::plain());
        assert!(line.contains("Al[31mice,"), "{line}");
    }
}
