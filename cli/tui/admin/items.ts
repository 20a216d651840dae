/** The rows of each screen that can be chosen, as data: what is drawn, opened and copied comes from here. */
import type { FeedId } from '../../../protocol/ids'
import type { MailView } from '../../../protocol/mail'
import type { AuditEntry, AuditView, FleetPubView, HubRoomView } from '../../../protocol/rpc-desk'
import type { MachineView } from '../../../protocol/rpc-machines'
import type { AlertView, GrantView, MoneyPubView, NoRoomView } from '../../../protocol/rpc-money'
import type { Known } from '../model'
import { eventsOf } from './events'
import { listedPubs } from './listing'
import type { About, AdminModel, AdminScreen, FleetEvent, Tab, Waiting } from './model'
import { hubsOf, machinesOf, pubOf } from './reading'
import { waitingFor } from './waiting'

export type Item =
  | { kind: 'hub'; hub: HubRoomView }
  | { kind: 'machine'; machine: MachineView }
  | { kind: 'pub'; pub: FleetPubView }
  | { kind: 'waiting'; waiting: Waiting }
  | { kind: 'event'; event: FleetEvent }
  | { kind: 'owes'; money: MoneyPubView }
  | { kind: 'no-room'; paid: NoRoomView }
  | { kind: 'alert'; alert: AlertView }
  | { kind: 'grant'; grant: GrantView }
  | { kind: 'mail-waits'; mail: MailView['waiting'][number] }
  | { kind: 'mail-failed'; mail: MailView['failed'][number] }
  | { kind: 'owner'; owner: FeedId }
  | { kind: 'audit'; entry: AuditEntry }

/** The newest things on the first screen; the rest is on the tab of events. */
const LATELY_MAX = 30

/** In the order in which they stand there. */
export function itemsOf(model: AdminModel, screen: AdminScreen): Item[] {
  switch (screen.kind) {
    case 'home':
      return homeItems(model, screen.tab)
    case 'hub':
      return pubItems(pubsOn(model, screen.hub))
    case 'pub':
      return [
        ...(pubOf(model.fleet, screen.pub)?.owners ?? []).map((owner): Item => ({ kind: 'owner', owner })),
        ...auditItems(model, screen.pub),
      ]
    case 'owner':
      return [...pubItems(pubsOfOwner(model, screen.owner)), ...auditItems(model, screen.owner)]
  }
}

const pubItems = (pubs: FleetPubView[]): Item[] => pubs.map((pub) => ({ kind: 'pub', pub }))
const byName = (a: FleetPubView, b: FleetPubView): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

function pubsOn({ fleet }: AdminModel, hub: FeedId): FleetPubView[] {
  return (fleet.pubs?.value ?? []).filter((pub) => pub.hub === hub && pub.phase !== 'ended').sort(byName)
}

/** Ended ones last. */
function pubsOfOwner({ fleet }: AdminModel, owner: FeedId): FleetPubView[] {
  return (fleet.pubs?.value ?? [])
    .filter(({ owners }) => owners.includes(owner))
    .sort((a, b) => Number(a.phase === 'ended') - Number(b.phase === 'ended') || byName(a, b))
}

export const storyOf = ({ audits }: AdminModel, about: string): Known<AuditView> | null =>
  audits.find((one) => one.about === about)?.story ?? null

/** Newest first: what somebody looks for is what happened last. */
const auditItems = (model: AdminModel, about: string): Item[] =>
  [...(storyOf(model, about)?.value.entries ?? [])].reverse().map((entry) => ({ kind: 'audit', entry }))

