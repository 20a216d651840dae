/** What the provider says about `run` and `address`. Facts in, sentences out. */
import { OWNER_METHODS } from '../protocol/owner-methods'
import { RUN_NAMES, tellsOf, usageOf } from '../protocol/run-methods'
import type { RunResult } from './effects'

const DAYS = 7
const runList = (): string => RUN_NAMES.map((name) => `* \`${usageOf(name)}\`: ${tellsOf(name)}`).join('\n')

export const runWords = {
  done: (name: string, method: string, { shown, whole, more }: RunResult): string => {
    const lines = [`**${name}**, \`${method}\`:`, '', '```', shown.replaceAll('```', "'''"), '```']
    if (whole !== null) lines.push('', `All of it: ${whole} (kept ${DAYS} days)`)
    if (more) lines.push('', 'There would be more; this is the beginning.')
    return lines.join('\n')
  },
  elsewhere: (name: string, method: string): string =>
    `Done: what \`${method}\` of **${name}** gave is in a new private thread that only its owners read, because others read along here.`,
  failed: (name: string, method: string, why: string): string =>
    `I could not run \`${method}\` on **${name}**: ${why}. Please try again.`,
  refused: (reason: string, withList: boolean): string =>
    withList
      ? `${reason}. What can be run:\n\n${runList()}\n* \`invite.create [USES]\`: the same as \`invite\``
      : `That can't be run: ${reason}`,
  stopped: (name: string): string =>
    `**${name}** is stopped, so there is nobody to ask. Send \`start ${name}\` first.`,
  beingMade: (name: string): string =>
    `**${name}** is still being made. Please send that again when it is up; your invite tells you.`,
  away: (name: string, label: string): string =>
    `The server of **${name}**, ${label}, is out of reach just now. Please try again later.`,
} as const

const LOAD = 'require'
/** How a program loads a package: text for people, not a call of ours. */
const need = (name: string): string => `${LOAD}('${name}')`

export interface Reach {
  name: string
  /** host:port */
  address: string
  /** The pub's feed id. */
  feed: string
  /** The network's key, base64; null on the public network. */
  networkKey: string | null
  isUp: boolean
}

export const addressWords = {
  address: ({ name, address, feed, networkKey, isUp }: Reach): string => {
    const [host, port] = [
      address.slice(0, address.lastIndexOf(':')),
      address.slice(address.lastIndexOf(':') + 1),
    ]
    const caps = networkKey === null ? '' : `, caps: { shs: '${networkKey}' }`
    return [
      `**${name}** is ${isUp ? '' : 'not up just now; it is '}at:`,
      '',
      `\`net:${host}:${port}~shs:${feed.slice(1, feed.indexOf('.'))}\``,
      '',
      `Its id: \`${feed}\``,
      '',
      'Members come in by an invite. You, as its owner, may also call it with your own key, from any SSB client or program, for example with ssb-client:',
      '',
      '```',
      `const keys = ${need('ssb-keys')}.loadSync('YOUR_SSB_FOLDER/secret')`,
      `const remote = 'net:${host}:${port}~shs:${feed.slice(1, feed.indexOf('.'))}'`,
      `${need('ssb-client')}(keys, { remote, manifest: { status: 'async' }${caps} }, (error, pub) => pub.status(console.log))`,
      '```',
      '',
      `What you may call so: ${OWNER_METHODS.map((method) => `\`${method}\``).join(', ')}; and what every peer may. It is yours to read, nothing more: what changes it goes through me. The same by message: \`run ${name} whoami\`.`,
    ].join('\n')
  },
  beingMade: (name: string): string =>
    `**${name}** is still being made and has no address yet. Your invite tells you when it is up.`,
} as const
