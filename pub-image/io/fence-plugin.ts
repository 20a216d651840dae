/** The fence as a secret-stack plugin: wiring between a stock server, the driver and the hub's calls. */
import {
  describeRefusal,
  feedId,
  flag,
  inviteKey,
  list,
  nullable,
  oneOf,
  shape,
  text,
  whole,
} from '../../protocol/check'
import {
  DESCRIPTION_CHARS_MAX,
  HISTORY_BATCH_MAX,
  INVITE_USES_MAX,
  INVITES_PER_PUB_MAX,
  PORT_MAX,
  PORT_MIN,
  RECIPIENTS_MAX,
  TITLE_CHARS_MAX,
} from '../../protocol/limits'
import { HOST_CHARS_MAX } from '../../protocol/limits-dns'
import { type RawValue, REASONS } from '../../protocol/rpc'
import { FENCE_MANIFEST, type FenceStatus } from '../../protocol/rpc-fence'
import type { PubConfig, PubKeys } from '../config'
import { statusOf } from '../fence-state'
import * as words from '../words'
import type { BlobGate } from './blob-gate'
import { FenceDriver } from './fence-driver'
import { FigureTeller } from './figures'
import { hangUpOn } from './hang-up'
import { hookWrites, type Passes } from './hooks'
import { hookOwners, type Owners } from './owners'

type Callback = (error: Error | null, value?: unknown) => void

/** What we let every peer call, beyond what a stock server does. */
const ADMITTED = ['invite.use']
const TAG_CHARS_MAX = 200
const MESSAGE_CHARS_MAX = 2000
const SEQUENCE_MAX = Number.MAX_SAFE_INTEGER

const inviteEntry = shape({ key: inviteKey, left: whole(0, INVITE_USES_MAX), tag: text(TAG_CHARS_MAX) })
const openRequest = shape({
  epoch: whole(0, SEQUENCE_MAX),
  head: whole(0, SEQUENCE_MAX),
  invites: list(inviteEntry, 0, INVITES_PER_PUB_MAX),
})
const aboutRequest = shape({
  name: text(TITLE_CHARS_MAX),
  description: text(DESCRIPTION_CHARS_MAX),
  address: nullable(shape({ host: text(HOST_CHARS_MAX), port: whole(PORT_MIN, PORT_MAX) })),
})
const revokeRequest = shape({ key: inviteKey })
const contactRequest = shape({ feed: feedId, following: flag, blocking: flag })
const blobsRequest = shape({ take: flag })
const ownersRequest = shape({ owners: list(feedId, 0, RECIPIENTS_MAX - 1) })
const commitAnswer = shape({
  id: whole(1, SEQUENCE_MAX),
  ok: flag,
  reason: nullable(oneOf(...REASONS)),
  message: nullable(text(MESSAGE_CHARS_MAX)),
})
const rawValues = list<RawValue>(
  (value, field) =>
    typeof value === 'object' && value !== null
      ? { ok: true, value: value as RawValue }
      : { ok: false, field, expected: 'a signed message', found: typeof value },
  0,
  HISTORY_BATCH_MAX,
)

function settle(promise: Promise<unknown>, callback: Callback): void {
  promise.then(
    (value) => callback(null, value),
    (error) => callback(error instanceof Error ? error : new Error(String(error))),
  )
}

function badArgument(refusal: Parameters<typeof describeRefusal>[0], callback: Callback): void {
  callback(new Error(`bad-argument: ${describeRefusal(refusal)}`))
}

