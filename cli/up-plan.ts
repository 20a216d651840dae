/** What `up` remembers, and what it says at the end. */
import type { PubView } from '../protocol/rpc'
import { type Paint, wrap } from './render'

/** The pub that the first run asks for. */
export const FIRST_PUB = 'home'

/** Chosen once, in `<dir>/up.json`. */
export interface UpRecord {
  v: 1
  /** The port of the provider. */
  port: number
  /** The ports of pubs, both included. */
  portMin: number
  portMax: number
}

/** Reads the record; null where it makes no sense. */
export function parseUpRecord(value: unknown): UpRecord | null {
  if (typeof value !== 'object' || value === null) return null
  const { v, port, portMin, portMax } = value as Record<string, unknown>
  const good = (one: unknown): one is number =>
    typeof one === 'number' && Number.isSafeInteger(one) && one >= 1 && one <= 65535
  if (v !== 1 || !good(port) || !good(portMin) || !good(portMax) || portMin > portMax) return null
  return { v, port, portMin, portMax }
}

/** The pubs, one line each. */
export function pubLines(pubs: PubView[]): string {
  return pubs
    .filter((pub) => pub.phase !== 'ended' && pub.phase !== 'failed')
    .map((pub) => {
      const where = pub.address === null ? '' : ` at ${pub.address}`
      return `${pub.name} is ${pub.status}${where}${whyNotUp(pub)}`
    })
    .join('\n')
}

function whyNotUp(pub: PubView): string {
  if (pub.status === 'up') return ''
  if (pub.halted != null) return ' (suspended by the operator)'
  if (pub.suspended) return ' (suspended, because it is not paid for)'
  if (pub.desired === 'down') return ' (stopped)'
  return pub.reason === null ? '' : ` (${pub.reason})`
}

export interface NextSteps {
  paint: Paint
  /** How this program is called, with the folder where it is not the usual one. */
  prefix: string
  dir: string
  /** True when nobody but this machine reaches the pubs. */
  thisMachineOnly: boolean
  /** True when an invite stands above, in the conversation. */
  invited: boolean
  width: number
}

const PASTE_IT =
  'Paste the invite above into your client: Join Server in Patchwork, Paste invite in Manyverse.'

/** What to do next. */
export function nextSteps(view: NextSteps): string {
  const { paint, prefix, dir, width } = view
  const commands: [string, string][] = [
    [`${prefix} invite ${FIRST_PUB} 5`, 'an invite for five friends'],
    [`${prefix} create garden`, 'one more pub'],
    [`${prefix} status ${FIRST_PUB}`, 'how it is doing'],
    [`${prefix} tui`, 'all of it on one screen'],
    [`${prefix} admin invite`, 'lets others ask for pubs here'],
  ]
  const column = Math.max(...commands.map(([command]) => command.length))
  const fits = commands.every(([, what]) => 2 + column + 3 + what.length <= width)
  return [
    'What to do next:',
    ...(view.invited ? wrap(PASTE_IT, width - 2).map((line) => `  ${line}`) : []),
    'In another terminal:',
    ...commands.map(([command, what]) =>
      fits
        ? `  ${paint.bold(command)}${' '.repeat(column - command.length)}   ${what}`
        : `  ${paint.bold(command)}\n      ${what}`,
    ),
    ...(view.thisMachineOnly
      ? wrap(
          'Only this machine reaches all this; to let others in, start it with --host and the address of this machine.',
          width,
        )
      : []),
    ...wrap(`Everything lives in ${dir}, the logs in ${dir}/logs.`, width),
    ...wrap('Ctrl-C ends everything; the next start finds it as it is now.', width),
  ].join('\n')
}

/** What to type before a verb. A folder that is not the usual one must be named to every command. */
export function prefixFor(call: string, dir: string, usualDir: string): string {
  if (dir === usualDir) return call
  const plain = /^[\w@%+=:,./-]+$/.test(dir)
  return `${call} --dir ${plain ? dir : `'${dir.replace(/'/g, `'\\''`)}'`}`
}
