/**
 * Updates of a zone as they go over the line: RFC 1035 4 (form), RFC 2136 (updates), RFC 8945 (signatures). Names are never
 * compressed by us. Kept small and ours: no kept package writes updates, let alone signs them.
 */
import { LABEL_CHARS_MAX } from '../protocol/limits-dns'

export const TYPES = { A: 1, CNAME: 5, SOA: 6, TXT: 16, AAAA: 28, TSIG: 250, ANY: 255 } as const
export const CLASSES = { IN: 1, NONE: 254, ANY: 255 } as const
const UPDATE = 5

export interface Resource {
  name: string
  type: number
  class: number
  ttl: number
  data: Uint8Array
}

export const RCODES: Readonly<Record<number, string>> = {
  0: 'NOERROR',
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
  6: 'YXDOMAIN',
  7: 'YXRRSET',
  8: 'NXRRSET',
  9: 'NOTAUTH',
  10: 'NOTZONE',
}

const NOTHING = new Uint8Array(0)

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** A number in so many bytes, the highest first; up to six bytes. */
export function number(value: number, bytes: number): Uint8Array {
  const all = new Uint8Array(bytes)
  let rest = value
  for (let at = bytes - 1; at >= 0; at -= 1) {
    all[at] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return all
}

/** A name in lower case, as it is signed and sent; throws for one that can't be. */
export function nameBytes(name: string): Uint8Array {
  const labels = name
    .toLowerCase()
    .split('.')
    .filter((label) => label !== '')
  const parts = labels.flatMap((label) => {
    const bytes = ascii(label)
    if (bytes.length > LABEL_CHARS_MAX) throw new Error(`${label} is too long for a part of a host name`)
    return [number(bytes.length, 1), bytes]
  })
  return joined(...parts, number(0, 1))
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from([...text].map((letter) => letter.charCodeAt(0) & 0x7f))
}

/** The data of an A record, of an address that is one. */
export function ipv4Bytes(address: string): Uint8Array {
  return Uint8Array.from(address.split('.').map(Number))
}

/** The data of an AAAA record, of an address that is one and has no dots. */
export function ipv6Bytes(address: string): Uint8Array {
  const [head = '', tail] = address.split('::')
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((one) => Number.parseInt(one, 16))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => 0)
  return joined(...[...before, ...zeros, ...after].map((group) => number(group, 2)))
}

/** The data of a TXT record of one string. */
export function textBytes(text: string): Uint8Array {
  const bytes = ascii(text)
  return joined(number(bytes.length, 1), bytes)
}

function resourceBytes({ name, type, class: kind, ttl, data }: Resource): Uint8Array {
  return joined(
    ...[nameBytes(name), number(type, 2), number(kind, 2), number(ttl, 4)],
    ...[number(data.length, 2), data],
  )
}

/** RFC 2136 2: holds only where nothing has this name. */
export const unused = (name: string): Resource => condition(name, TYPES.ANY, CLASSES.NONE)
/** Holds only where nothing of this type has this name. */
export const without = (name: string, type: number): Resource => condition(name, type, CLASSES.NONE)
/** Holds only where this, and nothing else of its type, has the name. */
export const exactly = (name: string, type: number, data: Uint8Array): Resource => ({
  ...{ name, type, class: CLASSES.IN, ttl: 0, data },
})
/** Takes away all of a type. */
export const cleared = (name: string, type: number): Resource => condition(name, type, CLASSES.ANY)
/** Adds. */
export const added = (name: string, type: number, ttl: number, data: Uint8Array): Resource => ({
  ...{ name, type, class: CLASSES.IN, ttl, data },
})

function condition(name: string, type: number, kind: number): Resource {
  return { name, type, class: kind, ttl: 0, data: NOTHING }
}

export interface Update {
  zone: string
  conditions: readonly Resource[]
  changes: readonly Resource[]
}

/** An update, not signed yet. */
export function updateBytes(id: number, { zone, conditions, changes }: Update): Uint8Array {
  const counts = [1, conditions.length, changes.length, 0].map((count) => number(count, 2))
  return joined(
    ...[number(id, 2), number(UPDATE << 11, 2), ...counts],
    ...[nameBytes(zone), number(TYPES.SOA, 2), number(CLASSES.IN, 2)],
    ...conditions.map(resourceBytes),
    ...changes.map(resourceBytes),
  )
}

/** A signature of a message, RFC 8945 4.2. */
export interface Signature {
  keyName: string
  algorithm: string
  /** Seconds since 1970. */
  signedAt: number
  fudge: number
  mac: Uint8Array
  originalId: number
  error: number
  other: Uint8Array
}

