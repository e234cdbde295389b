//! Lines in, lines out, in plain text or under TLS.

use std::{io, pin::Pin};

use latchkey_test_tls::TlsAcceptor;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// Either kind of connection.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send {}

impl<T: AsyncRead + AsyncWrite + Send> Stream for T {}

/// A connection that is read line by line.
pub(crate) struct Lines {
    stream: BufReader<Pin<Box<dyn Stream>>>,
}

impl Lines {
    pub(crate) async fn new(stream: TcpStream, tls: Option<&TlsAcceptor>) -> io::Result<Self> {
        let stream: Pin<Box<dyn Stream>> = match tls {
            None => Box::pin(stream),
            Some(tls) => Box::pin(tls.accept(stream).await?),
        };
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// The same connection, under TLS from here on.
    pub(crate) async fn upgraded(self, tls: &TlsAcceptor) -> io::Result<Self> {
        let stream: Pin<Box<dyn Stream>> = Box::pin(tls.accept(self.stream.into_inner()).await?);
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// The next line, without its end.
    pub(crate) async fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        if self.stream.read_until(b'\n', &mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let end = line.iter().rposition(|byte| !b"\r\n".contains(byte)).map_or(0, |at| at + 1);
        line.truncate(end);
        Ok(line)
    }

    /// The lines up to the dot that stands alone (RFC 5321, section 4.5.2).
    pub(crate) async fn read_mail(&mut self) -> io::Result<Vec<u8>> {
        let mut mail = Vec::new();
        loop {
            let line = self.read().await?;
            if line == b"." {
                return Ok(mail);
            }
            mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            mail.extend_from_slice(b"\r\n");
        }
    }

    /// An answer of one line.
    pub(crate) async fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }
}
