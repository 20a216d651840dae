/** Goal: plans, plan and email are answered in words, change nothing, and an address is said again nowhere. */
import test from 'tape'
import { alice, bob, hub, lastText, outcomes, Story } from '../helpers/story'
import { aliceHasPub, hubSays } from '../helpers/story-hub'

test('plans: what there is, from the policy', (t) => {
  const story = new Story().withHub()
  story.policy = {
    ...story.policy,
    plans: story.policy.plans.map((plan, at) =>
      at > 0
        ? plan
        : { ...plan, size: { ...plan.size, memoryBytes: 256 * 1024 ** 2, diskBytes: 1.5 * 1024 ** 3 } },
    ),
  }
  story.asks(bob, 'which plans do you have?')
  const effects = story.settle()
  t.deepEqual(outcomes(effects), ['done'])
  t.match(lastText(effects), /\*\*tiny\*\*: .*; up to 256 MB of memory and 1\.5 GB of disk/)
  t.end()
})

test('plan NAME: which one it has; another one is refused and names those there are', (t) => {
  const story = new Story().withHub()
  const request = aliceHasPub(story)
  for (const [text, outcome, answer] of [
    ['plan alice', 'done', /alice\*\* has the plan \*\*tiny\*\*: up to 192 MB/],
    ['which plan is my pub on?', 'done', /\*\*tiny\*\*/],
    ['plan alice tiny', 'done', /already, so there is nothing to change/],
    ['plan alice big', 'refused', /no plan called \*\*big\*\*.*are: tiny, personal, community\./],
    ['plan shed', 'refused', /no pub called \*\*shed\*\*. Yours: alice/],
  ] as const) {
    story.asks(alice, text)
    const effects = story.settle()
    t.deepEqual(outcomes(effects), [outcome], text)
    t.match(lastText(effects), answer)
    t.ok(
      effects.every((one) => one.kind === 'answer'),
      'nothing is changed',
    )
  }
  story.asks(bob, 'plan alice')
  t.match(
    lastText(story.settle()),
    /You have no pub called \*\*alice\*\*/,
    "bob learns nothing about alice's",
  )
  hubSays(story, request, 'up')
  story.asks(bob, 'plan')
  t.match(lastText(story.settle()), /no pub yet/)
  t.end()
})

test('email: it is said that none is sent, and the address stands in nothing that is owed', (t) => {
  const story = new Story().withHub()
  aliceHasPub(story)
  for (const text of [
    'email alice.b@example.org',
    'please use alice.b@example.org as my email',
    'email alice.b@example.org\nand create shed',
    'status alice.b@example.org',
    'create alice.b@example.org',
    'write to alice.b@example.org when alice is down',
    'email alice.b@example',
    'do not email alice.b@example.org',
  ]) {
    story.asks(alice, text)
    const effects = story.settle()
    t.equal(outcomes(effects).length, 1, text)
    t.doesNotMatch(JSON.stringify(effects.map(withoutRequest)), /alice[.-]b/, 'never again')
    story.now += 60_000
  }
  story.asks(alice, 'email alice@example.org')
  const refused = story.settle()
  t.deepEqual(outcomes(refused), ['refused'])
  t.match(lastText(refused), /sends no mail yet.*did not keep the address.*stays on your own feed, encrypted/)
  story.asks(alice, 'email off')
  const off = story.settle()
  t.deepEqual(outcomes(off), ['done'])
  t.match(lastText(off), /nothing to switch off/)
  t.end()
})

test('a pub that can not be stopped is not called stopped', (t) => {
  const story = new Story().withHub()
  const request = aliceHasPub(story)
  story.asks(alice, 'stop alice')
  story.settle()
  hubSays(story, request, 'failed', { trouble: 'unreachable', reason: 'its engine does not answer' })
  for (const text of ['status alice', 'list']) {
    story.asks(alice, text)
    const said = lastText(story.settle())
    t.match(
      said,
      /alice\*\* shall be stopped, and that does not work yet: its engine does not answer\. It may still be up/,
    )
    t.doesNotMatch(said, /is \*?\*?down/)
  }
  t.ok(story.connected.has(hub))
  t.end()
})

/** The request lies in the effect for its performer, who writes none of it. */
const withoutRequest = (effect: object): object => ({ ...effect, request: null })
