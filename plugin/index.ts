/**
 * The provider as a secret-stack plugin. Runs in our own node on ssb-db2 (`buttcloud provider`) and, listed under
 * `plugins` in its config, in a stock ssb-server 16 on the classic log. Named exports, as ssb-plugins wants them.
 */
import { BUTTCLOUD_MANIFEST, PROVIDER_ANONYMOUS } from '../protocol/rpc'
import { createApi } from './io/api'
import { noted } from './io/operator-notes'
import { providers, wire } from './io/wire'

export const name = 'buttcloud'
export const version = '0.1.0'
/** Whole, although a hub's half is refused here: what we call on our hubs comes of our own manifest. */
export const manifest = BUTTCLOUD_MANIFEST
export const permissions = { anonymous: { allow: [...PROVIDER_ANONYMOUS] } }

/** Called by secret-stack. The provider itself starts once all plugins are loaded. */
export function init(ssb: unknown, config: unknown, all?: unknown): object {
  const { self, operators, log } = wire(ssb, config, all)
  const api = createApi(
    self,
    version,
    () => providers.get(self) ?? Promise.reject(new Error('try-again: not started yet')),
    operators,
  )
  return noted(api, operators, log)
}
