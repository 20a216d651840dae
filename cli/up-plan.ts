/** What `up` remembers, and what it says at the end. */
import type { PubView } from '../protocol/rpc'
import type { Paint } from './render'

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
  if (pub.desired === 'down') return ' (stopped)'
  return pub.reason === null ? '' : ` (${pub.reason})`
}

/** What to do next. `prefix` is how this program is called. */
export function nextSteps(paint: Paint, dir: string, prefix: string): string {
  const command = (text: string) => `  ${paint.bold(`${prefix} ${text}`)}`
  return [
    'What to do next:',
    '  Paste the invite above into your client: Patchwork > Join Server, or Manyverse > Paste invite.',
    'In another terminal:',
    `${command('invite home 5')}    an invite for five friends`,
    `${command('create another')}   one more pub`,
    `${command('status home')}      how it is doing`,
    `${command('admin invite')}     let somebody else ask this provider for pubs`,
    `Everything lives in ${dir}; the programs write their logs to ${dir}/logs.`,
    'Ctrl-C ends everything; the next start finds it as it is now.',
  ].join('\n')
}
