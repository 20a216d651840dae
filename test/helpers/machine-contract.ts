/**
 * What every driver of machines owes to the policy, as stories that run against anything that speaks a cloud's API: the
 * stand-in (test/live/openstack.test.ts) and real services (test/openstack/contract.ts).
 */
import type { Test } from 'tape'
import { type MachineDriver, MachineError, type MachineFact } from '../../plugin/machine-driver'

export interface ContractWorld {
  /** A provider's driver; two with one name are the same provider. `floating`: machines get addresses of their own. */
  driver(provider: 'alice' | 'bob', change?: Change): MachineDriver
  /** Somebody else's server in the same project; gives its id. */
  makeForeign(name: string): Promise<string>
  removeForeign(id: string): Promise<void>
  /** Takes away every network port that a server could have, as somebody may by hand. */
  removePorts(): Promise<void>
  /** All that is in the project, by what a cloud counts and bills. */
  count(): Promise<{ servers: number; ports: number; addresses: number }>
  /** What a server was told to run, and with which metadata. */
  told(id: string): Promise<{ userData: string; metadata: Record<string, string> }>
  /** So many servers may be in the project. */
  serversMax: number
  /** How long a machine may take to run, or to be gone. */
  settleMs: number
  /** An address that machines with `floating` get matches it; the others get one that matches the second. */
  floatingAddress: RegExp
  fixedAddress: RegExp
}

export interface Change {
  floating?: boolean
  flavor?: string
  image?: string
  networks?: string[]
  keypair?: string
  secret?: string
  callMs?: number
  /** So far in the future is its clock. */
  aheadMs?: number
}

const USER_DATA = '#cloud-config\n{"runcmd":[["true"]],"about":"möwe"}\n'
const order = (name: string, userData = USER_DATA) => ({ name, userData, kind: null })

