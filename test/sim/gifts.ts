/** What an operator gives and takes back, by the real method of the operator's own API. */
import { duesMethods } from '../../plugin/io/dues-api'
import type { Caller } from '../../plugin/io/method'
import type { Provider } from '../../plugin/io/provider'
import { PROVIDER } from './actors'
import { GUEST } from './people'
import type { Random } from './random'
import type { World } from './world'

const GIVE_CHANCE = 0.03
const FOR_EVER_CHANCE = 0.2
const TAKE_BACK_CHANCE = 0.4

type Method = (this: Caller, request: unknown, then: (error: Error | null) => void) => void

/** Gives something to a pub or a person now and then, until a date or until it is taken back. */
export function giveNowAndThen(world: World, running: Provider, random: Random): void {
  if (world.healed || !random.chance(GIVE_CHANCE)) return
  const { pubs, money } = running.inbox.state.provider
  const live = [...pubs.values()].filter(({ record }) => record.status === 'live')
  const given = [...money.grants.values()].flatMap(({ content: { given, target } }) =>
    given ? [target.kind === 'owner' ? target.owner : target.pub] : [],
  )
  const isTaken = given.length > 0 && random.chance(TAKE_BACK_CHANCE)
  const persons = [...new Set([...live.flatMap(({ record }) => record.owners.slice(0, 2)), GUEST])]
  const targets = live.length > 0 && random.chance(0.6) ? live.map(({ pub }) => pub) : persons
  const target = random.pick<string>(isTaken ? given : targets)
  const until = random.chance(FOR_EVER_CHANCE)
    ? null
    : running.now() + Math.floor(random.between(60_000, 700_000))
  const { adminGrant } = duesMethods(async () => running) as { adminGrant: Method }
  adminGrant.call({ id: PROVIDER }, { target, until, given: !isTaken }, (error) => {
    const what = isTaken ? 'taken back from' : `given ${until === null ? 'for ever' : 'for a while'} to`
    world.trace(() => `a pub is ${what} ${target.slice(0, 7)}: ${error === null ? 'done' : error.message}`)
  })
}
