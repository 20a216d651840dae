/** `buttcloud.hubRun`: one call on a pub's own server. What may be called is asked here once more (protocol/run-methods.ts). */
import type { PubId } from '../../protocol/ids'
import { RUN_ITEMS_MAX, RUN_RESULT_CHARS_MAX } from '../../protocol/limits'
import type { HubRunAnswer } from '../../protocol/rpc'
import { readRun } from '../../protocol/run-methods'
import { call } from './calls'
import type { Observer } from './observe'

/** A blob that nobody near has may never come: the wish stands, and nobody waits longer for it. */
const BLOB_WAIT_MS = 3_000
const SOURCE_WAIT_MS = 8_000

/** Rejects with a reason of protocol/rpc.ts where it can't be done. */
export async function runMethod(
  observer: Observer,
  pub: PubId,
  method: unknown,
  args: unknown,
): Promise<HubRunAnswer> {
  if (typeof method !== 'string' || !Array.isArray(args))
    throw new Error('bad-argument: expected a method and a list of arguments')
  const read = readRun(method, args)
  if (!read.ok) throw new Error(`bad-argument: ${read.reason}`)
  const session = observer.sessions.get(pub)
  if (session === undefined || session.rpc === null)
    throw new Error('try-again: the pub does not run here just now')
  let target: any = session.rpc
  for (const word of read.method.split('.')) target = target?.[word]
  if (typeof target !== 'function') throw new Error(`refused: this pub does not know ${read.method}`)
  if (read.kind === 'source') return collected(target(...read.args), read.method)
  if (read.method === 'blobs.want') return wanted(target, read.args)
  return bounded(await call(target, read.args, `run ${read.method}`), false)
}

async function wanted(target: any, args: unknown[]): Promise<HubRunAnswer> {
  const waits = call(target, args, 'ask for the blob', BLOB_WAIT_MS).catch((error: Error) => {
    if (!error.message.includes('no answer within')) throw error
    return 'asked for; it has not come yet'
  })
  return bounded(await waits, false)
}

/** The items of a source up to a bound, then it is ended. */
function collected(source: any, method: string): Promise<HubRunAnswer> {
  const items: unknown[] = []
  let chars = 0
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => end(true), SOURCE_WAIT_MS)
    const finish = (more: boolean): void => {
      clearTimeout(late)
      resolve({ value: items, more })
    }
    const end = (more: boolean): void => {
      source(true, () => undefined)
      finish(more)
    }
    const next = (): void =>
      source(null, (done: unknown, item: unknown) => {
        if (done === true) return finish(false)
        if (done) {
          clearTimeout(late)
          return reject(
            new Error(`try-again: could not run ${method}: ${String((done as Error).message ?? done)}`),
          )
        }
        chars += JSON.stringify(item)?.length ?? 0
        if (chars > RUN_RESULT_CHARS_MAX) return end(true)
        items.push(item)
        if (items.length >= RUN_ITEMS_MAX) return end(true)
        next()
      })
    next()
  })
}

function bounded(value: unknown, more: boolean): HubRunAnswer {
  if ((JSON.stringify(value)?.length ?? 0) > RUN_RESULT_CHARS_MAX)
    throw new Error(`refused: the answer is longer than ${RUN_RESULT_CHARS_MAX} characters; ask for less`)
  return { value: value ?? null, more }
}