/** Calls of the hub, in managed mode. */
function managedApi(
  ssb: any,
  driver: FenceDriver,
  owners: Owners,
  teller: FigureTeller,
  blobGate: BlobGate,
): Record<keyof typeof FENCE_MANIFEST, unknown> {
  const headOf = (head: Promise<number>) => head.then((sequence) => ({ head: sequence }))
  return {
    status: (callback: Callback) => settle(driver.ready().then(statusOf), callback),
    attach: () => driver.attach().read,
    open(request: unknown, callback: Callback) {
      const checked = openRequest(request, 'open')
      if (!checked.ok) return badArgument(checked, callback)
      settle(headOf(driver.call({ on: 'open', ...checked.value, now: Date.now() })), callback)
    },
    restore(values: unknown, callback: Callback) {
      const checked = rawValues(values, 'restore')
      if (!checked.ok) return badArgument(checked, callback)
      settle(headOf(driver.restore(checked.value)), callback)
    },
    answer(answer: unknown, callback: Callback) {
      const checked = commitAnswer(answer, 'answer')
      if (!checked.ok) return badArgument(checked, callback)
      const { id, ok, reason, message } = checked.value
      settle(headOf(driver.call({ on: 'answer', commit: id, ok, reason, message })), callback)
    },
    invite(entry: unknown, callback: Callback) {
      const checked = inviteEntry(entry, 'invite')
      if (!checked.ok) return badArgument(checked, callback)
      settle(headOf(driver.call({ on: 'invite', entry: checked.value })), callback)
    },
    revoke(request: unknown, callback: Callback) {
      const checked = revokeRequest(request, 'revoke')
      if (!checked.ok) return badArgument(checked, callback)
      settle(headOf(driver.call({ on: 'revoke', invite: checked.value.key })), callback)
    },
    contact(request: unknown, callback: Callback) {
      const checked = contactRequest(request, 'contact')
      if (!checked.ok) return badArgument(checked, callback)
      const { feed, blocking } = checked.value
      const done = driver.contact(checked.value).then((head) => {
        if (!blocking) return head
        // Stock hangs up only on whom it has dialled itself, and some versions of ssb-friends go on fetching from others.
        hangUpOn(ssb, feed)
        ssb.replicate.request(feed, false)
        return head
      })
      settle(headOf(done), callback)
    },
    owners(request: unknown, callback: Callback) {
      const checked = ownersRequest(request, 'owners')
      if (!checked.ok) return badArgument(checked, callback)
      owners.set(checked.value.owners)
      callback(null, { owners: checked.value.owners.length })
    },
    about(request: unknown, callback: Callback) {
      const checked = aboutRequest(request, 'about')
      if (!checked.ok) return badArgument(checked, callback)
      settle(headOf(driver.about(checked.value)), callback)
    },
    figures: (request: unknown) => teller.source(request),
    blobs(request: unknown, callback: Callback) {
      const checked = blobsRequest(request, 'blobs')
      if (!checked.ok) return badArgument(checked, callback)
      blobGate.takes = checked.value.take
      callback(null, checked.value)
    },
  }
}

/** The same calls in standalone mode: there is nobody to ask, and `status` says so. */
function standaloneApi(ssb: any): Record<keyof typeof FENCE_MANIFEST, unknown> {
  const refuse = (_argument: unknown, callback: Callback) => callback(new Error(words.IS_STANDALONE))
  const refusedSource = () => (_abort: unknown, answer: (end: Error) => void) =>
    answer(new Error(words.IS_STANDALONE))
  return {
    status(callback: Callback) {
      ssb.getFeedState(ssb.id, (error: Error | null, state: { sequence: number }) => {
        if (error) return callback(error)
        const status: FenceStatus = {
          ...{ mode: 'standalone', pub: ssb.id, epoch: null, open: true, why: words.STANDALONE },
          ...{ head: state.sequence, waiting: 0, invites: 0 },
        }
        callback(null, status)
      })
    },
    attach: refusedSource,
    open: refuse,
    restore: refuse,
    answer: refuse,
    invite: refuse,
    revoke: refuse,
    about: refuse,
    figures: refusedSource,
    contact: refuse,
    blobs: refuse,
    owners: refuse,
  }
}

/**
 * The plugins to add after all of stock's. No permission is given for `fence`: without one only the master, which is
 * the hub, may call it. `invite.use` is open to all callers and decides by their key itself, so that somebody who
 * comes while the pub is catching up, or whose invite is used up, is told so instead of "no such method".
 */
export function fencePlugins(config: PubConfig, keys: PubKeys, blobGate: BlobGate): object[] {
  const managed = config.mode === 'managed'
  const fence = {
    name: 'fence',
    version: '1.0.0',
    manifest: FENCE_MANIFEST,
    permissions: {},
    init(ssb: any, _config: unknown, permissions: { anonymous?: { allow?: string[] | null } }) {
      if (!managed) return standaloneApi(ssb)
      const passes: Passes = new WeakSet()
      const driver = new FenceDriver(ssb, keys, config, passes)
      hookWrites(ssb, driver, passes)
      const owners = hookOwners(ssb, [...(permissions.anonymous?.allow ?? []), ...ADMITTED])
      ssb.close.hook(function (this: unknown, close: any, args: unknown[]) {
        driver.close().then(() => close.apply(this, args))
      })
      return managedApi(ssb, driver, owners, new FigureTeller(ssb, config), blobGate)
    },
  }
  const admission = { permissions: { anonymous: { allow: [...ADMITTED] } }, init: () => undefined }
  return managed ? [fence, admission] : [fence]
}
