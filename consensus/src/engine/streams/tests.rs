use super::*;
use crate::Address;
use crate::engine::tests::network::{NETWORK, validators};
use crate::signer::tests::{key, signer};

const MAX: usize = 4 * PART_SIZE;

fn peer(n: u8) -> PeerId {
    let multihash = [&[0x12, 0x20], [n; 32].as_slice()].concat();
    PeerId::from_bytes(&multihash).unwrap()
}

fn body(n: u8, length: usize) -> Vec<u8> {
    vec![n; length]
}

/// A body in pieces, sealed by key `sealer` in the name of key `proposer`.
fn sealed(height: u64, round: u32, proposer: u8, sealer: u8, body: &[u8]) -> Vec<Part> {
    let (height, round, value) = (Height::new(height), Round::new(round), ValueId::of(body));
    let seal = signer(sealer, NETWORK)
        .1
        .seal(height, round, value)
        .unwrap();
    let pieces: Vec<_> = match body.is_empty() {
        true => vec![body],
        false => body.chunks(PART_SIZE).collect(),
    };
    let total = pieces.len() as u32;
    pieces
        .iter()
        .zip(0..)
        .map(|(piece, index)| Part {
            height,
            round,
            proposer: Address::of(key(proposer).public()),
            value,
            seal,
            index,
            total,
            bytes: Bytes::copy_from_slice(piece),
        })
        .collect()
}

/// Of four validators number 1 proposes in round 0 of height 1, number 2 in round 1 and in round 0 of height 2.
fn honest(height: u64, round: u32, body: &[u8]) -> Vec<Part> {
    let proposer = ((height + u64::from(round)) % 4) as u8;
    sealed(height, round, proposer, proposer, body)
}

struct Scene {
    streams: Streams,
    validators: Validators,
    height: u64,
}

impl Scene {
    fn new() -> Self {
        Self {
            streams: Streams::new(MAX, Verifier::new(NETWORK)),
            validators: validators(4),
            height: 1,
        }
    }

    fn take(&mut self, from: u8, part: Part) -> Result<Option<Arrived>, Dropped> {
        let now = Now {
            height: Height::new(self.height),
            round: 0,
            validators: &self.validators,
        };
        self.streams.accept(peer(from), None, part, now)
    }

    fn begin(&mut self, height: u64) -> Vec<Arrived> {
        self.height = height;
        self.streams.begin(Now {
            height: Height::new(height),
            round: 0,
            validators: &self.validators,
        })
    }
}

#[test]
fn a_body_is_whole_with_its_last_piece_in_any_order() {
    let mut scene = Scene::new();
    let body = body(7, 3 * PART_SIZE - 5);
    let parts = honest(1, 0, &body);
    assert_eq!(scene.take(0, parts[2].clone()), Ok(None));
    assert_eq!(scene.take(0, parts[0].clone()), Ok(None));
    assert_eq!(scene.take(0, parts[0].clone()), Ok(None), "once more");
    let arrived = scene.take(0, parts[1].clone()).unwrap().unwrap();
    assert!(arrived.body == body);
    let empty = honest(1, 1, b"").remove(0);
    assert_eq!(scene.take(0, empty).unwrap().unwrap().body, b"");
}

#[test]
fn nobody_but_the_proposer_can_seal_a_body() {
    let mut scene = Scene::new();
    for part in [
        sealed(1, 0, 1, 3, b"in the proposer's name").remove(0),
        Part {
            round: Round::new(4),
            ..honest(1, 0, b"for another round").remove(0)
        },
    ] {
        assert_eq!(scene.take(3, part), Err(Dropped::Unsealed));
    }
    let out_of_turn = sealed(1, 0, 3, 3, b"sealed by itself").remove(0);
    assert_eq!(scene.take(3, out_of_turn), Err(Dropped::NotProposer));
}

