//! Questions in, answers out (RFC 1035, section 4.2).

use std::{io, sync::Arc};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    task::JoinSet,
};

use crate::zone::{Transport, Zone};

/// A packet for each message.
pub(crate) async fn udp(socket: UdpSocket, zone: Arc<Zone>) {
    let mut packet = vec![0; usize::from(u16::MAX)];
    loop {
        let (length, from) = socket.recv_from(&mut packet).await.unwrap();
        if let Some(answer) = zone.answer(&packet[..length], Transport::Udp) {
            socket.send_to(&answer, from).await.unwrap();
        }
    }
}

/// A connection for any number of messages, each after its length. They end with the task.
pub(crate) async fn tcp(listener: TcpListener, zone: Arc<Zone>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        connections.spawn(connection(stream, zone.clone()));
    }
}

/// Ends as the other side does.
async fn connection(mut stream: TcpStream, zone: Arc<Zone>) -> io::Result<()> {
    loop {
        let mut question = vec![0; stream.read_u16().await?.into()];
        stream.read_exact(&mut question).await?;
        if let Some(answer) = zone.answer(&question, Transport::Tcp) {
            stream.write_u16(u16::try_from(answer.len()).unwrap()).await?;
            stream.write_all(&answer).await?;
        }
    }
}
