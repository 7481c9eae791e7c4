//! What a gate takes for a bundle, and what it refuses.

use super::*;

fn signed(bundle: GateBundle, signer: u8) -> Vec<u8> {
    let body = bundle.to_vec();
    let signature = sign(signer, Domain::Bundle, &bundle.network(), &body);
    SignedBundle::new(bundle, public(signer), signature).to_bytes()
}

#[test]
fn a_bundle_of_the_networks_node_is_taken() {
    let mut bundle = bundle();
    bundle.releases.push(release(DAY, handle(), &[1, 3, 5]));
    let bytes = signed(bundle.clone(), NODE);
    assert_eq!(
        SignedBundle::verified(&bytes, &parameters().id()).unwrap(),
        bundle
    );
}

#[test]
fn a_bundle_of_another_network_or_an_unknown_signer_is_refused() {
    let other = NetworkId::from_bytes([9; 32]);
    let bytes = signed(bundle(), NODE);
    assert_eq!(
        SignedBundle::verified(&bytes, &other),
        Err(BundleError::OtherNetwork)
    );
    let bytes = signed(bundle(), NODE + 1);
    assert_eq!(
        SignedBundle::verified(&bytes, &parameters().id()),
        Err(BundleError::UnknownSigner)
    );
    let mut forged = signed(bundle(), NODE + 1);
    forged[..32].copy_from_slice(public(NODE).as_bytes());
    assert_eq!(
        SignedBundle::verified(&forged, &parameters().id()),
        Err(BundleError::BadSignature)
    );
}

#[test]
fn a_bundle_that_names_its_own_signer_as_a_node_is_another_network() {
    let mut own = bundle();
    own.parameters.nodes.push(public(NODE + 1));
    let bytes = signed(own, NODE + 1);
    assert_eq!(
        SignedBundle::verified(&bytes, &parameters().id()),
        Err(BundleError::OtherNetwork)
    );
}

#[test]
fn every_altered_byte_of_a_bundle_is_refused() {
    let mut bundle = bundle();
    bundle.releases.push(release(DAY, handle(), &[1, 2, 3]));
    let bytes = signed(bundle, NODE);
    for i in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[i] ^= 4;
        assert!(
            SignedBundle::verified(&altered, &parameters().id()).is_err(),
            "byte {i}"
        );
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(SignedBundle::verified(&longer, &parameters().id()).is_err());
    assert!(SignedBundle::verified(&bytes[..bytes.len() - 1], &parameters().id()).is_err());
}

#[test]
fn a_release_needs_three_different_trustees_of_the_network() {
    let mut stranger = release(DAY, handle(), &[1, 2, 3]);
    stranger.signatures[2].signature = sign(
        9,
        Domain::Release,
        &parameters().id(),
        &stranger.values.to_vec(),
    );
    let mut other_values = release(DAY, handle(), &[1, 2, 3]);
    other_values.values.day = DAY.plus(1);
    for (i, bad) in [
        release(DAY, handle(), &[1, 2]),
        release(DAY, handle(), &[1, 1, 2]),
        release(DAY, handle(), &[2, 1, 3]),
        release(DAY, handle(), &[]),
        stranger,
        other_values,
    ]
    .into_iter()
    .enumerate()
    {
        let mut bundle = bundle();
        bundle.releases.push(bad);
        assert_eq!(
            SignedBundle::verified(&signed(bundle, NODE), &parameters().id()),
            Err(BundleError::BadRelease),
            "case {i}"
        );
    }
}

#[test]
fn epochs_out_of_order_and_an_end_before_the_beginning_are_no_bundle() {
    let mut unordered = bundle();
    unordered.epochs.swap(0, 1);
    let mut backwards = bundle();
    backwards.expires = Timestamp::new(backwards.issued.get() - 1);
    for bad in [unordered, backwards] {
        let refused = SignedBundle::verified(&signed(bad, NODE), &parameters().id());
        assert!(matches!(refused, Err(BundleError::Bytes(_))));
    }
}
