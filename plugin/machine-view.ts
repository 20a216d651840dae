/** What the operator is shown of machines and of their cost. Pure. */
import type { Plan } from '../protocol/plan'
import type {
  MachineCostView,
  MachineKindCostView,
  MachinesView,
  MachineView,
} from '../protocol/rpc-machines'
import type { State } from '../protocol/state'
import type { MachineFact as MachineRecord } from '../protocol/state-machines'
import { strangersAmong } from './driver-step'
import { hubOf } from './machine-records'
import { type MachinePolicy, type MachinePrice, priceOf } from './machine-settings'
import { busyWith, type MachineStep, type MachineWorld, spareOf } from './machines'
import { liveOn } from './machines-busy'
import { troubleOf } from './machines-trouble'
import { reservedBytesOf } from './query'
import { machineWords as words } from './words-machines'

/** All of them, with what comes next. `asked` null: none are rented here. */
export function machinesView(
  state: State,
  asked: { world: MachineWorld; step: MachineStep } | null,
  plans: readonly Plan[],
): MachinesView {
  const settings = asked?.world.policy.machines ?? null
  const all = [...state.provider.machines.all.values()]
  const inOrder = [...all.filter(isThere), ...all.filter((one) => !isThere(one)).reverse()]
  const views = inOrder.map((one) => viewOf(state, one, asked?.world ?? null))
  return {
    driver: settings?.driver ?? null,
    ...{ min: settings?.min ?? 0, max: settings?.max ?? 0, spareBytes: settings?.spareBytes ?? 0 },
    leftBytes: asked === null ? 0 : spareOf(asked.world),
    machines: views,
    next: asked === null ? null : nextText(asked.step),
    stuck: asked?.step.kind === 'wait' && asked.step.stuck,
    trouble: asked === null ? null : troubleOf(asked.world),
    faults: [...(asked?.world.machines.faults ?? [])],
    strangers: asked === null ? [] : strangersAmong(asked.world).map(({ name }) => words.stranger(name)),
    cost: settings?.price == null ? null : costOf(views, settings.price, plans, settings),
  }
}

const isThere = ({ content }: MachineRecord): boolean => content.status !== 'gone'

function nextText(step: MachineStep): string | null {
  switch (step.kind) {
    case 'settled':
      return null
    case 'wait':
      return step.why
    case 'hub':
      return `${step.content.label} is to be ${step.content.status}`
    case 'say':
      return `${step.content.machine} is to be ${step.content.status}`
  }
}

function viewOf(state: State, one: MachineRecord, world: MachineWorld | null): MachineView {
  const { content, at, made } = one
  const { machine, label, driver, kind, status, why, by } = content
  const hub = hubOf(state, content)
  const fact = world?.machines.listed?.get(machine) ?? null
  const price = driver === world?.policy.machines.driver ? world.policy.machines.price : null
  return {
    ...{ machine, label, driver, kind, status, why, by, at, hub },
    madeAt: made.at,
    connected: hub !== null && world?.connected.has(hub) === true,
    pubs: hub === null ? 0 : liveOn(state, hub).length,
    memoryBytes: hub === null ? 0 : (state.authors.get(hub)?.capacity?.memoryBytes ?? 0),
    reservedBytes: hub === null ? 0 : reservedBytesOf(state, hub),
    listed: fact === null ? null : { status: fact.status, address: fact.address, why: fact.why },
    waits: world === null ? null : waitsFor(world, one),
    price: price == null || status === 'gone' ? null : priceOf(price, kind).amount,
  }
}

function waitsFor(world: MachineWorld, one: MachineRecord): string | null {
  const { content } = one
  const refused = world.machines.refused.get(content.machine)
  if (refused !== undefined) return words.trouble(refused.error)
  if (content.status === 'wanted')
    return hubOf(world.state, content) === null && content.driver === 'manual'
      ? words.byHand(content.machine)
      : null
  if (content.status === 'gone') return content.driver === 'manual' ? words.switchOff(content.label) : null
  return busyWith(world, one)?.why ?? null
}

/** By the prices in the settings. */
export function costOf(
  views: readonly MachineView[],
  price: MachinePrice,
  plans: readonly Plan[],
  { driver }: Pick<MachinePolicy, 'driver'>,
): MachineCostView {
  const paid = views.filter((one) => one.driver === driver && (one.listed !== null || one.status !== 'gone'))
  const pubs = paid.reduce((sum, one) => sum + one.pubs, 0)
  const all = paid.reduce((sum, { kind }) => sum + priceOf(price, kind).amount, 0)
  const flavors = [...new Set(paid.map(({ kind }) => priceOf(price, kind).flavor))]
  const kinds = flavors.map((flavor): MachineKindCostView => {
    const some = paid.filter(({ kind }) => priceOf(price, kind).flavor === flavor)
    const amount = priceOf(price, some[0]?.kind ?? null).amount
    return { flavor, amount, count: some.length, perPlan: perPlanOf(some, amount, plans) }
  })
  return {
    ...{ currency: price.currency, perMachine: price.amount, all },
    perPub: pubs === 0 ? null : all / pubs,
    perPlan: kinds.find(({ flavor }) => flavor === null)?.perPlan ?? null,
    ...(kinds.some(({ flavor }) => flavor !== null) ? { kinds } : {}),
  }
}

/** Null while none of them has said what it offers. */
function perPlanOf(
  some: readonly MachineView[],
  amount: number,
  plans: readonly Plan[],
): MachineCostView['perPlan'] {
  const offers = some.flatMap(({ memoryBytes }) => (memoryBytes > 0 ? [memoryBytes] : []))
  // The least of them: nobody is promised a price that only the largest machine has.
  const offer = offers.length === 0 ? null : Math.min(...offers)
  if (offer === null) return null
  return plans.flatMap(({ name, size }) => {
    const perMachine = Math.floor(offer / size.reservedBytes)
    return perMachine === 0 ? [] : [{ plan: name, amount: amount / perMachine, perMachine }]
  })
}
