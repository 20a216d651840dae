/** Steps that several parts of the update take. */
import type { AdminEffect } from './message'
import type { AdminModel } from './model'

export interface AdminUpdated {
  model: AdminModel
  effects: AdminEffect[]
}

export const still = (model: AdminModel, ...effects: AdminEffect[]): AdminUpdated => ({ model, effects })

const TOLD_MS = 6_000
/** A line that stays for a moment. */
export const telling = (model: AdminModel, text: string): AdminModel => ({
  ...model,
  told: { text, until: model.now + TOLD_MS },
})
