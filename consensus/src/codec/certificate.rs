//! Certificates: what more than two thirds, or more than one third, signed (clause 12.7).

use super::{Wire, get_many, put_many};
use crate::context::Consortium;
use crate::validators::MAX_VALIDATORS;
use crate::{round, vote};
use luyin_protocol::codec::{DecodeError, Reader, Writer};
use malachitebft_core_types::{
    CommitCertificate, CommitSignature, ExtendedCommitCertificate, ExtendedCommitSignature,
    PolkaCertificate, PolkaSignature, RoundCertificate, RoundCertificateType, RoundSignature,
};

impl Wire for CommitCertificate<Consortium> {
    fn put(&self, w: &mut Writer) {
        w.value(&self.height);
        round::put(w, self.round);
        w.value(&self.value_id);
        put_many(w, &self.commit_signatures, |w, s| {
            w.value(&s.address).value(&s.signature);
        });
    }

    fn get(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            height: r.value()?,
            round: round::get(r)?,
            value_id: r.value()?,
            commit_signatures: get_many(r, MAX_VALIDATORS, "the signatures", |r| {
                Ok(CommitSignature::new(r.value()?, r.value()?))
            })?,
        })
    }
}

/// On the wire it is a plain certificate, since there are no vote extensions.
impl Wire for ExtendedCommitCertificate<Consortium> {
    fn put(&self, w: &mut Writer) {
        self.trim_vote_extensions().put(w);
    }

    fn get(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        CommitCertificate::get(r).map(|plain| extended(&plain))
    }
}

/// A certificate as the engine's synchronisation wants it, in the same order.
pub fn extended(plain: &CommitCertificate<Consortium>) -> ExtendedCommitCertificate<Consortium> {
    ExtendedCommitCertificate {
        height: plain.height,
        round: plain.round,
        value_id: plain.value_id,
        commit_signatures: plain
            .commit_signatures
            .iter()
            .map(|s| ExtendedCommitSignature::new(s.address, s.signature, None))
            .collect(),
    }
}

impl Wire for PolkaCertificate<Consortium> {
    fn put(&self, w: &mut Writer) {
        w.value(&self.height);
        round::put(w, self.round);
        w.value(&self.value_id);
        put_many(w, &self.polka_signatures, |w, s| {
            w.value(&s.address).value(&s.signature);
        });
    }

    fn get(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            height: r.value()?,
            round: round::get(r)?,
            value_id: r.value()?,
            polka_signatures: get_many(r, MAX_VALIDATORS, "the signatures", |r| {
                Ok(PolkaSignature::new(r.value()?, r.value()?))
            })?,
        })
    }
}

impl Wire for RoundCertificate<Consortium> {
    fn put(&self, w: &mut Writer) {
        w.value(&self.height);
        round::put(w, self.round);
        w.u8(match self.cert_type {
            RoundCertificateType::Precommit => 0,
            RoundCertificateType::Skip => 1,
        });
        put_many(w, &self.round_signatures, |w, s| {
            vote::put_kind(w, s.vote_type);
            vote::put_choice(w, &s.value_id);
            w.value(&s.address).value(&s.signature);
        });
    }

    fn get(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            height: r.value()?,
            round: round::get(r)?,
            cert_type: match r.u8("the certificate's kind")? {
                0 => RoundCertificateType::Precommit,
                1 => RoundCertificateType::Skip,
                _ => return Err(DecodeError::Invalid("the certificate's kind")),
            },
            round_signatures: get_many(r, MAX_VALIDATORS, "the signatures", |r| {
                Ok(RoundSignature::new(
                    vote::get_kind(r)?,
                    vote::get_choice(r)?,
                    r.value()?,
                    r.value()?,
                ))
            })?,
        })
    }
}
