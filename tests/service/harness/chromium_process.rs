//! `ChromeDriver` on a port of its own, which ends with the test and takes its Chromium along.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use super::variable::variable;

/// How long a driver may take to end its browsers: a second or two, and more on a busy machine.
const TIME_TO_END: Duration = Duration::from_secs(10);

/// A running driver.
#[derive(Debug)]
pub(super) struct Driver {
    process: Child,
    port: u16,
    /// Held, because what it says later must not fail.
    _said: BufReader<ChildStdout>,
}

impl Driver {
    /// Starts a driver, which picks its port itself.
    pub(super) fn start() -> Self {
        let program = variable("LATCHKEY_TEST_CHROMEDRIVER");
        let mut command = Command::new(&program);
        // No `--log-level`: the quieter ones keep the port to themselves.
        command.arg("--port=0");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap_or_else(|error| panic!("{program}: {error}"));
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let port = said.by_ref().lines().map_while(Result::ok).find_map(|line| port_in(&line));
        let port = port.unwrap_or_else(|| panic!("{program} does not say where it listens"));
        Self { process, port, _said: said }
    }

    /// Where it is spoken to.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Asks the driver to end its browsers, which live on if it is just killed, and then itself.
    fn shut_down(&mut self) -> std::io::Result<()> {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port))?;
        connection.write_all(b"GET /shutdown HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
        let deadline = Instant::now() + TIME_TO_END;
        while self.process.try_wait()?.is_none() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _asked = self.shut_down();
        let _killed = self.process.kill();
        let _ended = self.process.wait();
    }
}

/// "`ChromeDriver` was started successfully on port 12345."
fn port_in(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("started successfully on port ")?;
    port.trim_end_matches('.').parse().ok()
}
