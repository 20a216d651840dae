/** The code of a classic invite: `host:port:@key.ed25519~seed`. */
import { type FeedId, isFeedId } from '../protocol/ids'

export interface InviteCode {
  host: string
  port: number
  /** The feed that gave the invite. */
  key: FeedId
  /** Base64 of 32 bytes: whoever holds it holds the invite. */
  seed: string
}

const CODE = /^(.{1,253}):(\d{1,5}):(@[A-Za-z0-9+/]{43}=\.ed25519)~([A-Za-z0-9+/]{43}=)$/
/** The same as a multiserver address, as some tools print it. */
const ADDRESS = /^net:(.{1,253}):(\d{1,5})~shs:([A-Za-z0-9+/]{43}=):([A-Za-z0-9+/]{43}=)$/

/** Reads a code as people paste it, quotes and code marks included; null where it is none. */
export function parseInviteCode(pasted: string): InviteCode | null {
  const text = pasted
    .trim()
    .replace(/^["'`<]+/, '')
    .replace(/["'`>]+$/, '')
  const address = ADDRESS.exec(text)
  const found =
    CODE.exec(text) ??
    (address === null ? null : [text, address[1], address[2], `@${address[3]}.ed25519`, address[4]])
  if (found === null) return null
  const [, host = '', portText = '', key = '', seed = ''] = found
  const port = Number(portText)
  if (port < 1 || port > 65535 || !isFeedId(key) || /\s/.test(host)) return null
  return { host, port, key, seed }
}

/** The multiserver address of whoever gave it. */
export function addressOf(code: { host: string; port: number; key: FeedId }): string {
  return `net:${code.host}:${code.port}~shs:${code.key.slice(1, -'.ed25519'.length)}`
}

/** Every invite code in a text, in order. */
export function inviteCodesIn(text: string): string[] {
  return text.split(/[\s`]+/).filter((word) => parseInviteCode(word) !== null)
}
