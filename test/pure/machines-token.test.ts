/** Goal: a machine and its hub are one: no server comes by two machines' tokens, so what is given back takes no other along. */
import ssbKeys from 'ssb-keys'
import test from 'tape'
import { createDoor } from '../../plugin/io/onboarding'
import { machineAdded } from '../../plugin/machine-deeds'
import type { FeedId, InviteKey } from '../../protocol/ids'
import { joinText } from '../../protocol/rpc'
import { MachineStory } from '../helpers/machine-world'
import { plainLedger, provider } from '../helpers/story'

/** The door of a provider that rents machines, and two of them that are wanted. */
function twoWanted() {
  const one = new MachineStory()
  const { story } = one
  const door = createDoor(
    { token: () => null } as never,
    { state: story.state, say: async (content: never) => story.tells(provider, content) } as never,
    { ask: (work) => work() },
  )
  const tokens = ['shed', 'barn'].map((label): InviteKey => {
    const { state, policy, now } = story
    const world = { state, policy, now, ledger: plainLedger, listed: new Map() }
    const deed = machineAdded(world, { label, kind: null }, provider)
    if (!deed.ok || deed.say === null) throw new Error('none is wanted')
    story.tells(provider, deed.say)
    return deed.say.token
  })
  const comes = (keys: { id: FeedId }, token: InviteKey) =>
    door.join(token, { hub: keys.id, proof: ssbKeys.sign(keys, joinText(token, keys.id)) }).then(
      ({ label }) => label,
      (error: Error) => error.message,
    )
  return { tokens, comes, hubs: story.state.provider.hubs }
}

test('the tokens of two machines on one server: the second is refused, and stays good for another one', async (t) => {
  const { tokens, comes, hubs } = twoWanted()
  const [shed, barn] = tokens as [InviteKey, InviteKey]
  const [first, second] = [ssbKeys.generate(), ssbKeys.generate()]
  t.equal(await comes(first, shed), 'shed')
  t.match(await comes(first, barn), /^refused: that server is the hub shed already, by the token of bc-/)
  t.equal(hubs.get(first.id)?.label, 'shed')
  t.equal(await comes(first, shed), 'shed', 'asked again because an answer got lost')
  t.equal(await comes(second, barn), 'barn')
  t.equal(hubs.size, 2)
  t.end()
})
