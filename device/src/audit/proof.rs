//! Proofs about the log and about batches, verified here against a checkpoint that a node of the network signed.

use std::collections::BTreeMap;

use luyin_ledger::log::checkpoint::SignedCheckpoint;
use luyin_ledger::log::merkle::{
    EntryIndex, Frontier, LogHash, TreeHead, verify_consistency, verify_inclusion,
};
use luyin_ledger::log::proof_file::ProofFile;
use luyin_ledger::log::records::root_of;
use luyin_protocol::codec::Canonical;
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::tx::{AuditBatch, Entry, Tx};
use serde::Serialize;

use super::AuditError;
use super::answers::{OneRecord, Record, one_record};
use super::signed::signed_checkpoint;
use crate::client::{NodeClient, Transport};

/// What was proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proved {
    /// Entries of the log under the checkpoint.
    pub size: u64,
    /// Its root, 64 hex digits.
    pub root: String,
    /// Names of the checkpoint's signers.
    pub signers: Vec<String>,
    /// Names of the witnesses that cosigned it.
    pub witnesses: Vec<String>,
    /// Hashes of the proof.
    pub hashes: usize,
}

fn hash(h: &Sha256Hash) -> LogHash {
    LogHash::new(*h.as_bytes())
}

/// The node's newest checkpoint, verified.
fn checkpoint<T: Transport>(node: &NodeClient<T>) -> Result<SignedCheckpoint, AuditError> {
    signed_checkpoint(&node.checkpoint()?, &node.parameters()?)
}

fn proved(signed: &SignedCheckpoint, hashes: usize) -> Proved {
    let head = signed.checkpoint().head();
    Proved {
        size: head.size(),
        root: hex::encode(head.root().as_bytes()),
        signers: signed
            .signers()
            .iter()
            .map(|key| key.name().to_owned())
            .collect(),
        witnesses: signed
            .cosignatures()
            .iter()
            .map(|cosignature| cosignature.witness.clone())
            .collect(),
        hashes,
    }
}

/// That an entry, with the bytes the node gives, is in the log.
pub fn inclusion<T: Transport>(node: &NodeClient<T>, entry: u64) -> Result<Proved, AuditError> {
    let signed = checkpoint(node)?;
    let bytes = node.entry(entry)?.bytes.0.to_vec();
    let hashes = prove_entry(node, &signed, entry, &bytes)?;
    Ok(proved(&signed, hashes))
}

/// The same as a file that verifies offline (clause 8.18); the entry's bytes travel in it as extra data.
pub fn travelling<T: Transport>(
    node: &NodeClient<T>,
    entry: u64,
) -> Result<(Proved, ProofFile), AuditError> {
    let signed = checkpoint(node)?;
    let bytes = node.entry(entry)?.bytes.0.to_vec();
    let size = signed.checkpoint().size();
    let file = ProofFile {
        extra: Some(bytes),
        index: EntryIndex::new(entry),
        hashes: node.inclusion(entry, size)?.iter().map(hash).collect(),
        note: signed.note().to_vec(),
    };
    let (proved, _) = travelled(&file, &node.parameters()?)?;
    Ok((proved, file))
}

/// Verifies a file of [`travelling`] with nothing but the network's founding data; the entry that it proves.
pub fn travelled(
    file: &ProofFile,
    parameters: &NetworkParameters,
) -> Result<(Proved, Entry), AuditError> {
    let bytes = file.extra.as_deref();
    let bytes = bytes.ok_or(AuditError::DoesNotHold("the file holds no entry"))?;
    let signed = signed_checkpoint(&file.note, parameters)?;
    file.verify(bytes, signed.checkpoint().head())
        .map_err(|_| AuditError::DoesNotHold("an entry is not in the log"))?;
    Ok((
        proved(&signed, file.hashes.len()),
        Entry::from_slice(bytes)?,
    ))
}

fn prove_entry<T: Transport>(
    node: &NodeClient<T>,
    signed: &SignedCheckpoint,
    entry: u64,
    bytes: &[u8],
) -> Result<usize, AuditError> {
    let head = signed.checkpoint().head();
    let proof: Vec<LogHash> = node
        .inclusion(entry, head.size())?
        .iter()
        .map(hash)
        .collect();
    verify_inclusion(head, EntryIndex::new(entry), LogHash::leaf(bytes), &proof)
        .map_err(|_| AuditError::DoesNotHold("an entry is not in the log"))?;
    Ok(proof.len())
}

