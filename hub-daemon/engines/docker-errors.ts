/** Turns what Docker and its client say into the few kinds of trouble the hub knows. */
import { EngineError } from './engine'

const GONE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EACCES',
  'EPERM',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
])

/** What to do about the codes that people meet; the rest are told as they are. */
const ADVICE: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there; is Docker running?',
  ENOENT: 'there is no such socket; is Docker installed and running?',
  EACCES: 'this user may not use the socket; add it to the group `docker`, or run the hub as one that may',
  EPERM: 'this user may not use the socket; add it to the group `docker`, or run the hub as one that may',
}

/**
 * The error as an EngineError. `attempt` reads like "start bc-12"; `socket` names the engine.
 * The kinds follow the texts of moby (errdefs, libnetwork portallocator, graphdriver), stable since 1.x.
 */
export function asEngineError(error: unknown, attempt: string, socket: string): EngineError {
  if (error instanceof EngineError) return error
  const said = textOf(error)
  const make = (kind: EngineError['kind'], text: string) =>
    new EngineError(kind, `could not ${attempt}: ${text}`, { cause: error })
  const { code, statusCode } = fieldsOf(error)
  if (
    statusCode === undefined &&
    ((code !== undefined && GONE.has(code)) || /socket hang up|aborted/i.test(said))
  )
    return make(
      'unreachable',
      `the Docker engine at ${socket} does not answer (${code ?? said}); ${ADVICE[code ?? ''] ?? 'is Docker running?'}`,
    )
  if (/port is already allocated|address already in use/i.test(said))
    return make('port-taken', `another program holds the port (${said})`)
  if (/no space left on device|disk quota exceeded/i.test(said))
    return make('disk-full', `the disk is full; make room and it goes on by itself (${said})`)
  if (/no such image/i.test(said))
    return make('no-image', `${said}; make it with \`npm run image\` or pull it, on this engine`)
  if (statusCode === 404) return make('missing', said)
  if (statusCode === 409) return make('exists', said)
  return make('other', said)
}

/** The HTTP status in an error of the client, else undefined. */
export function statusOf(error: unknown): number | undefined {
  return fieldsOf(error).statusCode
}

/** For `.catch()`: these HTTP statuses are no error here. */
export function unless(...statuses: number[]): (error: unknown) => undefined {
  return (error) => {
    const status = statusOf(error)
    if (status !== undefined && statuses.includes(status)) return undefined
    throw error
  }
}

/** For `.catch()`: what is not there any more needs no removing. */
export function unlessMissing(error: unknown): void {
  if (!(error instanceof EngineError && error.kind === 'missing')) throw error
}

/** Two hubs may share one engine or swarm; neither touches what the other made. `owner` is the label of what was found. */
export function needOwn(what: string, owner: string | null | undefined, hub: string): void {
  if (owner === hub) return
  throw new EngineError(
    'other',
    `the ${what} was made by ${owner ?? 'somebody else'}, not by this hub; left alone`,
  )
}

/** True when the engine has been changed for one that does not speak the version that was agreed on. */
export function isVersionTrouble(error: unknown): boolean {
  return statusOf(error) === 400 && /client version|API version/i.test(String(error))
}

function fieldsOf(error: unknown): { code?: string; statusCode?: number } {
  if (typeof error !== 'object' || error === null) return {}
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown }
  return {
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof statusCode === 'number' ? { statusCode } : {}),
  }
}

/** Docker's own sentence where there is one; the client puts words of its own before it that are often wrong. */
function textOf(error: unknown): string {
  const { json } = (error ?? {}) as { json?: { message?: unknown } | null }
  if (typeof json?.message === 'string' && json.message !== '') return json.message.trim()
  return (error instanceof Error ? error.message : String(error)).trim()
}
