/**
 * What may be published, checked before anything is signed. ssb-db2 checks too little itself: an empty `recps` goes
 * out in plain text, and a message over the size limit is signed and stored, and from then on every peer refuses
 * the feed.
 */
import { type FeedId, isFeedId } from '../protocol/ids'
import { MESSAGE_CHARS_MAX, RECIPIENTS_MAX } from '../protocol/limits'

export interface Outgoing {
  /** Plain data, free of the caller's later changes. Private content has its `recps`. */
  content: Record<string, unknown>
  /** Null for a public message. */
  recps: FeedId[] | null
}

/** private-box: nonce, one-time key, 49 bytes per recipient, tag of the body. */
const BOX_FIXED_BYTES = 24 + 32 + 16
const BOX_RECIPIENT_BYTES = 49
/** ssb-validate: a public message's type. */
const TYPE_CHARS_MIN = 3
const TYPE_CHARS_MAX = 52

function plainContent(content: object): Record<string, unknown> {
  let text: string | undefined
  try {
    text = JSON.stringify(content)
  } catch (error) {
    throw new Error(`refused: the content can't be written as JSON: ${(error as Error).message}`, {
      cause: error,
    })
  }
  const plain: unknown = text === undefined ? null : JSON.parse(text)
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain))
    throw new Error('refused: the content of a message must be an object')
  const type = (plain as Record<string, unknown>).type
  if (typeof type !== 'string' || type.length < TYPE_CHARS_MIN || type.length > TYPE_CHARS_MAX)
    throw new Error(
      `refused: the content's type must be text of ${TYPE_CHARS_MIN} to ${TYPE_CHARS_MAX} characters`,
    )
  return plain as Record<string, unknown>
}

/** Characters of the whole signed message, at most: the JSON that ssb-validate measures. */
function messageChars(self: FeedId, content: unknown): number {
  const whole = {
    previous: `%${'A'.repeat(43)}=.sha256`,
    sequence: Number.MAX_SAFE_INTEGER,
    author: self,
    timestamp: 1_234_567_890_123.12,
    hash: 'sha256',
    content,
    signature: `${'A'.repeat(86)}==.sig.ed25519`,
  }
  return JSON.stringify(whole, null, 2).length
}

function boxedChars(plaintext: string, recipients: number): number {
  const bytes = BOX_FIXED_BYTES + BOX_RECIPIENT_BYTES * recipients + Buffer.byteLength(plaintext, 'utf8')
  return Math.ceil(bytes / 3) * 4 + '.box'.length
}

function refuseOversize(chars: number, content: object): void {
  if (chars <= MESSAGE_CHARS_MAX) return
  const bytes = Buffer.byteLength(JSON.stringify(content), 'utf8')
  throw new Error(
    `refused: the message would have ${chars} characters and SSB allows ${MESSAGE_CHARS_MAX} ` +
      `(its content is ${bytes} bytes of JSON). Make it shorter, or split it.`,
  )
}

/** A private message to `recps`. Throws a `refused:` sentence where it must not go out. */
export function privateOutgoing(self: FeedId, content: object, recps: FeedId[]): Outgoing {
  if (!Array.isArray(recps) || recps.length === 0)
    throw new Error('refused: a private message without recipients would go out in plain text')
  const readers = [...new Set(recps)]
  for (const reader of readers)
    if (!isFeedId(reader))
      throw new Error(
        `refused: ${JSON.stringify(reader)?.slice(0, 60)} is not a feed id, so it can't be sent to`,
      )
  if (!readers.includes(self))
    throw new Error(
      'refused: a private message must name its own author among the recipients, who could not read it else',
    )
  if (readers.length > RECIPIENTS_MAX)
    throw new Error(
      `refused: a private message goes to at most ${RECIPIENTS_MAX} readers, its author included, not ${readers.length}`,
    )
  const plain = { ...plainContent(content), recps: readers }
  const placeholder = 'A'.repeat(boxedChars(JSON.stringify(plain), readers.length))
  refuseOversize(messageChars(self, placeholder), plain)
  return { content: plain, recps: readers }
}

/** A public message. Throws a `refused:` sentence where it must not go out. */
export function publicOutgoing(self: FeedId, content: object): Outgoing {
  const plain = plainContent(content)
  // Somebody meant this to be private; better no message than a public one.
  if ('recps' in plain) throw new Error('refused: a public message must not name recipients')
  refuseOversize(messageChars(self, plain), plain)
  return { content: plain, recps: null }
}
