/**
 * A hub's side of one fence with the smallest provider behind it: a list of committed messages in memory. Real
 * connection, real pub; only the two programs in between are left out.
 */
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import type { InviteEntry, RawValue, Reason } from '../../protocol/rpc'
import { FENCE_MANIFEST, type FenceItem } from '../../protocol/rpc-fence'
import { call, dial } from './stock'

/** What the provider does with the next commit. */
export type Fate =
  | { kind: 'store' }
  /** Stored, but the answer gets lost on the way. */
  | { kind: 'store-unsure' }
  /** Not stored, and the hub does not know. */
  | { kind: 'lose' }
  /** Stored, and the connection breaks before the answer. */
  | { kind: 'store-break' }
  | { kind: 'refuse'; reason: Reason }
  /** Nothing happens until `release` is called. */
  | { kind: 'hold' }

export class ListProvider {
  readonly committed: RawValue[] = []
  readonly invites = new Map<string, InviteEntry>()
  /** Fates of the commits to come; then they are stored. */
  readonly fates: Fate[] = []
  readonly held: (() => void)[] = []
  epoch = 1

  /** A new invite; its code is for stock clients. */
  issue(uses: number, host: string, port: number, pub: string): { code: string; entry: InviteEntry } {
    const seed = Buffer.from(ssbKeys.generate().private.slice(0, 44), 'base64').subarray(0, 32)
    const key = ssbKeys.generate('ed25519', seed).id
    const entry = { key, left: uses, tag: `tag-of-${key}` }
    this.invites.set(key, entry)
    return { code: `${host}:${port}:${pub}~${seed.toString('base64')}`, entry }
  }

  commit(value: RawValue, invite: string | null): Reason | null {
    const last = this.committed.at(-1)
    if (value.sequence !== (Number(last?.sequence ?? 0) || 0) + 1) return 'gap'
    const entry = invite === null ? undefined : this.invites.get(invite)
    if (invite !== null && (entry === undefined || entry.left <= 0)) return 'refused'
    if (entry !== undefined) entry.left -= 1
    // As it would be after a feed and a disk.
    this.committed.push(JSON.parse(JSON.stringify(value)))
    return null
  }
}

export interface FenceHub {
  rpc: any
  /** Everything the fence said. */
  items: FenceItem[]
  /** Errors of calls on the fence. */
  errors: Error[]
  detach(): Promise<void>
}

/** Attaches to a pub's fence and serves it until `detach`. With `open: false` it attaches and opens nothing. */
export async function attachHub(
  pub: { address: string },
  hubKeys: any,
  networkKey: string,
  provider: ListProvider,
  options: { open?: boolean } = {},
): Promise<FenceHub> {
  const rpc = await dial(hubKeys, pub.address, networkKey, { fence: FENCE_MANIFEST, whoami: 'sync' })
  const hub: FenceHub = {
    rpc,
    items: [],
    errors: [],
    detach: () => new Promise((resolve) => rpc.close(true, () => resolve())),
  }
  const keep = (error: Error) => {
    hub.errors.push(error)
  }
  const bringUp = async (head: number) => {
    if (options.open === false) return
    const missing = provider.committed.slice(head)
    const invites = [...provider.invites.values()].map((entry) => ({ ...entry }))
    const answer = { epoch: provider.epoch, head: provider.committed.length, invites }
    if (missing.length > 0) await call(rpc, 'fence.restore', missing)
    await call(rpc, 'fence.open', answer)
  }
  const serve = (item: Extract<FenceItem, { kind: 'commit' }>) => {
    const fate = provider.fates.shift() ?? { kind: 'store' }
    const say = (reason: Reason | null) =>
      call(rpc, 'fence.answer', {
        ...{ id: item.id, ok: reason === null, reason },
        message: reason === null ? null : `${reason}, says the test's provider`,
      })
    const store = () => provider.commit(item.value, item.invite)
    switch (fate.kind) {
      case 'store':
        return say(store())
      case 'store-unsure':
        store()
        return say('try-again')
      case 'lose':
        return say('try-again')
      case 'store-break':
        store()
        return hub.detach()
      case 'refuse':
        return say(fate.reason)
      case 'hold':
        provider.held.push(() => void say(store()).catch(keep))
        return Promise.resolve()
    }
  }
  pull(
    rpc.fence.attach(),
    pull.drain(
      (item: FenceItem) => {
        hub.items.push(item)
        const done: Promise<unknown> = item.kind === 'commit' ? serve(item) : bringUp(item.head)
        done.catch(keep)
      },
      (error: unknown) => {
        if (error instanceof Error) keep(error)
      },
    ),
  )
  return hub
}
