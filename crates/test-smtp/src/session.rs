//! A conversation (RFC 5321, section 4.1), for as long as the other side likes.

use std::{future::pending, io, sync::Arc};

use base64::{Engine, prelude::BASE64_STANDARD};
use latchkey_test_tls::{TlsAcceptor, acceptor};
use tokio::net::TcpStream;

use crate::{Fault, Received, Settings, kept::Kept, lines::Lines};

#[derive(Clone)]
pub(crate) struct Session {
    starttls: Option<TlsAcceptor>,
    implicit: Option<TlsAcceptor>,
    /// What an AUTH PLAIN says (RFC 4616).
    sign_in: Option<String>,
    ascii_only: bool,
    kept: Arc<Kept>,
    state: State,
}

#[derive(Clone, Default)]
struct State {
    under_tls: bool,
    signed_in: bool,
    from: String,
    to: String,
    fault: Option<Fault>,
}

/// What comes after an answer.
enum Next {
    Go,
    Upgrade,
    End,
}

impl Session {
    pub(crate) fn new(settings: Settings, kept: Arc<Kept>) -> Self {
        let plain = |(user, password)| BASE64_STANDARD.encode(format!("\0{user}\0{password}"));
        Self {
            starttls: settings.starttls.map(acceptor),
            implicit: settings.implicit_tls.map(acceptor),
            sign_in: settings.sign_in.map(plain),
            ascii_only: settings.ascii_only,
            kept,
            state: State::default(),
        }
    }

    /// Ends as the other side does, or as a fault wants it.
    pub(crate) async fn run(mut self, stream: TcpStream) {
        self.kept.connect();
        // An answer is not to wait for the one before it to be acknowledged.
        stream.set_nodelay(true).unwrap();
        self.state.under_tls = self.implicit.is_some();
        let Ok(mut lines) = Lines::new(stream, self.implicit.as_ref()).await else { return };
        if lines.say("220 mail.test ESMTP").await.is_err() {
            return;
        }
        loop {
            match self.answer(&mut lines).await {
                Ok(Next::Go) => {}
                Ok(Next::Upgrade) => {
                    let tls = self.starttls.as_ref().unwrap();
                    let Ok(upgraded) = lines.upgraded(tls).await else { return };
                    lines = upgraded;
                    self.state = State { under_tls: true, ..State::default() };
                }
                Ok(Next::End) | Err(_) => return,
            }
        }
    }

    async fn answer(&mut self, lines: &mut Lines) -> io::Result<Next> {
        let line = String::from_utf8(lines.read().await?).unwrap();
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => self.greet(lines).await?,
            "STARTTLS" if self.starttls.is_some() => {
                lines.say("220 go ahead").await?;
                return Ok(Next::Upgrade);
            }
            "AUTH" => {
                let expected = self.sign_in.as_ref().map(|it| format!("PLAIN {it}"));
                self.state.signed_in = expected.as_deref() == Some(rest);
                let answer = if self.state.signed_in { "235 welcome" } else { "535 who are you" };
                lines.say(answer).await?;
            }
            "MAIL" => self.begin(lines, rest).await?,
            "RCPT" => return self.recipient(lines, rest).await,
            "DATA" => return self.mail(lines).await,
            "QUIT" => {
                lines.say("221 bye").await?;
                return Ok(Next::End);
            }
            "NOOP" | "RSET" => lines.say("250 fine").await?,
            _ => lines.say("502 what").await?,
        }
        Ok(Next::Go)
    }

    async fn greet(&self, lines: &mut Lines) -> io::Result<()> {
        if self.starttls.is_some() && !self.state.under_tls {
            lines.say("250-STARTTLS").await?;
        }
        if self.sign_in.is_some() {
            lines.say("250-AUTH PLAIN").await?;
        }
        if !self.ascii_only {
            lines.say("250-SMTPUTF8").await?;
        }
        lines.say("250 8BITMIME").await
    }

    async fn begin(&mut self, lines: &mut Lines, rest: &str) -> io::Result<()> {
        let lacks_tls = self.starttls.is_some() && !self.state.under_tls;
        let is_nobody = self.sign_in.is_some() && !self.state.signed_in;
        if lacks_tls || is_nobody {
            return lines.say("530 not like this").await;
        }
        self.state.fault = self.kept.begin();
        self.state.from = address(rest);
        lines.say("250 fine").await
    }

    async fn recipient(&mut self, lines: &mut Lines, rest: &str) -> io::Result<Next> {
        self.state.to = address(rest);
        match self.state.fault {
            Some(Fault::Recipient(code)) => {
                lines.say(&format!("{code} not for <{}>", self.state.to)).await?;
            }
            Some(Fault::CutBefore) => return Ok(Next::End),
            Some(Fault::Hang) => pending().await,
            _ => lines.say("250 fine").await?,
        }
        Ok(Next::Go)
    }

    async fn mail(&mut self, lines: &mut Lines) -> io::Result<Next> {
        lines.say("354 go on").await?;
        let raw = lines.read_mail().await?;
        if let Some(Fault::Mail(code)) = self.state.fault {
            lines.say(&format!("{code} not this, <{}>", self.state.to)).await?;
            return Ok(Next::Go);
        }
        let State { from, to, under_tls, .. } = self.state.clone();
        self.kept.take(Received { from, to, raw, under_tls });
        match self.state.fault {
            Some(Fault::CutAfter) => return Ok(Next::End),
            Some(Fault::HangAfter) => pending().await,
            _ => lines.say("250 taken").await?,
        }
        Ok(Next::Go)
    }
}

/// What stands between the angle brackets of `FROM:<…>` or `TO:<…>`.
fn address(rest: &str) -> String {
    let (_, address) = rest.split_once('<').unwrap();
    address.split_once('>').unwrap().0.to_owned()
}
