//! Certificates, made anew for each test.

use base64::{Engine, prelude::BASE64_STANDARD};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// A certificate with its key.
#[derive(Debug)]
pub struct Certificate {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

impl Certificate {
    /// A host's certificate that nobody but itself vouches for.
    pub fn self_signed(host: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = of_host(host).self_signed(&key).unwrap();
        Self { chain: vec![certificate.der().clone()], key: private(&key) }
    }
}

/// Somebody who vouches for hosts, and whom a test can trust.
#[derive(Debug)]
pub struct Root {
    issuer: Issuer<'static, KeyPair>,
    der: CertificateDer<'static>,
}

impl Root {
    /// A root that nobody knows yet.
    pub fn generate() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let der = params.self_signed(&key).unwrap().der().clone();
        Self { issuer: Issuer::new(params, key), der }
    }

    /// A host's certificate that the root vouches for.
    pub fn certificate_for(&self, host: &str) -> Certificate {
        let key = KeyPair::generate().unwrap();
        let certificate = of_host(host).signed_by(&key, &self.issuer).unwrap();
        Certificate { chain: vec![certificate.der().clone()], key: private(&key) }
    }

    /// The root as `SSL_CERT_FILE` holds it, for a process that is to trust it alone.
    pub fn pem(&self) -> String {
        let text = BASE64_STANDARD.encode(&self.der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    }
}

fn of_host(host: &str) -> CertificateParams {
    CertificateParams::new([host.to_owned()]).unwrap()
}

fn private(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivatePkcs8KeyDer::from(key.serialize_der()).into()
}
