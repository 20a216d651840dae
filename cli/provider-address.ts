/** Where a provider is, as an operator writes it down. */
import { isFeedId } from '../protocol/ids'
import { Failure } from './failure'
import { addressOf, parseInviteCode } from './invite-code'

const PLAIN = /^(.{1,253}):(\d{1,5}):(@[A-Za-z0-9+/]{43}=\.ed25519)$/
const MULTISERVER = /^net:([^\s~;]{1,253}):(\d{1,5})~shs:([A-Za-z0-9+/]{43}=)$/

/**
 * The multiserver address of `host:port:@…=.ed25519` (an invite does, too: nothing of it but that is used) or
 * `net:host:port~shs:…`. Throws a Failure (2).
 */
export function providerAddress(given: string): string {
  const invite = parseInviteCode(given)
  if (invite !== null) return addressOf(invite)
  const plain = PLAIN.exec(given)
  const found =
    plain === null
      ? MULTISERVER.exec(given)
      : [given, plain[1], plain[2], plain[3]?.slice(1, -'.ed25519'.length)]
  const [, host = '', portText = '', key = ''] = found ?? []
  const port = Number(portText)
  if (found === null || port < 1 || port > 65535 || !isFeedId(`@${key}.ed25519`) || /\s/.test(host))
    throw new Failure(
      2,
      `--at takes host:port:@…=.ed25519, which is the beginning of an invite of the provider, not "${given.slice(0, 100)}".`,
    )
  return `net:${host}:${port}~shs:${key}`
}
