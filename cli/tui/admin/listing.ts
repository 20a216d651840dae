/** Which pubs are listed, in which order. */
import type { FleetPubView } from '../../../protocol/rpc-desk'
import type { AdminModel, Fleet, Listing, Sort } from './model'
import { isInTrouble, labelOf, moneyWords } from './reading'

/** Those that the filter leaves, sorted; the newest thing first where times are sorted by. */
export function listedPubs({ fleet, listing }: Pick<AdminModel, 'fleet' | 'listing'>): FleetPubView[] {
  const words = listing.filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  return (fleet.pubs?.value ?? [])
    .filter(
      (pub) => (listing.ended || pub.phase !== 'ended') && words.every((word) => fits(fleet, pub, word)),
    )
    .map((pub) => ({ pub, key: sortKey(fleet, pub, listing.sort) }))
    .sort((a, b) => compared(a.key, b.key) || compared(a.pub.name, b.pub.name))
    .map(({ pub }) => pub)
}

function compared(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Some words of the filter mean more than the letters in them. */
function fits(fleet: Fleet, pub: FleetPubView, word: string): boolean {
  const money = moneyWords(fleet, pub.pub)
  switch (word.replace(/^#/, '')) {
    case 'up':
    case 'down':
    case 'failed':
    case 'placed':
      return pub.phase === word.replace(/^#/, '')
    case 'suspended':
      return pub.suspended
    case 'incident':
      return pub.lastIncident !== null
    case 'trouble':
      return isInTrouble(pub) || (pub.lastIncident !== null && pub.lastIncident.overAt === null)
    case 'unpaid':
      return money.tone === 'warn' || money.tone === 'bad'
  }
  const texts = [pub.name, pub.plan, money.text, labelOf(fleet, pub.hub), pub.pub, ...pub.owners]
  if (pub.lastIncident !== null) texts.push(pub.lastIncident.kind)
  return texts.some((text) => text.toLowerCase().includes(word))
}

const TROUBLE_RANKS: Record<FleetPubView['phase'], number> = {
  ...{ failed: 0, placed: 1, down: 2, up: 4, ended: 5 },
}

function sortKey(fleet: Fleet, pub: FleetPubView, sort: Sort): string | number {
  switch (sort) {
    case 'name':
      return pub.name
    case 'trouble':
      return isInTrouble(pub) ? TROUBLE_RANKS[pub.phase] : pub.phase === 'down' ? 3 : TROUBLE_RANKS[pub.phase]
    case 'plan':
      return pub.plan
    case 'owner':
      return pub.owners[0] ?? ''
    case 'hub':
      return labelOf(fleet, pub.hub)
    case 'money': {
      const { tone, text } = moneyWords(fleet, pub.pub)
      return `${tone === 'bad' ? 0 : tone === 'warn' ? 1 : 2} ${text}`
    }
    case 'incident':
      return pub.lastIncident === null ? 0 : -pub.lastIncident.begunAt
    case 'age':
      return -pub.createdAt
  }
}

/** How it is listed, in words; empty where nothing is left out and the order is that of the names. */
export function listingWords({ sort, filter, ended }: Listing): string {
  const words: string[] = []
  if (filter.text.trim() !== '') words.push(`only “${filter.text.trim()}”`)
  if (sort !== 'name') words.push(`by ${sort}`)
  if (ended) words.push('with those that have ended')
  return words.join(', ')
}