function homeItems(model: AdminModel, tab: Tab): Item[] {
  const { fleet } = model
  const waiting = (): Item[] => waitingFor(model).map((one) => ({ kind: 'waiting', waiting: one }))
  const events = (): Item[] => eventsOf(model).map((event) => ({ kind: 'event', event }))
  switch (tab) {
    case 'fleet':
      return [
        ...hubsOf(fleet).map((hub): Item => ({ kind: 'hub', hub })),
        ...machinesOf(fleet).map((machine): Item => ({ kind: 'machine', machine })),
        ...waiting(),
        ...events().slice(0, LATELY_MAX),
      ]
    case 'pubs':
      return pubItems(listedPubs(model))
    case 'events':
      return events()
    case 'money': {
      const { pubs = [], noRoom = [], alerts = [] } = fleet.money?.value ?? {}
      const owing = pubs.filter(({ dues, suspended, waits, right }) => {
        return dues !== null || suspended || waits !== null || right === null
      })
      const given = (fleet.grants?.value ?? []).filter((one) => one.given)
      return [
        ...owing.map((money): Item => ({ kind: 'owes', money })),
        ...noRoom.map((paid): Item => ({ kind: 'no-room', paid })),
        ...alerts.map((alert): Item => ({ kind: 'alert', alert })),
        ...given.map((grant): Item => ({ kind: 'grant', grant })),
      ]
    }
    case 'mail': {
      const { waiting: queue = [], failed = [] } = fleet.mail?.value ?? {}
      return [
        ...queue.map((mail): Item => ({ kind: 'mail-waits', mail })),
        ...failed.map((mail): Item => ({ kind: 'mail-failed', mail })),
      ]
    }
  }
}

const screenAbout = (about: About): AdminScreen | null =>
  about === null
    ? null
    : about.kind === 'hub'
      ? { kind: 'hub', hub: about.hub, selected: 0 }
      : { kind: 'pub', pub: about.pub, selected: 0 }

/** What Enter opens; null: nothing. */
export function screenOfItem(item: Item): AdminScreen | null {
  switch (item.kind) {
    case 'hub':
      return { kind: 'hub', hub: item.hub.hub, selected: 0 }
    case 'pub':
      return { kind: 'pub', pub: item.pub.pub, selected: 0 }
    case 'waiting':
      return screenAbout(item.waiting.about)
    case 'event':
      return screenAbout(item.event.about)
    case 'owes':
      return { kind: 'pub', pub: item.money.pub, selected: 0 }
    case 'owner':
      return { kind: 'owner', owner: item.owner, selected: 0 }
    case 'no-room':
      return { kind: 'owner', owner: item.paid.owner, selected: 0 }
    case 'grant':
      return item.grant.kind === 'owner'
        ? { kind: 'owner', owner: item.grant.id as FeedId, selected: 0 }
        : { kind: 'pub', pub: item.grant.id as FleetPubView['pub'], selected: 0 }
    case 'machine':
      return item.machine.hub === null ? null : { kind: 'hub', hub: item.machine.hub, selected: 0 }
    case 'alert':
    case 'mail-waits':
    case 'mail-failed':
    case 'audit':
      return null
  }
}

/** What `y` copies: a command where there is one to type, else what it is known by. */
export function copyOfItem(item: Item): string | null {
  switch (item.kind) {
    case 'hub':
      return item.hub.hub
    case 'pub':
      return item.pub.pub
    case 'waiting':
      return item.waiting.command
    case 'event':
      return item.event.text
    case 'owes':
      return item.money.subscription ?? item.money.pub
    case 'owner':
      return item.owner
    case 'no-room':
      return item.paid.owner
    case 'machine':
      return item.machine.machine
    case 'alert':
      return item.alert.reference
    case 'grant':
      return item.grant.id
    case 'mail-waits':
    case 'mail-failed':
      return item.mail.what
    case 'audit':
      return item.entry.key
  }
}

/** The same for the same thing, wherever in the list it stands. */
export function keyOfItem(item: Item): string {
  switch (item.kind) {
    case 'hub':
      return `hub ${item.hub.hub}`
    case 'pub':
      return `pub ${item.pub.pub}`
    case 'waiting':
      // Figures and times in it go on.
      return `waiting ${item.waiting.text.replace(/[\d.]+ ?[a-z]+/g, '')}`
    case 'event':
      return `event ${item.event.at} ${item.event.name} ${item.event.text}`
    case 'owes':
      return `owes ${item.money.pub}`
    case 'audit':
      return `audit ${item.entry.key}`
    default:
      return `${item.kind} ${copyOfItem(item)}`
  }
}
