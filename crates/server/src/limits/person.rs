//! Where a person is, as the gateway tells.

use std::net::{IpAddr, Ipv6Addr};

use latchkey_domain::{access::Principal, caller::Caller, id::EnvironmentId};
use tonic::{Request, Status};

use crate::status;

/// By which a gateway says where the person is whom a call is for.
pub(super) const CLIENT_ADDRESS: &str = "latchkey-client-address";

/// Who is counted as one: an address, or the /64 that a household or a single machine has of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Network(IpAddr);

impl Network {
    pub(super) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.into()),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
        }
    }
}

/// Whom a call is for: where they are, and in which environment. Nobody knows if no gateway told.
#[derive(Debug, Clone)]
pub(crate) struct Person(pub(super) Option<(EnvironmentId, Network)>);

impl Person {
    /// Reads what a gateway told. Nobody else is believed: an application would tell of others.
    pub(crate) fn of<T>(request: &Request<T>, caller: &Caller) -> Result<Self, Status> {
        let Principal::Gateway(environment) = &caller.principal else { return Ok(Self(None)) };
        let mut values = request.metadata().get_all(CLIENT_ADDRESS).iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        let read = value.to_str().ok().filter(|_| values.next().is_none());
        let address = read.and_then(|text| text.parse().ok());
        let address: IpAddr =
            address.ok_or_else(|| status::malformed(CLIENT_ADDRESS, "must be one IP address"))?;
        Ok(Self(Some((environment.clone(), Network::of(address)))))
    }
}

#[cfg(test)]
mod tests {
    use latchkey_domain::caller::Origin;

    use super::*;

    fn gateway() -> Caller {
        let principal = Principal::Gateway("dev".parse().unwrap());
        Caller { principal, key: None, origin: Origin::default() }
    }

    fn told(caller: &Caller, values: &[&str]) -> Result<Person, Status> {
        let mut request = Request::new(());
        for value in values {
            request.metadata_mut().append(CLIENT_ADDRESS, value.parse().unwrap());
        }
        Person::of(&request, caller)
    }

    #[test]
    fn an_address_of_ipv6_counts_with_its_neighbours_and_a_mapped_one_as_ipv4() {
        let network = |text: &str| Network::of(text.parse().unwrap());
        for (one, other, same) in [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ] {
            assert_eq!(network(one) == network(other), same, "{one} {other}");
        }
    }

    #[test]
    fn a_gateway_tells_one_address_or_none() {
        assert!(told(&gateway(), &[]).unwrap().0.is_none());
        assert!(told(&gateway(), &["192.0.2.1"]).unwrap().0.is_some());
        assert!(told(&gateway(), &["2001:db8::1"]).unwrap().0.is_some());
        for wrong in [
            &[""][..],
            &["somewhere"],
            &["192.0.2.1:80"],
            &["192.0.2.0/24"],
            &["192.0.2.1", "192.0.2.1"],
            &["192.0.2.1, 192.0.2.2"],
        ] {
            let refused = told(&gateway(), wrong).unwrap_err();
            assert_eq!(refused.code(), tonic::Code::InvalidArgument, "{wrong:?}");
            assert!(refused.message().contains(CLIENT_ADDRESS), "{wrong:?}");
        }
    }

    #[test]
    fn nobody_but_a_gateway_is_believed() {
        let environment = || "dev".parse().unwrap();
        for principal in [
            Principal::Operator,
            Principal::Environment(environment()),
            Principal::Application(environment(), "notes".parse().unwrap()),
            Principal::Consumer(environment()),
        ] {
            let caller = Caller { principal, ..gateway() };
            assert!(told(&caller, &["192.0.2.1"]).unwrap().0.is_none());
        }
    }
}
