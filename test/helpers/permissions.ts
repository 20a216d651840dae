/** Every method that a server says it has, called as somebody: which are let through. */
import pull from 'pull-stream'

type Kind = 'sync' | 'async' | 'source' | 'sink' | 'duplex'

/** The dotted names of a manifest with their kinds. */
export function methodsOf(manifest: object, prefix = ''): [name: string, kind: Kind][] {
  return Object.entries(manifest).flatMap(([name, value]): [string, Kind][] =>
    typeof value === 'string' ? [[prefix + name, value as Kind]] : methodsOf(value, `${prefix}${name}.`),
  )
}

const DENIED = /not in list of allowed methods/
/** A method that is allowed and answers nothing (it waits for something) has been let through. */
const PATIENCE_MS = 400

/** A source that gives nothing and tells when it is not wanted any more. */
function patient(refused: (error: unknown) => void) {
  let waiting: ((end: unknown) => void) | null = null
  return (abort: unknown, callback: (end: unknown) => void) => {
    if (!abort) {
      waiting = callback
      return
    }
    refused(abort)
    waiting?.(abort)
    callback(abort)
  }
}

/** True when the server lets this call through, whatever it then says to the arguments. */
export function isLetThrough(rpc: any, name: string, kind: Kind): Promise<boolean> {
  let method = rpc
  for (const word of name.split('.')) method = method?.[word]
  if (typeof method !== 'function') throw new Error(`no ${name} on this rpc`)
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), PATIENCE_MS)
    const end = (error: unknown): void => {
      clearTimeout(timer)
      const carried = (error as { message?: unknown } | null)?.message
      resolve(!DENIED.test(String(carried ?? error)))
    }
    if (kind === 'source') pull(method({}), pull.take(1), pull.collect(end))
    else if (kind === 'sink') pull(patient(end), method('x', end))
    else if (kind === 'duplex') {
      const duplex = method({ version: 3 })
      pull(pull.empty(), duplex.sink)
      pull(duplex.source, pull.take(1), pull.collect(end))
    } else method({}, end)
  })
}