/// That the log begins with an earlier one. Without the earlier root, it is worked out of all the entries.
pub fn consistency<T: Transport>(
    node: &NodeClient<T>,
    size: u64,
    root: Option<&str>,
) -> Result<Proved, AuditError> {
    let signed = checkpoint(node)?;
    let head = signed.checkpoint().head();
    let earlier = match root {
        Some(text) => {
            let root: Sha256Hash = text
                .parse()
                .map_err(|_| AuditError::Argument(text.to_owned(), "root of 64 hex digits"))?;
            hash(&root)
        }
        None => {
            let mut frontier = Frontier::default();
            for entry in 0..size {
                frontier.push(LogHash::leaf(&node.entry(entry)?.bytes.0.to_vec()));
            }
            frontier.head().root()
        }
    };
    let proof: Vec<LogHash> = node
        .consistency(size, head.size())?
        .iter()
        .map(hash)
        .collect();
    verify_consistency(&TreeHead::new(size, earlier), head, &proof)
        .map_err(|_| AuditError::DoesNotHold("the log does not begin with the earlier one"))?;
    Ok(proved(&signed, proof.len()))
}

/// Verifies a record's place under its anchor, and the anchor's in the log.
pub fn anchored<T: Transport>(node: &NodeClient<T>, one: &OneRecord) -> Result<Proved, AuditError> {
    let signed = checkpoint(node)?;
    let anchor = anchor(node, &signed, one)?;
    check_place(one, &anchor)?;
    Ok(proved(&signed, one.inclusion.len()))
}

/// The anchor of a record's batch, proved to be in the log. The ledger took it only with the gate's signature.
fn anchor<T: Transport>(
    node: &NodeClient<T>,
    signed: &SignedCheckpoint,
    one: &OneRecord,
) -> Result<AuditBatch, AuditError> {
    let entry = node.entry(one.anchor)?.bytes.0;
    prove_entry(node, signed, one.anchor, &entry.to_vec())?;
    let (gate, batch, _) = parts(&one.record.name)?;
    match entry {
        Entry::Tx(tx) => match *tx {
            Tx::AuditBatch(found) if found.gate.to_string() == gate && found.batch == batch => {
                Ok(found)
            }
            _ => Err(AuditError::DoesNotHold("the anchor is of another batch")),
        },
        _ => Err(AuditError::DoesNotHold("the anchor is no transaction")),
    }
}

pub(super) fn check_place(one: &OneRecord, anchor: &AuditBatch) -> Result<(), AuditError> {
    let (_, _, index) = parts(&one.record.name)?;
    let bad = AuditError::DoesNotHold("a record is not in its anchored batch");
    if anchor.root != one.root || anchor.records != one.records {
        return Err(bad);
    }
    let head = TreeHead::new(anchor.records.into(), hash(&anchor.root));
    let leaf = LogHash::leaf(&one.record.bytes.0.to_vec());
    let proof: Vec<LogHash> = one.inclusion.iter().map(hash).collect();
    verify_inclusion(&head, EntryIndex::new(index.into()), leaf, &proof).map_err(|_| bad)
}

pub(super) fn parts(name: &str) -> Result<(String, u32, u32), AuditError> {
    let bad = || AuditError::DoesNotHold("a record's name");
    let mut parts = name.split('/');
    let (Some(gate), Some(batch), Some(index), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(bad());
    };
    let number = |text: &str| text.parse::<u32>().map_err(|_| bad());
    Ok((gate.to_owned(), number(batch)?, number(index)?))
}

/// Checks every batch of a span against its anchor in the log: whole batches by their root, the ones the span cuts record by
/// record. Says how many batches.
pub fn check_batches<T: Transport>(
    node: &NodeClient<T>,
    records: &[Record],
) -> Result<usize, AuditError> {
    let signed = checkpoint(node)?;
    let mut batches: BTreeMap<(String, u32), Vec<&Record>> = BTreeMap::new();
    for record in records {
        let (gate, batch, _) = parts(&record.name)?;
        batches.entry((gate, batch)).or_default().push(record);
    }
    for listed in batches.values() {
        let Some(first) = listed.first() else {
            continue;
        };
        let one = one_record(node, &first.name)?;
        let anchor = anchor(node, &signed, &one)?;
        if u32::try_from(listed.len()).is_ok_and(|n| n == anchor.records) {
            let own: Vec<_> = listed.iter().map(|r| r.bytes.0.clone()).collect();
            if root_of(&own) != anchor.root {
                return Err(AuditError::DoesNotHold("a batch is not the anchored one"));
            }
        } else {
            for record in listed {
                let one = one_record(node, &record.name)?;
                if one.record.bytes != record.bytes {
                    return Err(AuditError::DoesNotHold(
                        "a record changes between two answers",
                    ));
                }
                check_place(&one, &anchor)?;
            }
        }
    }
    Ok(batches.len())
}
