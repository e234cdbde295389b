//! What came, and what is yet to fail.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{Fault, Received};

#[derive(Debug, Default)]
pub(crate) struct Kept {
    mails: Mutex<Vec<Received>>,
    faults: Mutex<VecDeque<Fault>>,
    tries: AtomicUsize,
    connections: AtomicUsize,
}

impl Kept {
    pub(crate) fn mails(&self) -> Vec<Received> {
        self.mails.lock().unwrap().clone()
    }

    pub(crate) fn take(&self, mail: Received) {
        self.mails.lock().unwrap().push(mail);
    }

    pub(crate) fn fail_next(&self, fault: Fault) {
        self.faults.lock().unwrap().push_back(fault);
    }

    /// Somebody begins to hand a mail over: what it is to meet.
    pub(crate) fn begin(&self) -> Option<Fault> {
        self.tries.fetch_add(1, Ordering::Relaxed);
        self.faults.lock().unwrap().pop_front()
    }

    pub(crate) fn tries(&self) -> usize {
        self.tries.load(Ordering::Relaxed)
    }

    pub(crate) fn connect(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}
