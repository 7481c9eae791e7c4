// What a pass's code says of itself: base45 (RFC 9285) after a prefix, then the bytes of clause 6.1.
const PREFIX = 'LY1:'
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
/** Version, mode, epoch, number and version of the policy go before. */
const RISK_AT = 10

function bytesOf(text) {
  const values = [...text.slice(PREFIX.length)].map((letter) => LETTERS.indexOf(letter))
  const bytes = []
  for (let at = 0; at + 2 < values.length; at += 3) {
    const pair = values[at] + values[at + 1] * 45 + values[at + 2] * 2025
    bytes.push(pair >> 8, pair & 0xff)
  }
  return Buffer.from(bytes)
}

/** The version of the risk list that it avoids. */
export function riskOf(text) {
  if (!text.startsWith(PREFIX)) throw new Error('no code of a pass')
  return bytesOf(text).readUInt32BE(RISK_AT)
}
