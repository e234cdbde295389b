//! What the name server knows, and what it says.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

use hickory_proto::{
    op::Message,
    rr::{
        Name, RData, Record, RecordType,
        rdata::{CNAME, TXT},
    },
};

use crate::message::{TTL, empty, failed, garbage, nothing, recased};

/// How many aliases an answer holds at most: they may lead in a circle.
const MAX_ALIASES: usize = 8;

/// A string of a TXT record is a length in one octet and that many octets (RFC 1035, section 3.3.14).
const MAX_STRING: usize = 255;

/// What a name server that does not answer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Says that it cannot at the moment.
    ServFail,
    /// Says that it will not.
    Refused,
    /// Names other name servers, as one that looks nothing up for others.
    Referral,
    /// Says nothing.
    Silent,
    /// Says what is no answer.
    Garbage,
    /// Says that the answer has no room, by TCP as well.
    Truncated,
    /// By UDP, repeats the question in small letters: somebody who forges an answer, or is careless.
    Recased,
}

/// How a question came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Udp,
    Tcp,
}

/// The names.
#[derive(Debug, Default)]
pub(crate) struct Zone(Mutex<Names>);

#[derive(Debug, Default)]
struct Names {
    records: HashMap<Name, Vec<RData>>,
    failures: HashMap<Name, Failure>,
    asked: Vec<(Name, Transport)>,
}

impl Zone {
    pub(crate) fn set_texts(&self, name: &str, texts: &[impl AsRef<[u8]>]) {
        let texts = texts.iter().map(|text| RData::TXT(record(text.as_ref()))).collect();
        self.names().records.insert(absolute(name), texts);
    }

    pub(crate) fn set_alias(&self, name: &str, of: &str) {
        let alias = RData::CNAME(CNAME(absolute(of)));
        self.names().records.insert(absolute(name), vec![alias]);
    }

    pub(crate) fn remove(&self, name: &str) {
        self.names().records.remove(&absolute(name));
    }

    pub(crate) fn fail(&self, name: &str, failure: Failure) {
        self.names().failures.insert(absolute(name), failure);
    }

    pub(crate) fn mend(&self, name: &str) {
        self.names().failures.remove(&absolute(name));
    }

    pub(crate) fn asked(&self, name: &str, by: &[Transport]) -> usize {
        let name = absolute(name);
        let names = self.names();
        names.asked.iter().filter(|(asked, how)| *asked == name && by.contains(how)).count()
    }

    pub(crate) fn asked_in_all(&self) -> usize {
        self.names().asked.len()
    }

    /// What is said to this question, if anything.
    pub(crate) fn answer(&self, question: &[u8], by: Transport) -> Option<Vec<u8>> {
        let question = Message::from_vec(question).ok()?;
        let name = question.queries.first()?.name().clone();
        let mut names = self.names();
        names.asked.push((name.clone(), by));
        let answer = match names.failures.get(&name) {
            Some(Failure::Silent) => return None,
            Some(Failure::Garbage) => return Some(garbage(&question)),
            Some(Failure::Recased) if by == Transport::Udp => recased(&question),
            Some(Failure::Recased) | None => names.found(&question, &name),
            Some(failure) => failed(&question, &name, *failure),
        };
        let bytes = answer.to_vec().unwrap();
        let fits = by == Transport::Tcp || bytes.len() <= question.max_payload().into();
        Some(if fits { bytes } else { answer.truncate().to_vec().unwrap() })
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.0.lock().unwrap()
    }
}

impl Names {
    /// The name's texts. An alias is given together with what it leads to, where that is known here.
    fn found(&self, question: &Message, name: &Name) -> Message {
        let Some(mut records) = self.records.get(name) else {
            return nothing(question, name, false);
        };
        let (mut name, mut answer) = (name, empty(question));
        while let [alias @ RData::CNAME(CNAME(target))] = records.as_slice() {
            answer.add_answer(Record::from_rdata(name.clone(), TTL, alias.clone()));
            match self.records.get(target) {
                Some(next) if answer.answers.len() < MAX_ALIASES => {
                    (name, records) = (target, next);
                }
                _ => return answer,
            }
        }
        if records.is_empty() || question.queries[0].query_type() != RecordType::TXT {
            return nothing(question, name, true);
        }
        let texts = records.iter().cloned();
        answer.add_answers(texts.map(|text| Record::from_rdata(name.clone(), TTL, text)));
        answer
    }
}

/// An empty text is one empty string.
fn record(text: &[u8]) -> TXT {
    let strings = text.chunks(MAX_STRING).collect::<Vec<_>>();
    TXT::from_bytes(if strings.is_empty() { vec![text] } else { strings })
}

/// A name that nothing is put behind.
pub(crate) fn absolute(name: &str) -> Name {
    let mut name = Name::from_ascii(name).unwrap();
    name.set_fqdn(true);
    name
}
