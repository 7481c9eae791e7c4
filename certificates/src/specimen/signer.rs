//! The X.509 certificate of a specimen's signer. Its own signature is a filling: who makes a trust list checks it, nobody here does.

use x509_cert::certificate::{TbsCertificate, Version};
use x509_cert::der::asn1::{BitString, GeneralizedTime, ObjectIdentifier, OctetString};
use x509_cert::der::{Any, DateTime, Encode};
use x509_cert::ext::Extension;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};

use super::SpecimenFault;
use crate::hc1::Kind;

/// A point on P-256, by its coordinates.
pub type Point = ([u8; 32], [u8; 32]);

const NAME: &str = "CN=Specimen,C=XX";
const EC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");

/// The DER of a certificate for the key, for these kinds, or for all if none is named.
pub fn certificate(point: &Point, kinds: &[Kind]) -> Result<Vec<u8>, SpecimenFault> {
    made(point, kinds).map_err(|_| SpecimenFault("no certificate"))
}

fn made(point: &Point, kinds: &[Kind]) -> x509_cert::der::Result<Vec<u8>> {
    let name: Name = NAME.parse()?;
    let signature = AlgorithmIdentifierOwned {
        oid: ECDSA_SHA256,
        parameters: None,
    };
    let (x, y) = point;
    let certificate = x509_cert::Certificate {
        tbs_certificate: TbsCertificate {
            version: Version::V3,
            serial_number: SerialNumber::new(&[1])?,
            signature: signature.clone(),
            issuer: name.clone(),
            validity: Validity {
                not_before: year(2021)?,
                not_after: year(2031)?,
            },
            subject: name,
            subject_public_key_info: SubjectPublicKeyInfoOwned {
                algorithm: AlgorithmIdentifierOwned {
                    oid: EC_KEY,
                    parameters: Some(Any::encode_from(&P256)?),
                },
                subject_public_key: BitString::from_bytes(&[&[4][..], x, y].concat())?,
            },
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: usage(kinds)?.map(|usage| vec![usage]),
        },
        signature_algorithm: signature,
        signature: BitString::from_bytes(&[0; 8])?,
    };
    certificate.to_der()
}

fn year(year: u16) -> x509_cert::der::Result<Time> {
    let start = DateTime::new(year, 1, 1, 0, 0, 0)?;
    Ok(Time::GeneralTime(GeneralizedTime::from_date_time(start)))
}

fn usage(kinds: &[Kind]) -> x509_cert::der::Result<Option<Extension>> {
    if kinds.is_empty() {
        return Ok(None);
    }
    let of = |kind: &Kind| match kind {
        Kind::Test => ObjectIdentifier::new("1.3.6.1.4.1.1847.2021.1.1"),
        Kind::Vaccination => ObjectIdentifier::new("1.3.6.1.4.1.1847.2021.1.2"),
        Kind::Recovery => ObjectIdentifier::new("1.3.6.1.4.1.1847.2021.1.3"),
    };
    let uses: Result<Vec<ObjectIdentifier>, _> = kinds.iter().map(of).collect();
    Ok(Some(Extension {
        extn_id: EXTENDED_KEY_USAGE,
        critical: false,
        extn_value: OctetString::new(uses?.to_der()?)?,
    }))
}

#[cfg(test)]
mod tests {
    use crate::hc1::{KeyId, Kind, TrustList};
    use crate::specimen::SpecimenIssuer;

    #[test]
    fn a_specimen_stands_on_a_trust_list_for_its_kinds_alone() {
        let issuer = SpecimenIssuer::new().unwrap();
        let der = issuer.certificate(&[Kind::Vaccination]).unwrap();
        let mut trust = TrustList::new();
        let key = trust.add_certificate(&der).unwrap();
        assert_eq!(key, KeyId::of_certificate(&der));
        let signer = crate::hc1::Signer::from_certificate(&der).unwrap();
        assert_eq!(signer.key(), &issuer.key().unwrap());
        assert!(signer.may_sign(Kind::Vaccination) && !signer.may_sign(Kind::Test));
        let any = issuer.certificate(&[]).unwrap();
        let any = crate::hc1::Signer::from_certificate(&any).unwrap();
        assert!(Kind::ALL.into_iter().all(|kind| any.may_sign(kind)));
    }
}
