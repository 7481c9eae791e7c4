use ark_bn254::Fr;

macro_rules! tags {
    ($($(#[$doc:meta])* $name:ident = $value:literal / $arity:literal;)*) => {
        /// What a hash is for. The table is closed: a new use takes a new number (protocol clause 2.3).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Tag { $($(#[$doc])* $name),* }

        impl Tag {
            /// Every tag, in the order of the table.
            pub const ALL: &'static [Tag] = &[$(Tag::$name),*];

            /// The number that stands in `state[0]`.
            #[must_use]
            pub const fn number(self) -> u64 { match self { $(Tag::$name => $value),* } }

            /// How many field elements are hashed under this tag.
            #[must_use]
            pub const fn arity(self) -> usize { match self { $(Tag::$name => $arity),* } }
        }
    };
}

tags! {
    /// `owner = H(sk)`
    Owner = 1 / 1;
    /// `cm = H(owner, rh, state, tail)`
    Note = 2 / 4;
    /// `tail = H(itinerary digest, rho, r)`
    NoteTail = 3 / 3;
    /// `itinerary digest = H(itin0, itin1, itin2)`
    Itinerary = 4 / 3;
    /// an inner node of every Poseidon tree, over its four children
    Tree = 5 / 4;
    /// the empty leaf, `H(0)`
    EmptyLeaf = 6 / 1;
    /// `nf = H(sk, rho)`
    Nullifier = 7 / 2;
    /// `nym = H(sk, scope)`
    Nym = 8 / 2;
    /// `rh_day = H(rh, day)`
    RevDay = 9 / 2;
    /// `rh_slot = H(rh, slot)`; a tag of its own, so that no slot's value is some later day's
    RevSlot = 10 / 2;
    /// `rtag = H(rh_day, scope)`; `ctag = H(rh_slot, CHECKIN)`
    RevTag = 11 / 2;
    /// `disclosure = H(pseudonym, day status, slot, salt)`
    Disclosure = 12 / 4;
    /// `mask commitment = H(mask, salt)`
    Mask = 13 / 2;
    /// `c_i = H(i, s_i, salt_i)`
    Share = 14 / 3;
    /// `attestation leaf = H(type, issuer, body)`
    Attestation = 15 / 3;
    /// `body = H(binding, body0, body1, nonce)`
    AttestationBody = 16 / 4;
    /// `rho_0 = H(sk)`, the first note's
    FirstRho = 17 / 1;
    /// `r = H(sk, rho)`, the blinding of the note that carries `rho`
    NoteBlinding = 18 / 2;
}

impl Tag {
    /// The field element that stands in `state[0]`.
    #[must_use]
    pub fn value(self) -> Fr {
        Fr::from(self.number())
    }
}
