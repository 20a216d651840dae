/** Puts the fence in the way of everything on a stock server that writes on the pub's own feed. */
import type { FeedId } from '../../protocol/ids'
import * as words from '../words'
import { stock } from './stock'

type Callback = (error: Error | null, value?: unknown) => void

export interface Gate {
  publish(content: object | string, callback: Callback): void
  /** `invite.use`, called by whoever holds `caller`'s key. */
  useInvite(caller: unknown, request: unknown, callback: Callback): void
  /** True for the keys of invites that have uses left. */
  admits(key: string): boolean
  /** True for whom the pub's own feed blocks. */
  blocks(id: string): boolean
}

/** Values of our own that may pass `ssb.add`. */
export type Passes = WeakSet<object>

const INVITE_RIGHTS = { allow: ['invite.use', 'getAddress'], deny: null }

function callbackOf(args: unknown[]): Callback {
  const last = args.at(-1)
  return typeof last === 'function' ? (last as Callback) : () => undefined
}

/** Hooks a started stack; call it from the `init` of a plugin that comes after all that it hooks. */
export function hookWrites(ssb: any, gate: Gate, passes: Passes): void {
  const own: FeedId = ssb.id
  const isOwn = (message: any): boolean => (message?.value ?? message)?.author === own

  const publish = (content: object | string, callback: Callback) => gate.publish(content, callback)
  ssb.publish.hook((_publish: unknown, args: unknown[]) =>
    publish(args[0] as object | string, callbackOf(args)),
  )

  // Own messages also reach these when a peer sends back what it has: only the provider's word counts here.
  const guard = function (this: unknown, add: (...args: unknown[]) => unknown, args: unknown[]) {
    const message = args[0]
    if (isOwn(message) && !passes.has(message as object)) {
      callbackOf(args)(new Error(words.OWN_ONLY))
      return undefined
    }
    return add.apply(this, args)
  }
  ssb.add.hook(guard)
  ssb.queue.hook(guard)
  ssb.createWriteStream.hook(function (this: unknown, create: any, args: unknown[]) {
    const sink = create.apply(this, args)
    return (read: unknown) => sink(stock('pull-stream').filter((message: unknown) => !isOwn(message))(read))
  })

  ssb.createFeed.hook(function (this: unknown, create: any, args: any[]) {
    if (args[0]?.id !== own) return create.apply(this, args)
    const add = (content: object, callback?: Callback) =>
      callback === undefined ? (later: Callback) => publish(content, later) : publish(content, callback)
    return { add, publish: add, id: own, keys: args[0] }
  })

  ssb.invite.use.hook(function (this: { id?: unknown }, _use: unknown, args: unknown[]) {
    gate.useInvite(this?.id, args[0], callbackOf(args))
  })
  ssb.invite.create.hook((_create: unknown, args: unknown[]) => callbackOf(args)(new Error(words.NOT_HERE)))

  // The last hook on auth is asked first; it lets ssb-friends, ssb-invite and ssb-master decide before it.
  ssb.auth.hook(function (this: unknown, auth: any, args: any[]) {
    const [caller, callback] = args
    // ssb-friends says the same in the same words, but learns of a block a moment later than the feed has it.
    if (gate.blocks(caller)) return callback(new Error('client is blocked'))
    auth.call(this, caller, (error: unknown, rights: unknown) => {
      if (error || rights || !gate.admits(caller)) callback(error, rights)
      else callback(null, INVITE_RIGHTS)
    })
  })
}
