use super::*;
use crate::signer::tests::key;
use crate::{Address, Height, Value, ValueId};
use bytes::Bytes;
use luyin_protocol::signature::Signature;
use malachitebft_app_channel::app;
use malachitebft_core_types::{
    CommitSignature, NilOrVal, PolkaSignature, Round, RoundCertificateType, RoundSignature,
    Validity, VoteType,
};
use malachitebft_sync::{ValueRequest, ValueResponse};
use proptest::prelude::*;

use app::streaming::{StreamContent, StreamId};
use app::types::PeerId;
use app::types::sync::RawDecidedValue;

fn address() -> impl Strategy<Value = Address> {
    (0..16u8).prop_map(|n| Address::of(key(n).public()))
}

fn signature() -> impl Strategy<Value = Signature> {
    any::<[u8; 32]>()
        .prop_map(|half| Signature::from_bytes([half, half].concat().try_into().unwrap()))
}

fn id() -> impl Strategy<Value = ValueId> {
    any::<[u8; 32]>().prop_map(ValueId::from_bytes)
}

fn choice() -> impl Strategy<Value = NilOrVal<ValueId>> {
    prop::option::of(id()).prop_map(|id| id.map_or(NilOrVal::Nil, NilOrVal::Val))
}

fn kind() -> impl Strategy<Value = VoteType> {
    prop_oneof![Just(VoteType::Prevote), Just(VoteType::Precommit)]
}

fn round() -> impl Strategy<Value = Round> {
    (0..=crate::MAX_ROUND).prop_map(Round::new)
}

fn any_round() -> impl Strategy<Value = Round> {
    prop_oneof![Just(Round::Nil), round()]
}

fn height() -> impl Strategy<Value = Height> {
    any::<u64>().prop_map(Height::new)
}

fn vote() -> impl Strategy<Value = SignedMessage<Consortium, Vote>> {
    (kind(), height(), round(), choice(), address(), signature()).prop_map(
        |(kind, height, round, value, validator, signature)| {
            let vote = Vote {
                kind,
                height,
                round,
                value,
                validator,
            };
            SignedMessage::new(vote, signature)
        },
    )
}

fn proposal() -> impl Strategy<Value = SignedMessage<Consortium, Proposal>> {
    (height(), round(), id(), any_round(), address(), signature()).prop_map(
        |(height, round, id, valid_round, validator, signature)| {
            let value = Value::new(id);
            let proposal = Proposal {
                height,
                round,
                value,
                valid_round,
                validator,
            };
            SignedMessage::new(proposal, signature)
        },
    )
}

fn part() -> impl Strategy<Value = Part> {
    let bytes = prop::collection::vec(any::<u8>(), 1..64).prop_map(Bytes::from);
    (
        (height(), round(), address(), id(), signature()),
        1..=crate::MAX_PARTS,
        bytes,
    )
        .prop_map(
            |((height, round, proposer, value, seal), total, bytes)| Part {
                height,
                round,
                proposer,
                value,
                seal,
                index: total - 1,
                total,
                bytes,
            },
        )
}

fn commit() -> impl Strategy<Value = CommitCertificate<Consortium>> {
    let signed = (address(), signature()).prop_map(|(a, s)| CommitSignature::new(a, s));
    (
        height(),
        round(),
        id(),
        prop::collection::vec(signed, 0..=16),
    )
        .prop_map(
            |(height, round, value_id, commit_signatures)| CommitCertificate {
                height,
                round,
                value_id,
                commit_signatures,
            },
        )
}

fn polka() -> impl Strategy<Value = PolkaCertificate<Consortium>> {
    let signed = (address(), signature()).prop_map(|(a, s)| PolkaSignature::new(a, s));
    (
        height(),
        round(),
        id(),
        prop::collection::vec(signed, 0..=16),
    )
        .prop_map(
            |(height, round, value_id, polka_signatures)| PolkaCertificate {
                height,
                round,
                value_id,
                polka_signatures,
            },
        )
}

fn round_certificate() -> impl Strategy<Value = RoundCertificate<Consortium>> {
    let signed = (kind(), choice(), address(), signature())
        .prop_map(|(k, c, a, s)| RoundSignature::new(k, c, a, s));
    let cert_type = prop_oneof![
        Just(RoundCertificateType::Skip),
        Just(RoundCertificateType::Precommit)
    ];
    (
        height(),
        round(),
        cert_type,
        prop::collection::vec(signed, 0..=16),
    )
        .prop_map(
            |(height, round, cert_type, round_signatures)| RoundCertificate {
                height,
                round,
                cert_type,
                round_signatures,
            },
        )
}

fn proof() -> impl Strategy<Value = ValidatorProof<Consortium>> {
    (
        prop::collection::vec(any::<u8>(), 0..=32),
        prop::collection::vec(any::<u8>(), 0..=64),
        signature(),
    )
        .prop_map(|(key, peer, signature)| ValidatorProof::new(key, peer, signature))
}

fn liveness() -> impl Strategy<Value = message::Liveness> {
    prop_oneof![
        vote().prop_map(message::Liveness::Vote),
        polka().prop_map(message::Liveness::PolkaCertificate),
        round_certificate().prop_map(message::Liveness::SkipRoundCertificate),
    ]
}

fn stream() -> impl Strategy<Value = message::Stream> {
    let content = prop_oneof![
        part().prop_map(StreamContent::Data),
        Just(StreamContent::Fin)
    ];
    (
        prop::collection::vec(any::<u8>(), 0..=64),
        any::<u64>(),
        content,
    )
        .prop_map(|(id, sequence, content)| {
            message::Stream::new(StreamId::new(id.into()), sequence, content)
        })
}

