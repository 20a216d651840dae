/**
 * Sealed boxes (libsodium's crypto_box_seal: X25519, XSalsa20-Poly1305): anybody can close one with the public key, only
 * the holder of the private one opens it.
 */
import sodium from 'sodium-native'

/** Both halves as base64 of 32 bytes. */
export interface BoxPair {
  public: string
  private: string
}

const KEY = /^[A-Za-z0-9+/]{43}=$/

/** A fresh pair. */
export function makeBoxPair(): BoxPair {
  const pk = Buffer.alloc(sodium.crypto_box_PUBLICKEYBYTES)
  const sk = sodium.sodium_malloc(sodium.crypto_box_SECRETKEYBYTES) as Buffer
  sodium.crypto_box_keypair(pk, sk)
  return { public: pk.toString('base64'), private: Buffer.from(sk).toString('base64') }
}

/** True for the base64 of 32 bytes. */
export function isBoxKey(value: unknown): value is string {
  return typeof value === 'string' && KEY.test(value)
}

/** True when the two halves belong together. */
export function isBoxPair(pair: BoxPair): boolean {
  if (!isBoxKey(pair.public) || !isBoxKey(pair.private)) return false
  const pk = Buffer.alloc(sodium.crypto_box_PUBLICKEYBYTES)
  sodium.crypto_scalarmult_base(pk, Buffer.from(pair.private, 'base64'))
  return pk.toString('base64') === pair.public
}

/** The text, closed; base64. Throws where the key is none. */
export function sealTo(key: string, text: string): string {
  if (!isBoxKey(key)) throw new Error('could not seal: what should be a public key is none')
  const message = Buffer.from(text, 'utf8')
  const sealed = Buffer.alloc(message.length + sodium.crypto_box_SEALBYTES)
  sodium.crypto_box_seal(sealed, message, Buffer.from(key, 'base64'))
  return sealed.toString('base64')
}

/** The text in a box; null where this pair does not open it, or it is no box. */
export function openSealed(pair: BoxPair, sealed: string): string | null {
  const box = Buffer.from(sealed, 'base64')
  if (box.length <= sodium.crypto_box_SEALBYTES) return null
  const text = Buffer.alloc(box.length - sodium.crypto_box_SEALBYTES)
  const [pk, sk] = [Buffer.from(pair.public, 'base64'), Buffer.from(pair.private, 'base64')]
  return sodium.crypto_box_seal_open(text, box, pk, sk) ? text.toString('utf8') : null
}
