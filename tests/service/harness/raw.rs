//! Calls by path and bytes, so that a method is tried whatever its messages are.

use bytes::{Buf, BufMut};
use prost::Message;
use tonic::{
    Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

use super::TestApp;

/// Passes bytes on as they are.
#[derive(Debug, Clone, Copy)]
struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining()).to_vec()))
    }
}

impl TestApp {
    /// Calls a method with bytes, and with an `authorization` header if there is one.
    pub(crate) async fn raw(
        &self,
        path: &str,
        authorization: Option<&str>,
        body: Vec<u8>,
    ) -> Result<Vec<u8>, Status> {
        let metadata: Vec<_> =
            authorization.map(|value| ("authorization", value)).into_iter().collect();
        self.raw_with(path, &metadata, body).await
    }

    /// Calls a method with bytes, and with this metadata.
    pub(crate) async fn raw_with(
        &self,
        path: &str,
        metadata: &[(&'static str, &str)],
        body: Vec<u8>,
    ) -> Result<Vec<u8>, Status> {
        let mut request = Request::new(body);
        for (name, value) in metadata {
            request.metadata_mut().insert(*name, value.parse().unwrap());
        }
        let mut client = Grpc::new(self.channel.clone());
        client.ready().await.unwrap();
        let path = path.parse().unwrap();
        // Also of an unary call the first answer is all that is asked for; a stream that has begun
        // was let in.
        if is_stream(&path) {
            return client.server_streaming(request, path, Bytes).await.map(|_| Vec::new());
        }
        client.unary(request, path, Bytes).await.map(tonic::Response::into_inner)
    }
}

fn is_stream(path: &tonic::codegen::http::uri::PathAndQuery) -> bool {
    methods().iter().any(|method| method.path == path.as_str() && method.streams)
}

/// A method of the contract.
#[derive(Debug, Clone)]
pub(crate) struct Method {
    /// `/latchkey.v1.{service}/{method}`.
    pub(crate) path: String,
    /// `.latchkey.v1.{message}`.
    pub(crate) request: String,
    pub(crate) streams: bool,
}

/// The contract, described.
pub(crate) fn contract() -> prost_types::FileDescriptorSet {
    prost_types::FileDescriptorSet::decode(latchkey_proto::FILE_DESCRIPTOR_SET).unwrap()
}

/// Every method of the contract.
pub(crate) fn methods() -> Vec<Method> {
    let mut methods = Vec::new();
    for file in contract().file {
        for service in &file.service {
            let prefix = format!("/{}.{}/", file.package(), service.name());
            methods.extend(service.method.iter().map(|method| Method {
                path: format!("{prefix}{}", method.name()),
                request: method.input_type().to_owned(),
                streams: method.server_streaming(),
            }));
        }
    }
    methods
}
