/** The parts of a provider that need more than their arguments to be made. */

import type { Millis } from '../../protocol/ids'
import type { Clock } from '../../sbot/loop'
import { wantedNames } from '../dns-plan'
import type { AskMeans } from './asks'
import { Billing } from './billing'
import type { Clocks } from './clocks'
import type { Current } from './current'
import type { Dns } from './dns'
import { Exports } from './exports'
import { Imports } from './imports'
import type { Inbox } from './inbox'
import { createPainter } from './painter'
import type { Post } from './post'
import type { ProviderOptions } from './provider'

/** What takes pubs out. */
export function exportsOf({ sbot, blobs, log }: ProviderOptions, inbox: Inbox, clock: Clock): Exports {
  return new Exports(sbot, inbox, clock, blobs, (fact, details) => log('info', fact, details))
}

/** What talks with the billing bridge. */
export function billingOf(
  { policy, log }: ProviderOptions,
  inbox: Inbox,
  clock: Clock,
  clocks: Clocks,
): Billing {
  const says = (time: Millis): void => clocks.stripeSays(time)
  return new Billing(inbox, policy, clock, (fact, details) => log('warn', fact, details), says)
}

/** What takes pubs in that ran elsewhere. */
export function importsOf(
  { sbot, tables, vault, importFolder, log }: ProviderOptions,
  inbox: Inbox,
  clock: Clock,
) {
  const say = (fact: string, details: Record<string, unknown>): void => log('info', fact, details)
  return new Imports({ folder: importFolder, ...{ sbot, inbox, tables, vault, clock }, log: say })
}

/** What questions to hubs are answered with besides a call. */
export function meansOf(
  exports: Exports,
  imports: Imports,
  billing: Billing,
  post: Post | null,
  { blobs, log }: ProviderOptions,
): AskMeans {
  return {
    blobs,
    storeImport: (pub, owner, upload) => imports.store(pub, owner, upload),
    exportLinks: (pub, part, readers) => exports.exportLinks(pub, part, readers),
    callStripe: (call, request) => billing.call(call, request),
    setEmail: (owner, set) => post?.set(owner, set) ?? noMail(),
    paint: createPainter(blobs, (fact, details) => log('warn', fact, details)),
  }
}

/** Mail, where there is any, told of who pays. */
export function postOf(
  options: ProviderOptions,
  billing: Billing,
  inbox: Inbox,
  wake: () => void,
): Post | null {
  const post = options.post?.(wake) ?? null
  if (post !== null) {
    billing.onPayer = (news) => post.hear(news, inbox.state)
    billing.onPortal = (customer, link) => post.hearPortal(customer, link)
  }
  return post
}

/** Stands in where there is no mail. */
export async function noMail(): Promise<never> {
  throw new Error('refused: this provider sends no mail')
}

/** What keeps the records of pubs' host names, where a name server is given. */
export function dnsOf({ dns }: ProviderOptions, inbox: Inbox, gate: Current): Dns | null {
  // Half a state would lead names to where their pubs were once.
  return dns?.(() => (inbox.complete && gate.isSo ? wantedNames(inbox.state) : new Map())) ?? null
}
