/** What takes a while, shown until it is done: a pub that moves, a server that is being emptied. Ends with a Failure in time. */
import type { FenceCheckView, HubDetailView, MoveView } from '../../protocol/rpc-fleet'
import type { Context } from '../context'
import { Failure, firstLine } from '../failure'
import { drainLines, drainSettled, movedText, moveStep, stillThereText } from '../render-fleet'

const ASK_EVERY_MS = 700
const SIGNALS = ['SIGINT', 'SIGTERM'] as const

export type AskFleet = <T>(
  context: Context,
  method: 'adminMove' | 'adminHub' | 'adminHubSet' | 'adminFenceCheck',
  argument?: object,
) => Promise<T>

/** Places a pub elsewhere, and shows how it goes. */
export async function movePub(
  context: Context,
  ask: AskFleet,
  pub: string,
  hub: string | null,
): Promise<void> {
  const move = await ask<MoveView>(context, 'adminMove', { pub, hub })
  const { name, from, to, epoch } = move
  context.tell(`${name} goes from ${from} to ${to} under epoch ${epoch}.`)
  if (!context.options.wait) {
    if (context.options.json) context.print(JSON.stringify(move))
    return
  }
  const done = await followPub(context, ask, { ...move, mayStop: true })
  if (done === null) return
  context.print(context.options.json ? JSON.stringify({ ...move, ...arrived(done) }) : movedText(move, done))
}

const arrived = ({ shutForMs, phase, step }: FenceCheckView): object => ({ shutForMs, phase, step })

/** Until the pub is on its hub as ordered under this epoch; null where somebody ended the showing. */
export async function followPub(
  context: Context,
  ask: AskFleet,
  { pub, name, epoch }: { pub: string; name: string; epoch: number; mayStop?: boolean },
): Promise<FenceCheckView | null> {
  const endsAt = Date.now() + context.options.timeoutMs
  let shown = ''
  let last: FenceCheckView | null = null
  return untilSignal(context, `${name} goes on moving.`, async (pause) => {
    for (;;) {
      last = (await askedAgain(() => ask<FenceCheckView>(context, 'adminFenceCheck', { pub }))) ?? last
      if (last !== null) {
        if (last.writer.epoch !== epoch)
          throw new Failure(1, `${name} was placed anew meanwhile, on ${last.writer.label}.`)
        // What runs and has not opened its write-ahead is of no use yet.
        if (last.step === 'there' && (last.desired === 'down' || last.session !== null)) return last
        const step = moveStep(last)
        if (step !== shown) context.tell(step)
        shown = step
      }
      if (Date.now() >= endsAt)
        throw new Failure(
          3,
          `${name} is not there after ${context.options.timeoutMs / 1000} s${last === null ? '' : `: ${last.reason ?? last.waitsFor[0] ?? 'it is starting'}`}. It goes on by itself; \`buttcloud admin fence-check ${name}\` says what it waits for.`,
        )
      await pause(ASK_EVERY_MS)
    }
  })
}

/** Until the server is empty and what has left it is where it was placed. */
export async function followDrain(
  context: Context,
  ask: AskFleet,
  begun: HubDetailView,
): Promise<HubDetailView> {
  const { hub, label, at: since } = begun
  const shown = new Set<string>()
  let last = begun
  let changedAt = Date.now()
  const done = await untilSignal(context, `${label} goes on being drained.`, async (pause) => {
    for (;;) {
      const fresh = drainLines(last).filter((line) => !shown.has(line))
      for (const line of fresh) {
        shown.add(line)
        context.tell(line)
        changedAt = Date.now()
      }
      if (drainSettled(last)) return last
      if (last.status !== 'draining')
        throw new Failure(1, `${label} is not being drained any more: it is ${last.status}.`)
      if (Date.now() - changedAt >= context.options.timeoutMs) throw new Failure(3, stillThereText(last))
      await pause(ASK_EVERY_MS)
      last = (await askedAgain(() => ask<HubDetailView>(context, 'adminHub', { hub, since }))) ?? last
    }
  })
  return done ?? last
}

/** A provider that starts anew meanwhile is waited for. */
async function askedAgain<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask()
  } catch (error) {
    if (/refused: |bad-argument: /.test(firstLine(error))) throw error
    return null
  }
}

/** Null when somebody has pressed Ctrl-C, which is told them. */
async function untilSignal<T>(
  context: Context,
  goesOn: string,
  work: (pause: (ms: number) => Promise<void>) => Promise<T>,
): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  let stop = (): void => {}
  const stopped = new Promise<null>((resolve) => {
    stop = () => resolve(null)
  })
  for (const signal of SIGNALS) process.once(signal, stop)
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timer = setTimeout(resolve, ms)
    })
  try {
    const ended = await Promise.race([stopped, work(pause)])
    if (ended === null) context.tell(goesOn)
    return ended
  } finally {
    clearTimeout(timer)
    for (const signal of SIGNALS) process.off(signal, stop)
  }
}
