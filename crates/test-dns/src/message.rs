//! What answers are made of.

use hickory_proto::{
    op::{Message, OpCode, ResponseCode},
    rr::{
        Name, RData, Record,
        rdata::{NS, SOA},
    },
};

use crate::zone::{Failure, absolute};

/// How long others may keep a record: long, so that a test sees whoever keeps one.
pub(crate) const TTL: u32 = 3600;

/// The answer of a name server that does not look the name up.
pub(crate) fn failed(question: &Message, name: &Name, failure: Failure) -> Message {
    let mut answer = empty(question);
    match failure {
        Failure::ServFail => answer.metadata.response_code = ResponseCode::ServFail,
        Failure::Refused => answer.metadata.response_code = ResponseCode::Refused,
        Failure::Referral => {
            let other = RData::NS(NS(absolute("ns.elsewhere.test")));
            answer.add_authority(Record::from_rdata(name.base_name(), TTL, other));
        }
        Failure::Truncated => answer.metadata.truncation = true,
        Failure::Silent | Failure::Garbage | Failure::Recased => {
            unreachable!("not a failed answer")
        }
    }
    answer
}

/// No answer, but with the number of one, so that it is taken for an answer.
pub(crate) fn garbage(question: &Message) -> Vec<u8> {
    [&question.id.to_be_bytes()[..], &[0xff; 9]].concat()
}

/// That the name is not there.
pub(crate) fn recased(question: &Message) -> Message {
    let mut answer = empty(question);
    answer.metadata.response_code = ResponseCode::NXDomain;
    for query in &mut answer.queries {
        query.set_name(query.name().to_lowercase());
    }
    answer
}

/// An answer to the question, without records.
pub(crate) fn empty(question: &Message) -> Message {
    let mut answer = Message::response(question.id, OpCode::Query);
    answer.metadata.recursion_desired = question.recursion_desired;
    answer.metadata.recursion_available = true;
    answer.add_queries(question.queries.iter().cloned());
    answer
}

/// That the name has no texts, or that it is not there at all.
pub(crate) fn nothing(question: &Message, name: &Name, is_there: bool) -> Message {
    let mut answer = empty(question);
    if !is_there {
        answer.metadata.response_code = ResponseCode::NXDomain;
    }
    // It says how long others may keep that nothing is there (RFC 2308).
    let (server, person) = (absolute("ns.acme.test"), absolute("dns.acme.test"));
    let [refresh, retry, expire] = [3600; 3];
    let owner = RData::SOA(SOA::new(server, person, 1, refresh, retry, expire, TTL));
    answer.add_authority(Record::from_rdata(name.base_name(), TTL, owner));
    answer
}
