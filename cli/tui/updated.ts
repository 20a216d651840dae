/** Steps that several parts of `update` take. */
import type { MessageId, PubId } from '../../protocol/ids'
import { NOTHING_YET } from '../letters'
import type { Effect } from './message'
import type { Dialog, Model, Request, ScreenState } from './model'
import { isOpen } from './reading'

export interface Updated {
  model: Model
  effects: Effect[]
}

export const still = (model: Model, ...effects: Effect[]): Updated => ({ model, effects })

export const withDialog = (model: Model, dialog: Dialog | null): Model => ({ ...model, dialog })

/** Something in the place of the top screen. */
export const withTop = (model: Model, screen: ScreenState): Model => ({
  ...model,
  screens: [...model.screens.slice(0, -1), screen],
})

export const pushed = (model: Model, screen: ScreenState): Model => ({
  ...model,
  screens: [...model.screens, screen],
})

/** Back to the screen before; the first one stays. */
export const popped = (model: Model): Model =>
  model.screens.length > 1 ? { ...model, screens: model.screens.slice(0, -1) } : model

const TOLD_MS = 6_000

/** A line that stays for a moment. */
export const telling = (model: Model, text: string): Model => ({
  ...model,
  told: { text, until: model.now + TOLD_MS },
})

/** A session's requests that are over are looked at for a while, and the letters keep them all. */
const REQUESTS_MAX = 50

function begun(model: Model, request: Pick<Request, 'text' | 'pub' | 'thread'>): Model {
  const one: Request = {
    ...request,
    ...{ id: model.nextRequest, begunAt: model.now, state: 'writing', key: null, sequence: null },
    ...{ problem: null, saved: null, answered: NOTHING_YET, endedAt: null },
  }
  const all = [...model.requests, one]
  const over = all.filter((each) => !isOpen(each)).slice(0, Math.max(0, all.length - REQUESTS_MAX))
  return {
    ...model,
    requests: all.filter((each) => !over.includes(each)),
    nextRequest: model.nextRequest + 1,
  }
}

export interface Wish {
  text: string
  pub: PubId | null
  /** A new thread, the newest one, or a reply to this letter. */
  thread: 'new' | 'newest' | MessageId
}

/** Sends words to the provider. What follows them is opened by the caller: `request` is its id. */
export function saying(model: Model, { text, pub, thread }: Wish): Updated & { request: number } {
  const request = model.nextRequest
  const to = thread === 'new' || thread === 'newest' ? null : thread
  return {
    request,
    model: begun(model, { text, pub, thread: to }),
    effects: [{ kind: 'say', request, text, thread }],
  }
}

/** Begins a download. */
export function savingPart(
  model: Model,
  wish: Omit<Extract<Effect, { kind: 'save' }>, 'kind' | 'request'>,
): Updated & { request: number } {
  const request = model.nextRequest
  const text = `export ${wish.name} ${wish.part}`
  return {
    request,
    model: begun(model, { text, pub: wish.pub, thread: null }),
    effects: [{ kind: 'save', request, ...wish }],
  }
}