fn proposed() -> impl Strategy<Value = message::Proposed> {
    (
        height(),
        round(),
        any_round(),
        address(),
        id(),
        any::<bool>(),
    )
        .prop_map(
            |(height, round, valid_round, proposer, id, valid)| message::Proposed {
                height,
                round,
                valid_round,
                proposer,
                value: Value::new(id),
                validity: Validity::from_bool(valid),
            },
        )
}

fn status() -> impl Strategy<Value = sync::Status> {
    (any::<[u8; 32]>(), height(), height()).prop_map(|(hash, tip_height, history_min_height)| {
        let peer = [&[0x12, 0x20], hash.as_slice()].concat();
        sync::Status {
            peer_id: PeerId::from_bytes(&peer).unwrap(),
            tip_height,
            history_min_height,
        }
    })
}

fn request() -> impl Strategy<Value = sync::Request> {
    (0..u64::MAX / 2, 0..MAX_SYNC_HEIGHTS).prop_map(|(start, more)| {
        let range = Height::new(start)..=Height::new(start + more);
        sync::Request::ValueRequest(ValueRequest::new(range))
    })
}

fn response() -> impl Strategy<Value = sync::Response> {
    let value = (commit(), prop::collection::vec(any::<u8>(), 0..64))
        .prop_map(|(c, body)| RawDecidedValue::new(body.into(), extended(&c)));
    (height(), prop::collection::vec(value, 0..3)).prop_map(|(start, values)| {
        sync::Response::ValueResponse(ValueResponse::new(start, values))
    })
}

/// Encoding and decoding gives the same, and nothing shorter or longer is taken.
fn exact<T: Wire + PartialEq + std::fmt::Debug>(message: &T) {
    let mut bytes = encode(message);
    assert_eq!(decode::<T>(&bytes).as_ref(), Ok(message));
    for cut in 0..bytes.len() {
        assert!(decode::<T>(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    bytes.push(0);
    assert!(decode::<T>(&bytes).is_err(), "a byte follows");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_message_has_one_encoding_and_no_prefix_of_it_passes(
        vote in vote(), proposal in proposal(), part in part(), commit in commit(), polka in polka(),
        round in round_certificate(), proof in proof(), liveness in liveness(), stream in stream(),
        proposed in proposed(), status in status(), request in request(), response in response(),
    ) {
        exact(&vote);
        exact(&message::SignedConsensus::Vote(vote));
        exact(&proposal);
        exact(&message::SignedConsensus::Proposal(proposal));
        exact(&part);
        exact(&commit);
        exact(&polka);
        exact(&round);
        exact(&proof);
        exact(&liveness);
        exact(&stream);
        exact(&proposed);
        exact(&status);
        exact(&request);
        exact(&response);
    }

    #[test]
    fn no_bytes_make_a_decoder_panic_or_give_other_bytes_back(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        for kind in Kind::PLAIN.into_iter().chain(Kind::OF_ENGINE) {
            if let Ok(again) = decode_any(kind, &bytes) {
                prop_assert_eq!(&again, &bytes);
            }
        }
    }

    /// One byte changed: refused, or another message whose bytes these are.
    #[test]
    fn a_changed_byte_never_decodes_to_something_with_other_bytes(
        response in response(), liveness in liveness(), at in any::<prop::sample::Index>(), flip in 1..=255u8,
    ) {
        for (kind, mut bytes) in [(Kind::Response, encode(&response)), (Kind::Liveness, encode(&liveness))] {
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            if let Ok(again) = decode_any(kind, &bytes) {
                prop_assert_eq!(&again, &bytes);
            }
        }
    }
}

fn refused(kind: Kind, bytes: &[u8]) {
    assert!(decode_any(kind, bytes).is_err());
}

#[test]
fn counts_beyond_their_limits_are_refused_before_anything_is_made_of_them() {
    let mut w = Writer::default();
    w.u64(1).u16(u16::MAX);
    refused(Kind::Response, &w.finish());
    let mut w = Writer::default();
    w.u64(1).u32(0).raw(&[0; 32]).u16(17);
    refused(Kind::Commit, &w.finish());
    let mut w = Writer::default();
    w.u64(1).u64(1 + MAX_SYNC_HEIGHTS);
    refused(Kind::Request, &w.finish());
    let mut w = Writer::default();
    w.u64(5).u64(4);
    refused(Kind::Request, &w.finish());
}

#[test]
fn a_round_that_would_overflow_a_counter_is_refused() {
    for round in [crate::MAX_ROUND + 1, u32::MAX - 1, u32::MAX] {
        let mut w = Writer::default();
        w.u8(1).u64(1).u32(round).u8(0).raw(&[1; 32]).raw(&[0; 64]);
        refused(Kind::Vote, &w.finish());
    }
}

#[test]
fn pieces_that_do_not_fit_each_other_are_refused() {
    let part = Part {
        height: Height::new(1),
        round: Round::new(0),
        proposer: Address::of(key(0).public()),
        value: ValueId::of(b""),
        seal: Signature::from_bytes([7; 64]),
        index: 0,
        total: 1,
        bytes: Bytes::new(),
    };
    exact(&part);
    let short = Bytes::from_static(b"short");
    for wrong in [
        Part {
            total: 0,
            ..part.clone()
        },
        Part {
            index: 1,
            ..part.clone()
        },
        Part {
            total: 2,
            ..part.clone()
        },
        Part {
            total: 2,
            bytes: short.clone(),
            ..part.clone()
        },
        Part {
            index: 1,
            total: 2,
            ..part.clone()
        },
        Part {
            index: 256,
            total: 257,
            bytes: short,
            ..part.clone()
        },
        Part {
            bytes: vec![0; crate::PART_SIZE + 1].into(),
            ..part
        },
    ] {
        refused(Kind::Part, &encode(&wrong));
    }
}
