/**
 * Boxes that only this node opens (libsodium's crypto_secretbox: XSalsa20-Poly1305), with a key made from the node's own
 * secret under a label, so that each use has a key of its own and none has to be stored.
 */
import { createHash, createHmac } from 'node:crypto'
import sodium from 'sodium-native'

export interface SecretBox {
  /** The text, closed; base64 of nonce and box. Never twice the same. */
  seal(text: string): string
  /** The text of a box; null where it is not one of this key. */
  open(sealed: string): string | null
  /** A keyed hash, 32 hex digits: the same for the same text, and tells nothing about it. */
  hash(text: string): string
}

/** The box for one use; `keys` are the node's (ssb-keys form). */
export function createSecretBox(keys: { private: string }, label: string): SecretBox {
  const derive = (use: string): Buffer =>
    createHash('sha256').update(`buttcloud ${label} ${use} 1\n`).update(keys.private).digest()
  const key = derive('box')
  const hashKey = derive('hash')
  const nonceBytes: number = sodium.crypto_secretbox_NONCEBYTES
  const macBytes: number = sodium.crypto_secretbox_MACBYTES
  return {
    seal(text) {
      const message = Buffer.from(text, 'utf8')
      const nonce = Buffer.alloc(nonceBytes)
      sodium.randombytes_buf(nonce)
      const box = Buffer.alloc(message.length + macBytes)
      sodium.crypto_secretbox_easy(box, message, nonce, key)
      return Buffer.concat([nonce, box]).toString('base64')
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64')
      if (bytes.length < nonceBytes + macBytes) return null
      const box = bytes.subarray(nonceBytes)
      const text = Buffer.alloc(box.length - macBytes)
      return sodium.crypto_secretbox_open_easy(text, box, bytes.subarray(0, nonceBytes), key)
        ? text.toString('utf8')
        : null
    },
    hash: (text) => createHmac('sha256', hashKey).update(text).digest('hex').slice(0, 32),
  }
}
