//! From the digits of square codes to the JWS: each pair of digits is a character, counted from `-`.

use super::refusal::Refusal;

const PREFIX: &str = "shc:/";
/// The character that 00 stands for.
const FIRST: u8 = b'-';
/// That of 77, the last of base64url.
const LAST: u8 = b'z';
/// Characters of a JWS that fit into a code of version 22 alone.
const LONGEST_ALONE: usize = 1_195;
/// The same where the code says which part it is.
const LONGEST_PART: usize = 1_191;
/// More parts than anybody scans.
const MOST_PARTS: usize = 32;

/// The JWS of one code, or of all parts of one. Parts are no longer issued, but cards in them are still held.
pub fn jws_of_codes(codes: &[&str]) -> Result<String, Refusal> {
    match codes {
        [] => Err(Refusal::NotOurs),
        [code] if part(body(code)?)?.is_none() => characters(body(code)?, LONGEST_ALONE),
        parts => jws_of_parts(parts),
    }
}

fn body(code: &str) -> Result<&str, Refusal> {
    code.strip_prefix(PREFIX).ok_or(Refusal::NotOurs)
}

struct Part<'a> {
    number: usize,
    of: usize,
    digits: &'a str,
}

/// `number/of/digits`; `None` for digits alone.
fn part(body: &str) -> Result<Option<Part<'_>>, Refusal> {
    let mut fields = body.split('/');
    let number = |field: &str| match field.parse() {
        Ok(number) if field.bytes().all(|byte| byte.is_ascii_digit()) => Ok(number),
        _ => Err(Refusal::Part("they are no numbers")),
    };
    let all = (fields.next(), fields.next(), fields.next(), fields.next());
    let (Some(first), Some(of), Some(digits), None) = all else {
        return if all.1.is_none() {
            Ok(None)
        } else {
            Err(Refusal::Part("there are not two"))
        };
    };
    let (number, of) = (number(first)?, number(of)?);
    if number == 0 || number > of || of > MOST_PARTS {
        return Err(Refusal::Part("out of range"));
    }
    Ok(Some(Part { number, of, digits }))
}

fn jws_of_parts(codes: &[&str]) -> Result<String, Refusal> {
    let mut texts: Vec<Option<String>> = Vec::new();
    for code in codes {
        let part = part(body(code)?)?.ok_or(Refusal::Part("a code beside others has none"))?;
        if texts.is_empty() {
            texts = vec![None; part.of];
        }
        if texts.len() != part.of {
            return Err(Refusal::Part("they are parts of different codes"));
        }
        let text = characters(part.digits, LONGEST_PART)?;
        let place = texts.get_mut(part.number - 1);
        let place = place.ok_or(Refusal::Part("out of range"))?;
        if place.replace(text).is_some() {
            return Err(Refusal::Part("one stands twice"));
        }
    }
    let of = texts.len();
    let whole: Option<Vec<String>> = texts.into_iter().collect();
    Ok(whole.ok_or(Refusal::PartMissing(of))?.concat())
}

fn characters(digits: &str, longest: usize) -> Result<String, Refusal> {
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if !rest.is_empty() || pairs.is_empty() || pairs.len() > longest {
        return Err(Refusal::Numeric);
    }
    let pairs = pairs.iter().map(|[ten, one]| {
        if !ten.is_ascii_digit() || !one.is_ascii_digit() {
            return Err(Refusal::Numeric);
        }
        let character = FIRST + (ten - b'0') * 10 + (one - b'0');
        (character <= LAST)
            .then_some(char::from(character))
            .ok_or(Refusal::Numeric)
    });
    pairs.collect()
}
