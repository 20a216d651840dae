/**
 * One update of a zone: signed, sent over TCP, and believed only where the answer is signed, too. Safe to repeat: what is
 * so already stays as it is.
 */
import { createHmac, randomInt, timingSafeEqual } from 'node:crypto'
import { connect } from 'node:net'
import { DNS_ANSWER_MS, DNS_MESSAGE_BYTES_MAX, TSIG_FUDGE_S } from '../../protocol/limits-dns'
import type { DnsSettings } from '../dns-settings'
import {
  joined,
  number,
  RCODES,
  type Response,
  readResponse,
  type Signature,
  signedVariables,
  type Update,
  updateBytes,
  withSignature,
} from '../dns-wire'

/** The name server can't be reached, or refuses us, whatever the name: nothing else will succeed either. */
export class ServerError extends Error {}

const TSIG_ERRORS: Readonly<Record<number, string>> = {
  16: 'BADSIG: it has the key, and another secret for it',
  17: 'BADKEY: it does not know the key by this name and algorithm',
  18: 'BADTIME: its clock and this one differ by more than five minutes',
  22: 'BADTRUNC: it wants longer signatures',
}

/** Gives the name of the result (RFC 2136 2.2); throws a sentence where there is none, or none that can be believed. */
export async function sendUpdate(
  settings: DnsSettings,
  secret: Buffer,
  update: Update,
  nowMs: number,
): Promise<string> {
  const { server, port } = settings
  const id = randomInt(65_536)
  const bare = updateBytes(id, update)
  const { name, algorithm } = settings.key
  const times = { signedAt: Math.floor(nowMs / 1000), fudge: TSIG_FUDGE_S }
  const fields = { keyName: name, algorithm, ...times, error: 0, other: new Uint8Array(0) }
  const mac = macOf(settings, secret, [bare, signedVariables(fields)])
  const answer = await exchange(server, port, withSignature(bare, { ...fields, mac, originalId: id }))
  const response = readResponse(answer)
  if (response === null || response.id !== id || !response.isResponse)
    throw new ServerError(`${server} answered with something that is no answer`)
  return judged(settings, secret, response, mac)
}

function judged(settings: DnsSettings, secret: Buffer, response: Response, requestMac: Uint8Array): string {
  const { server, key, zone } = settings
  const { signature, code } = response
  const said = RCODES[code] ?? `error ${code}`
  const why = TSIG_ERRORS[signature?.error ?? 0]
  if (why !== undefined) throw new ServerError(`${server} refuses the key ${key.name}: ${why}`)
  if (said === 'NOTAUTH')
    throw new ServerError(
      `${server} refuses (NOTAUTH): it is not the primary server of ${zone}, or does not take the key ${key.name}`,
    )
  if (said === 'REFUSED')
    throw new ServerError(`${server} refuses (REFUSED): the key ${key.name} may not change this in ${zone}`)
  if (signature === null || !isSigned(settings, secret, response.unsigned, signature, requestMac))
    throw new ServerError(`${server} answered ${said}, without a signature by the key ${key.name}`)
  if (said === 'SERVFAIL' || said === 'NOTIMP' || said === 'FORMERR' || said === 'NOTZONE')
    throw new ServerError(`${server} answered ${said}`)
  return said
}

function isSigned(
  settings: DnsSettings,
  secret: Buffer,
  unsigned: Uint8Array,
  signature: Signature,
  requestMac: Uint8Array,
): boolean {
  const { name, algorithm } = settings.key
  if (signature.keyName !== name || signature.algorithm !== algorithm) return false
  // RFC 8945 5.3: the answer's signature covers the request's.
  const parts = [number(requestMac.length, 2), requestMac, unsigned, signedVariables(signature)]
  const mac = macOf(settings, secret, parts)
  return mac.length === signature.mac.length && timingSafeEqual(mac, signature.mac)
}

function macOf({ key }: DnsSettings, secret: Buffer, parts: readonly Uint8Array[]): Uint8Array {
  return createHmac(key.algorithm.slice('hmac-'.length), secret)
    .update(joined(...parts))
    .digest()
}

function exchange(host: string, port: number, message: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    let received: Uint8Array = new Uint8Array(0)
    const fail = (why: string) => {
      socket.destroy()
      reject(new ServerError(`the name server ${host}:${port} ${why}`))
    }
    socket.setTimeout(DNS_ANSWER_MS, () => fail(`did not answer within ${DNS_ANSWER_MS / 1000} s`))
    socket.once('error', (error) => fail(`can't be reached: ${error.message}`))
    socket.once('close', () => fail('ended the connection without an answer'))
    socket.once('connect', () => socket.write(joined(number(message.length, 2), message)))
    socket.on('data', (bytes: Buffer) => {
      received = joined(received, bytes)
      const length = (received[0] ?? 0) * 256 + (received[1] ?? 0)
      if (received.length > DNS_MESSAGE_BYTES_MAX + 2) return fail('sends more than one answer may be')
      if (received.length < 2 || received.length < length + 2) return
      resolve(received.subarray(2, length + 2))
      socket.destroy()
    })
  })
}
