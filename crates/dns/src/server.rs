//! Asks one name server.

use std::{net::SocketAddr, time::Duration};

use hickory_resolver::{
    TokioResolver,
    config::{NameServerConfig, ResolveHosts, ResolverConfig},
    net::{DnsError, NetError, NoRecords, runtime::TokioRuntimeProvider},
    proto::{
        op::ResponseCode,
        rr::{Name, RecordType},
    },
};

use crate::texts::texts;

/// When a name server is asked anew: one that is slow has found the answer by then, and one that
/// lost a packet gets another.
const TRY: Duration = Duration::from_secs(2);

/// How often it is asked anew. All tries take longer than a look may, so that the look's limit is
/// what ends them.
const MORE_TRIES: usize = 2;

/// The texts that this name server finds at a name.
pub(crate) async fn ask(server: SocketAddr, name: Name) -> Result<Vec<String>, NetError> {
    match resolver(server)?.lookup(name, RecordType::TXT).await {
        Ok(found) => Ok(texts(found.answers())),
        Err(NetError::Dns(DnsError::NoRecordsFound(none))) if is_certain(&none) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Whether the name server knows that nothing is there. An answer that names other servers and no
/// owner is a referral (RFC 2308, section 2.2): it was not looked up.
fn is_certain(none: &NoRecords) -> bool {
    match none.response_code {
        ResponseCode::NXDomain => true,
        ResponseCode::NoError => none.ns.is_none() || none.soa.is_some(),
        _ => false,
    }
}

/// Made anew for each look, so that nothing is kept of the one before: somebody who has just set a
/// record must not be told what was there a minute ago.
fn resolver(server: SocketAddr) -> Result<TokioResolver, NetError> {
    let mut asked = NameServerConfig::udp_and_tcp(server.ip());
    asked.connections.iter_mut().for_each(|connection| connection.port = server.port());
    // Neither a domain nor a search list: names are whole.
    let config = ResolverConfig::from_name_servers(vec![asked]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let options = builder.options_mut();
    options.timeout = TRY;
    options.attempts = MORE_TRIES;
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.preserve_intermediates = false;
    // Whoever forges an answer must guess the case of each letter besides: an answer proves whose a
    // domain is.
    options.case_randomization = true;
    builder.build()
}
