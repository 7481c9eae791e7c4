//! A validator's key in a PKCS #11 token (OASIS PKCS #11 v3.0, mechanism `CKM_EDDSA`): it never leaves it, and nobody who copies
//! a node's disk has it.

use super::{SignerError, VoteSigner};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use luyin_protocol::signature::{PublicKey, Signature};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Where a key is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPlace {
    /// The token's own library, for instance `/usr/lib/softhsm/libsofthsm2.so`.
    pub module: PathBuf,
    /// The token's label.
    pub token: String,
    /// The label of both halves of the key.
    pub key: String,
}

/// The key of a token, with a session that is opened again when it was lost.
pub struct TokenSigner {
    place: TokenPlace,
    pin: AuthPin,
    public: PublicKey,
    open: Mutex<Option<Open>>,
}

struct Open {
    session: Session,
    key: ObjectHandle,
}

impl std::fmt::Debug for TokenSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenSigner({}, {:?})", self.public, self.place)
    }
}

impl TokenSigner {
    /// Opens the token and finds its key. A PIN that is wrong is tried once: tokens lock themselves after a few.
    ///
    /// # Errors
    /// [`SignerError`]: no such library, token or key; a key that stands there twice, or is none of Ed25519; a wrong PIN.
    pub fn open(place: TokenPlace, pin: String) -> Result<Self, SignerError> {
        let pin = AuthPin::from(pin);
        let (open, public) = enter(&place, &pin)?;
        Ok(Self {
            place,
            pin,
            public,
            open: Mutex::new(Some(open)),
        })
    }

    fn enter_again(&self) -> Result<Open, SignerError> {
        let (open, public) = enter(&self.place, &self.pin)?;
        match public == self.public {
            true => Ok(open),
            false => Err(refused("the token has another key than it had")),
        }
    }
}

impl VoteSigner for TokenSigner {
    fn public(&self) -> PublicKey {
        self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        let mut place = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // A session ends with the token's power, and with whoever else ends it.
        let bytes = match place.take().map(|open| (signed(&open, message), open)) {
            Some((Ok(bytes), open)) => {
                *place = Some(open);
                bytes
            }
            Some((Err(_), _)) | None => {
                let open = self.enter_again()?;
                let bytes = signed(&open, message).map_err(|error| refused(&error))?;
                *place = Some(open);
                bytes
            }
        };
        let bytes = <[u8; 64]>::try_from(bytes.as_slice());
        let signature = bytes.map(Signature::from_bytes);
        let signature = signature.map_err(|_| refused("a signature of another length"))?;
        // What a broken token gives must not become a vote.
        self.public
            .verify_raw(message, &signature)
            .map_err(|_| refused("a signature that does not verify"))?;
        Ok(signature)
    }
}

fn signed(open: &Open, message: &[u8]) -> Result<Vec<u8>, Error> {
    let pure = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure));
    open.session.sign(&pure, open.key, message)
}

fn enter(place: &TokenPlace, pin: &AuthPin) -> Result<(Open, PublicKey), SignerError> {
    let library = Pkcs11::new(&place.module).map_err(|error| refused(&error))?;
    match library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(error) => return Err(refused(&error)),
    }
    let slots = library.get_slots_with_initialized_token();
    let slots = slots.map_err(|error| refused(&error))?;
    let named = |slot: &_| {
        let info = library.get_token_info(*slot);
        info.is_ok_and(|info| info.label() == place.token)
    };
    let slot = slots.into_iter().find(named);
    let slot = slot.ok_or_else(|| refused(&format!("there is no token {:?}", place.token)))?;
    let session = library.open_ro_session(slot);
    let session = session.map_err(|error| refused(&error))?;
    match session.login(UserType::User, Some(pin)) {
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
        Err(error) => return Err(refused(&error)),
    }
    let half = |class| -> Result<ObjectHandle, SignerError> {
        let wanted = [
            Attribute::Class(class),
            Attribute::KeyType(KeyType::EC_EDWARDS),
            Attribute::Label(place.key.clone().into_bytes()),
        ];
        let found = session.find_objects(&wanted);
        match found.map_err(|error| refused(&error))?.as_slice() {
            [one] => Ok(*one),
            other => Err(refused(&format!(
                "the token has {} Edwards keys {:?}, not one",
                other.len(),
                place.key
            ))),
        }
    };
    let (key, shown) = (
        half(ObjectClass::PRIVATE_KEY)?,
        half(ObjectClass::PUBLIC_KEY)?,
    );
    let attributes = session.get_attributes(shown, &[AttributeType::EcPoint]);
    let public = match attributes.map_err(|error| refused(&error))?.as_slice() {
        [Attribute::EcPoint(point)] => public_key(point),
        _ => None,
    };
    let public = public.ok_or_else(|| refused("the key is none of Ed25519"))?;
    Ok((Open { session, key }, public))
}

/// The point is a DER octet string by the standard, and bare with some tokens.
fn public_key(point: &[u8]) -> Option<PublicKey> {
    let bytes = match point {
        [0x04, 0x20, rest @ ..] if rest.len() == 32 => rest,
        bare => bare,
    };
    PublicKey::checked(bytes.try_into().ok()?).ok()
}

fn refused(why: &(impl std::fmt::Display + ?Sized)) -> SignerError {
    SignerError(why.to_string())
}

#[cfg(test)]
mod tests;
