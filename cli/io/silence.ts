/** Says to whoever waits that the provider can't be reached, and until when that is waited out. */
import type { FeedId } from '../../protocol/ids'
import type { Context } from '../context'
import type { OwnerDoor } from './owner-door'
import type { Progress } from './progress'

/** A provider that is there is reached within less. */
const TELL_AFTER_MS = 3_000
const LOOK_EVERY_MS = 1_000

export interface Silence {
  context: Context
  door: OwnerDoor
  provider: FeedId
  progress: Progress
  /** What is waited for, in the progress line. */
  text: string
  /** What becomes of the request where the waiting is ended before. */
  otherwise: string
}

/** Looks until the result is called. Where the node can't say whether it is connected, nothing is told. */
export function tellSilence({ context, door, provider, progress, text, otherwise }: Silence): () => void {
  const { options } = context
  const begun = Date.now()
  const seconds = options.timeoutMs / 1000
  let told = false
  let ended = false
  const look = async () => {
    const { connected, problem } = await door.state(provider)
    if (ended || Date.now() - begun < TELL_AFTER_MS) return
    progress.set(connected === false ? `The provider does not answer; waiting up to ${seconds} s` : text)
    if (connected !== false || told || options.json || context.stderr.isTTY === true) return
    told = true
    const why = problem === null ? '' : ` (${problem})`
    context.say(`The provider does not answer${why}. Waiting for it up to ${seconds} s. ${otherwise}`)
  }
  // A node that has ended says so where something is asked of it.
  const timer = setInterval(() => void look().catch(() => {}), LOOK_EVERY_MS)
  return () => {
    ended = true
    clearInterval(timer)
  }
}
