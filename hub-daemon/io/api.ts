/**
 * The hub's half of the `buttcloud` plugin: what its provider may call on it. Everybody else is refused, and so is
 * everybody who asks a hub for what is its provider's to answer.
 */
import type { FeedId } from '../../protocol/ids'
import { BUTTCLOUD_MANIFEST, HUB_MANIFEST } from '../../protocol/rpc'

type Kind = (typeof BUTTCLOUD_MANIFEST)[keyof typeof BUTTCLOUD_MANIFEST]
type Source = (abort: unknown, callback: (end: unknown, value?: unknown) => void) => void
/** One method: `request` is whatever was sent. Errors start with one of REASONS. */
export type HubMethods = {
  [K in keyof typeof HUB_MANIFEST]: (typeof HUB_MANIFEST)[K] extends 'async'
    ? (request: unknown) => Promise<unknown>
    : (request: unknown) => Source
}

export interface HubApiOptions {
  /** Whose calls count; null before the hub has joined. */
  provider(): FeedId | null
  /** Null until the hub runs. */
  methods(): HubMethods | null
}

const NOT_HERE = 'refused: this is a hub; ask its provider'
const NOT_YOU = 'refused: only the provider of this hub may ask it that'
const NOT_YET = 'try-again: this hub is still starting'

/** The plugin as secret-stack takes it: the whole manifest, of which the hub's half answers. */
export function hubPlugin(options: HubApiOptions): object {
  const methods = Object.entries(BUTTCLOUD_MANIFEST).map(([name, kind]) => [
    name,
    methodFor(name, kind, options),
  ])
  return {
    name: 'buttcloud',
    version: '1.0.0',
    manifest: BUTTCLOUD_MANIFEST,
    permissions: { anonymous: { allow: Object.keys(HUB_MANIFEST) } },
    init: () => Object.fromEntries(methods),
  }
}

function methodFor(name: string, kind: Kind, options: HubApiOptions): (...args: unknown[]) => unknown {
  const chosen = (caller: unknown): ((request: unknown) => unknown) => {
    if (!Object.hasOwn(HUB_MANIFEST, name)) throw new Error(NOT_HERE)
    const provider = options.provider()
    if (provider === null || (caller as { id?: unknown } | undefined)?.id !== provider)
      throw new Error(NOT_YOU)
    const methods = options.methods()
    if (methods === null) throw new Error(NOT_YET)
    return methods[name as keyof HubMethods]
  }
  if (kind === 'source')
    return function (this: unknown, request: unknown) {
      try {
        return chosen(this)(request)
      } catch (error) {
        return ((_abort, callback) => callback(error)) satisfies Source
      }
    }
  return function (this: unknown, ...args: unknown[]) {
    const callback = args.at(-1)
    // Anybody may send any number of arguments of any kind.
    if (typeof callback !== 'function') throw new Error(NOT_HERE)
    const work = async () => chosen(this)(args.length > 1 ? args[0] : undefined)
    work().then(
      (value) => callback(null, value),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    )
  }
}