#[test]
fn pieces_of_other_heights_and_far_rounds_are_stale() {
    let mut scene = Scene::new();
    scene.begin(5);
    for (height, round) in [(4, 0), (7, 0), (5, 9), (6, 9)] {
        let part = honest(height, round, b"x").remove(0);
        assert_eq!(scene.take(0, part), Err(Dropped::Stale), "{height}/{round}");
    }
}

#[test]
fn made_up_pieces_of_a_sealed_body_do_not_spoil_the_true_ones() {
    let mut scene = Scene::new();
    let body = body(7, 2 * PART_SIZE);
    let parts = honest(1, 0, &body);
    let forged = Part {
        bytes: vec![9; PART_SIZE].into(),
        ..parts[0].clone()
    };
    assert_eq!(scene.take(3, forged), Ok(None));
    assert_eq!(scene.take(0, parts[0].clone()), Ok(None));
    assert_eq!(scene.take(3, parts[1].clone()), Err(Dropped::Inconsistent));
    assert!(scene.take(0, parts[1].clone()).unwrap().is_some());
}

#[test]
fn pieces_that_contradict_each_other_are_dropped() {
    let mut scene = Scene::new();
    let parts = honest(1, 0, &body(7, 2 * PART_SIZE));
    scene.take(0, parts[0].clone()).unwrap();
    let other = Part {
        bytes: vec![8; PART_SIZE].into(),
        ..parts[0].clone()
    };
    assert_eq!(scene.take(0, other), Err(Dropped::Inconsistent));
    let more = Part {
        total: 3,
        ..parts[1].clone()
    };
    assert_eq!(scene.take(0, more), Err(Dropped::Inconsistent));
}

#[test]
fn a_body_that_comes_early_waits_for_its_height() {
    let mut scene = Scene::new();
    assert_eq!(scene.take(0, honest(2, 0, b"early").remove(0)), Ok(None));
    let other_turn = sealed(2, 0, 3, 3, b"not its turn").remove(0);
    assert_eq!(scene.take(0, other_turn), Ok(None), "it is not known yet");
    let arrived = scene.begin(2);
    assert_eq!(arrived.len(), 1);
    assert_eq!(arrived[0].body, b"early");
    assert!(scene.begin(3).is_empty());
    assert_eq!(scene.streams.held().len(), 0, "nothing is left");
}

#[test]
fn one_neighbour_cannot_take_more_than_its_measure() {
    let mut scene = Scene::new();
    let mut refused = 0;
    for n in 0..20u8 {
        // Each unfinished: the last piece is kept back.
        for part in honest(1, 0, &body(n, MAX)).drain(..3) {
            refused += usize::from(scene.take(3, part) == Err(Dropped::TooLarge));
        }
    }
    assert!(refused > 0);
    assert!(scene.streams.held()[&peer(3)] <= PER_NEIGHBOUR * MAX);
    let honest = honest(1, 0, &body(99, MAX));
    let arrived = honest
        .into_iter()
        .filter_map(|part| scene.take(0, part).unwrap());
    assert_eq!(arrived.count(), 1, "another neighbour is not touched");
}

#[test]
fn many_neighbours_together_cannot_take_more_than_all_may() {
    let mut scene = Scene::new();
    for from in 10..30u8 {
        for n in 0..2u8 {
            for part in honest(1, 0, &body(from * 2 + n, MAX)).drain(..3) {
                // Some are refused, whoever takes most loses all: the sum is what counts.
                let _ = scene.take(from, part);
            }
        }
    }
    assert!(scene.streams.held().values().sum::<usize>() <= ALTOGETHER * MAX);
    let honest = honest(1, 0, &body(99, MAX));
    let arrived = honest
        .into_iter()
        .filter_map(|part| scene.take(0, part).unwrap());
    assert_eq!(arrived.count(), 1);
}

#[test]
fn a_body_longer_than_any_may_be_is_refused_by_its_number_of_pieces() {
    let mut scene = Scene::new();
    let part = honest(1, 0, &body(1, MAX + 1)).remove(0);
    assert_eq!(scene.take(0, part), Err(Dropped::TooLarge));
}
