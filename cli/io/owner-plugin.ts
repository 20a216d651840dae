/** The owner's embedded node over its unix socket: plugin `owner`, for programs of the same user only. */
import type { FeedId, Millis } from '../../protocol/ids'
import { called, drain } from '../../sbot/peers'
import type { NewLetter } from '../letter-content'
import type { OwnerDoor } from './owner-door'
import { pushSource } from './push-source'
import { closeClient, type Master } from './rpc-client'

const MANIFEST = {
  say: 'async',
  conversation: 'source',
  accept: 'async',
  state: 'async',
  level: 'async',
  delivered: 'async',
} as const
/** What a program needs to call it. */
export const OWNER_MANIFEST = { owner: MANIFEST }

type Callback = (error: Error | null, value?: unknown) => void

function answer(callback: Callback, work: () => Promise<unknown>): void {
  work().then(
    (value) => callback(null, value ?? null),
    (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
  )
}

/** The plugin. Nothing of it is open to remote peers. `service` is made once the node is there. */
export function ownerPlugin(service: Promise<OwnerDoor>): object {
  return {
    name: 'owner',
    version: '1.0.0',
    manifest: MANIFEST,
    permissions: { anonymous: { allow: [] } },
    init: () => ({
      say: (letter: NewLetter, cb: Callback) => answer(cb, async () => (await service).say(letter)),
      accept: (invite: string, cb: Callback) => answer(cb, async () => (await service).accept(invite)),
      state: (provider: FeedId, cb: Callback) => answer(cb, async () => (await service).state(provider)),
      level: (request: { provider: FeedId; timeoutMs: Millis }, cb: Callback) =>
        answer(cb, async () => (await service).level(request.provider, request.timeoutMs)),
      delivered: (request: { provider: FeedId; sequence: number }, cb: Callback) =>
        answer(cb, async () => (await service).delivered(request.provider, request.sequence)),
      conversation({ provider }: { provider: FeedId }) {
        let stop = () => {}
        let stopped = false
        const pushed = pushSource(() => {
          stopped = true
          stop()
        })
        service.then(
          (door) => {
            if (stopped) return
            stop = door.conversation(provider, {
              onLetter: (letter) => pushed.push({ letter }),
              onCaughtUp: () => pushed.push({ caughtUp: true }),
              onError: (error) => pushed.fail(error),
            })
          },
          (error: Error) => pushed.fail(error),
        )
        return pushed.source
      },
    }),
  }
}

/** The same door, from the other end of the socket. */
export function ownerOverSocket(master: Master): OwnerDoor {
  const { owner } = master.rpc
  return {
    id: master.id,
    description: `the embedded node that runs already, over ${master.how}`,
    say: (letter) => called((callback) => owner.say(letter, callback)),
    conversation(provider, listener) {
      let stopped = false
      const reading = drain(owner.conversation({ provider }), (item) => {
        if (stopped) throw new Error('stopped')
        if (item.letter !== undefined) listener.onLetter(item.letter)
        else if (item.caughtUp === true) listener.onCaughtUp()
      })
      reading.then(
        () => !stopped && listener.onError(new Error('the connection to the owner node ended')),
        (error: Error) => !stopped && listener.onError(error),
      )
      return () => {
        stopped = true
      }
    },
    accept: (invite) => called((callback) => owner.accept(invite, callback)),
    state: (provider) => called((callback) => owner.state(provider, callback)),
    level: (provider, timeoutMs) => called((callback) => owner.level({ provider, timeoutMs }, callback)),
    delivered: async () => {},
    close: () => closeClient(master.rpc),
  }
}