/** What is signed besides the message, RFC 8945 4.3.3. */
export function signedVariables(signature: Omit<Signature, 'mac' | 'originalId'>): Uint8Array {
  const { keyName, algorithm, signedAt, fudge, error, other } = signature
  return joined(
    ...[nameBytes(keyName), number(CLASSES.ANY, 2), number(0, 4), nameBytes(algorithm)],
    ...[number(signedAt, 6), number(fudge, 2), number(error, 2), number(other.length, 2), other],
  )
}

/** The message with its signature as the last record. */
export function withSignature(message: Uint8Array, signature: Signature): Uint8Array {
  const { keyName, algorithm, signedAt, fudge, mac, originalId, error, other } = signature
  const data = joined(
    ...[nameBytes(algorithm), number(signedAt, 6), number(fudge, 2), number(mac.length, 2), mac],
    ...[number(originalId, 2), number(error, 2), number(other.length, 2), other],
  )
  const record = resourceBytes({ name: keyName, type: TYPES.TSIG, class: CLASSES.ANY, ttl: 0, data })
  return joined(withCount(message, 1), record)
}

/** The same message with another number of additional records. */
function withCount(message: Uint8Array, change: number): Uint8Array {
  const count = (message[10] ?? 0) * 256 + (message[11] ?? 0) + change
  return joined(message.subarray(0, 10), number(count, 2), message.subarray(12))
}

export interface Response {
  id: number
  isResponse: boolean
  code: number
  /** Null where it is not signed. */
  signature: Signature | null
  /** The message as it was signed. */
  unsigned: Uint8Array
}

/** Reads a response as far as it is needed; null for what is none. */
export function readResponse(message: Uint8Array): Response | null {
  try {
    return read(new Reader(message))
  } catch {
    return null
  }
}

function read(reader: Reader): Response {
  const { bytes } = reader
  const [id, flags, ...counts] = [0, 0, 0, 0, 0, 0].map(() => reader.number(2)) as [number, number]
  const [questions = 0, answers = 0, authorities = 0, additional = 0] = counts as number[]
  for (let count = 0; count < questions; count += 1) {
    reader.name()
    reader.skip(4)
  }
  let signature: Signature | null = null
  let unsigned = bytes
  const records = answers + authorities + additional
  for (let count = 1; count <= records; count += 1) {
    const at = reader.at
    const keyName = reader.name()
    const type = reader.number(2)
    reader.skip(6)
    const end = reader.number(2) + reader.at
    // RFC 8945 5.1: it stands last, and alone.
    if (type === TYPES.TSIG && count === records) {
      signature = readSignature(reader, keyName)
      const bare = withCount(bytes.subarray(0, at), -1)
      unsigned = joined(number(signature.originalId, 2), bare.subarray(2))
    }
    reader.to(end)
  }
  return { id, isResponse: flags >= 0x8000, code: flags & 0xf, signature, unsigned }
}

function readSignature(reader: Reader, keyName: string): Signature {
  const algorithm = reader.name()
  const [signedAt, fudge] = [reader.number(6), reader.number(2)]
  const mac = reader.take(reader.number(2))
  const [originalId, error] = [reader.number(2), reader.number(2)]
  const other = reader.take(reader.number(2))
  return { keyName, algorithm, signedAt, fudge, mac, originalId, error, other }
}

/** Reads forward, and throws at the end. */
class Reader {
  at = 0
  constructor(readonly bytes: Uint8Array) {}

  number(bytes: number): number {
    return this.take(bytes).reduce((value, byte) => value * 256 + byte, 0)
  }

  take(bytes: number): Uint8Array {
    const from = this.at
    this.to(from + bytes)
    return this.bytes.subarray(from, this.at)
  }

  skip(bytes: number): void {
    this.to(this.at + bytes)
  }

  to(at: number): void {
    if (at < this.at || at > this.bytes.length) throw new Error('the message ends too early')
    this.at = at
  }

  /** A name in lower case; one that points elsewhere is followed, and only backwards, so that it ends. */
  name(): string {
    const labels: string[] = []
    let end: number | null = null
    for (let length = this.number(1); length !== 0; length = this.number(1)) {
      if (length >= 0xc0) {
        const target = (length & 0x3f) * 256 + this.number(1)
        if (target >= this.at - 2) throw new Error('a name points forward')
        end ??= this.at
        this.at = target
      } else {
        const bytes = this.take(length)
        labels.push(String.fromCharCode(...bytes).toLowerCase())
      }
    }
    if (end !== null) this.at = end
    return labels.join('.')
  }
}