/** Looks until there is something. */
export async function until<T>(settleMs: number, what: string, look: () => Promise<T | null>): Promise<T> {
  const end = Date.now() + settleMs
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (Date.now() > end) throw new Error(`it did not come to that: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** The trouble that something ends with. */
export async function refusal(doing: Promise<unknown>): Promise<MachineError> {
  try {
    await doing
  } catch (error) {
    if (error instanceof MachineError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

const running = (world: ContractWorld, driver: MachineDriver, name: string): Promise<MachineFact> =>
  until(world.settleMs, `${name} runs`, async () => {
    const fact = (await driver.list()).find((one) => one.name === name)
    return fact?.status === 'running' && fact.address !== null ? fact : null
  })

const gone = (world: ContractWorld, driver: MachineDriver, name: string) =>
  until(world.settleMs, `${name} is gone`, async () =>
    (await driver.list()).some((one) => one.name === name) ? null : true,
  )

/** One machine from its order to its end, and everything twice. */
export async function lifeStory(t: Test, world: ContractWorld, floating: boolean): Promise<void> {
  const driver = world.driver('alice', { floating })
  const before = await world.count()
  t.deepEqual(await driver.check(), [], 'the cloud has all that the settings name')
  const name = floating ? 'hub-floating-1' : 'hub-fixed-1'
  const made = await driver.create(order(name))
  t.equal(made.name, name)
  t.ok(['building', 'running'].includes(made.status), `made: ${made.status}`)
  t.equal((await driver.create(order(name))).id, made.id, 'ordered twice it is the same one')
  const fact = await running(world, driver, name)
  t.equal(fact.id, made.id)
  t.match(
    fact.address ?? '',
    floating ? world.floatingAddress : world.fixedAddress,
    `reached by ${fact.address}`,
  )
  t.ok(Math.abs((fact.since ?? 0) - Date.now()) < 10 * 60_000, 'made just now')
  const { userData, metadata } = await world.told(made.id)
  t.equal(userData, USER_DATA, 'it runs what was ordered')
  t.equal(metadata['buttcloud-machine'], name)
  if (floating)
    t.equal(metadata['buttcloud-address'], fact.address, 'it is told its address before it starts')
  const another = world.driver('alice', { floating })
  t.equal((await another.create(order(name))).id, made.id, 'a provider that was started anew finds it')
  t.equal((await world.count()).servers, before.servers + 1, 'one server was made')
  t.deepEqual(await world.driver('bob').list(), [], 'another provider in the same project does not see it')
  t.equal((await refusal(world.driver('bob').destroy(name))).kind, 'refused', 'and does not destroy it')
  await driver.destroy(name)
  await gone(world, driver, name)
  await driver.destroy(name)
  t.deepEqual(await world.count(), before, 'nothing is left of it')
}

/** Servers of other people in the project are nobody's business. */
export async function foreignStory(t: Test, world: ContractWorld): Promise<void> {
  const driver = world.driver('alice')
  const foreign = await world.makeForeign('hub-foreign')
  t.deepEqual(await driver.list(), [], 'a server without a mark is not listed')
  const refused = await refusal(driver.destroy('hub-foreign'))
  t.equal(refused.kind, 'refused', refused.message)
  t.equal((await world.count()).servers, 1, 'and not destroyed')
  await driver.destroy('hub-nobody-knows')
  await world.removeForeign(foreign)
  await until(world.settleMs, 'it is gone', async () => ((await world.count()).servers === 0 ? true : null))
}

/** A server and its port that somebody took away by hand: the address goes on costing, and is found by itself. */
export async function leftOverStory(t: Test, world: ContractWorld): Promise<void> {
  const driver = world.driver('alice', { floating: true })
  const before = await world.count()
  const { id } = await driver.create(order('hub-left'))
  await running(world, driver, 'hub-left')
  await world.removeForeign(id)
  await until(world.settleMs, 'the server is gone', async () =>
    (await world.count()).servers === before.servers ? true : null,
  )
  await world.removePorts()
  const left = await world.count()
  t.deepEqual(left, { ...before, addresses: before.addresses + 1 }, 'an address alone is left')
  const later = world.driver('alice', { floating: true, aheadMs: 24 * 3_600_000 })
  const [fact] = await later.list()
  t.deepEqual([fact?.name, fact?.status], ['hub-left', 'failed'], fact?.why ?? '')
  await later.destroy('hub-left')
  t.deepEqual(await world.count(), before, 'and given back')
}

/** Two who make the same machine at once. */
export async function twinStory(t: Test, world: ContractWorld): Promise<void> {
  const drivers = [world.driver('alice'), world.driver('alice')]
  const made = await Promise.allSettled(drivers.map((driver) => driver.create(order('hub-twin'))))
  const ids = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []))
  t.ok(ids.length > 0, 'one of them at least got it')
  await until(world.settleMs, 'one server is left', async () =>
    (await world.count()).servers === 1 ? true : null,
  )
  const [fact] = await world.driver('alice').list()
  t.ok(fact !== undefined && ids.includes(fact.id), 'and it is the one that was answered')
  t.deepEqual(await world.driver('alice').check(), [], 'no second one is left to tell about')
  await drivers[0]?.destroy('hub-twin')
  await until(world.settleMs, 'all are gone', async () => ((await world.count()).servers === 0 ? true : null))
}

/** More machines than one page shows, and more than the project may have. */
export async function quotaStory(t: Test, world: ContractWorld): Promise<void> {
  const driver = world.driver('alice', { floating: true })
  const plain = world.driver('alice')
  const names = Array.from({ length: world.serversMax }, (_, index) => `hub-many-${index + 1}`)
  for (const name of names) await plain.create(order(name))
  t.deepEqual((await plain.list()).map(({ name }) => name).sort(), names, 'all pages are read')
  const before = await world.count()
  const refused = await refusal(driver.create(order('hub-too-many')))
  t.equal(refused.kind, 'quota', refused.message)
  t.deepEqual(await world.count(), before, 'and no address was kept for it')
  for (const name of names) await plain.destroy(name)
  await until(world.settleMs, 'all are gone', async () => ((await world.count()).servers === 0 ? true : null))
}

/** What is wrong with the settings is said by its name. */
export async function settingsStory(t: Test, world: ContractWorld): Promise<void> {
  const wrong: [Change, RegExp][] = [
    [{ flavor: 'huge' }, /no flavour "huge"; it has .*small/],
    [{ image: 'Debian 3' }, /no image "Debian 3"/],
    [{ networks: ['vRack'] }, /no network "vRack"; it has /],
  ]
  for (const [change, sentence] of wrong) {
    const refused = await refusal(world.driver('alice', change).create(order('hub-wrong')))
    t.equal(refused.kind, 'missing')
    t.match(refused.message, sentence)
    const [said = ''] = await world.driver('alice', change).check()
    t.match(said, sentence, 'said before it is tried, too')
  }
  t.match((await world.driver('alice', { keypair: 'nobody' }).check())[0] ?? '', /no key pair "nobody"/)
  const long = await refusal(world.driver('alice').create(order('hub-long', 'x'.repeat(50_000))))
  t.equal(long.kind, 'refused', long.message)
  const secret = 'not-the-secret-of-alice'
  const stranger = world.driver('alice', { secret })
  const denied = await refusal(stranger.list())
  t.equal(denied.kind, 'unauthorised', denied.message)
  t.notOk(denied.message.includes(secret), 'without the secret')
  t.deepEqual(await stranger.check(), [denied.message])
  t.equal((await world.count()).servers, 0, 'nothing was made')
}
