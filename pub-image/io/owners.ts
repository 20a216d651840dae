/**
 * The rights of the pub's owners. A server looks at rights when a connection is made and never again, so whoever gains or
 * loses them is hung up on when the set changes, and has what counts when they come back.
 */
import { isFeedId } from '../../protocol/ids'
import { OWNER_METHODS } from '../../protocol/owner-methods'
import { hangUpOn } from './hang-up'

type Callback = (error: unknown, rights?: unknown) => void

export interface Owners {
  /** These and nobody else, from now on. */
  set(owners: readonly string[]): void
}

/** Hooks a started stack whose peers have `anonymous` rights; call it from `init`, after all that decides on callers. */
export function hookOwners(ssb: any, anonymous: readonly string[]): Owners {
  let owners = new Set<string>()
  /** Who was let in as an owner. */
  const granted = new Set<string>()
  // What is granted replaces what everybody has.
  const rights = { allow: [...new Set([...anonymous, ...OWNER_METHODS])], deny: null }

  ssb.auth.hook(function (this: unknown, auth: any, args: [unknown, Callback]) {
    const [caller, callback] = args
    auth.call(this, caller, (error: unknown, given: unknown) => {
      const isOwner = !error && !given && isFeedId(caller) && owners.has(caller)
      if (isFeedId(caller)) granted[isOwner ? 'add' : 'delete'](caller)
      callback(error, isOwner ? rights : given)
    })
  })
  // The set may have changed between the decision and the end of the handshake.
  ssb.on('rpc:connect', (rpc: any, isClient: boolean) => {
    if (!isClient && granted.has(rpc.id) !== owners.has(rpc.id) && !isMaster(ssb, rpc.id))
      rpc.close(true, noop)
  })
  return {
    set(next) {
      const before = owners
      owners = new Set(next)
      for (const id of [...before, ...owners])
        if (before.has(id) !== owners.has(id)) {
          granted.delete(id)
          hangUpOn(ssb, id)
        }
    },
  }
}

/** Whoever has all rights already is given none as an owner. */
function isMaster(ssb: any, id: string): boolean {
  return id === ssb.id || [ssb.config.master].flat().includes(id)
}

const noop = (): void => undefined
