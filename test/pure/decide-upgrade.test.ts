// What the provider owes when owners ask for another version of their pub, or for one made anew.
import test from 'tape'
import { pubIdOf } from '../../protocol/ids'
import { CHANGE_DEADLINE_MS, UPGRADE_DEADLINE_MS } from '../../protocol/limits'
import { alice, bob, hub, lastText, oscar, outcomes } from '../helpers/story'
import { ask, recordOf, specOf, stopped, type Told, told } from '../helpers/story-change'
import { hubSays } from '../helpers/story-hub'

/** A pub that runs 0.1.0, of a provider whose current version is 0.2.0. */
function runs(): Told {
  const one = told()
  one.story.policy = { ...one.story.policy, pubVersion: '0.2.0' }
  hubSays(one.story, one.pub, 'up', { version: '0.1.0' })
  one.story.settle()
  return one
}

const upgrading = (): Told => {
  const one = runs()
  ask(one, 'upgrade alice')
  return one
}

/** The hub says so, and the provider settles: outcomes and the last text. */
function says(one: Told, phase: 'up' | 'down' | 'failed', more: object): [string[], string] {
  hubSays(one.story, one.pub, phase, more)
  const effects = one.story.settle()
  return [outcomes(effects), lastText(effects)]
}

const BACK = { version: '0.1.0', reverted: 'it keeps crashing: SyntaxError' }

test('upgrade: record, order with a way back, and the answer when it has shown that it works', (t) => {
  const one = runs()
  one.story.asks(alice, 'upgrade alice')
  const effects = one.story.settle()
  t.same(outcomes(effects), ['received'])
  t.match(lastText(effects), /from 0\.1\.0 to 0\.2\.0\. .* within 90 s, 0\.1\.0 comes back by itself/)
  t.equal(recordOf(one).version, '0.2.0')
  t.same([specOf(one).version, specOf(one).fallback, specOf(one).revision], ['0.2.0', { version: null }, 2])
  one.story.now += 8_100
  const [said, text] = says(one, 'up', { version: '0.2.0' })
  t.same(said, ['done'])
  t.match(text, /\*\*alice\*\* runs 0\.2\.0 after 8\.1 s, at pubs\.example:/)
  t.equal(specOf(one).revision, 2, 'nothing more is ordered')
  t.same(ask(one, 'upgrade alice'), ['done'])
  t.equal(specOf(one).revision, 2, 'and again: it runs that already')
  t.same(ask(one, 'name alice as The Shed'), [])
  t.equal(specOf(one).fallback, null, 'what has passed is not on trial with the next order')
  t.end()
})

test('a named version, an older one, and what can not be one', (t) => {
  const one = runs()
  one.story.asks(alice, 'upgrade alice 0.0.9')
  t.match(lastText(one.story.settle()), /to 0\.0\.9, which is an older version/)
  t.equal(specOf(one).version, '0.0.9')
  const bad = runs()
  t.same(ask(bad, 'upgrade alice ../0.2.0'), ['refused'])
  bad.story.policy = { ...bad.story.policy, pubVersion: 'no tag' }
  t.same(ask(bad, 'upgrade alice'), ['refused'])
  t.equal(recordOf(bad).version, null)
  t.end()
})

test('the version that runs already', (t) => {
  const one = runs()
  one.story.asks(alice, 'upgrade alice 0.1.0')
  const effects = one.story.settle()
  t.same(
    effects.map(({ kind }) => kind),
    ['answer'],
  )
  t.match(lastText(effects), /runs 0\.1\.0 already/)
  t.end()
})

test('back again: said with the reason, the record put back, and no new start ordered for it', (t) => {
  const one = upgrading()
  t.same(says(one, 'down', { reverted: BACK.reverted })[0], [], 'on the way back')
  t.equal(recordOf(one).version, '0.2.0')
  one.story.now += 12_300
  const [said, text] = says(one, 'up', BACK)
  t.same(said, ['failed'])
  t.match(
    text,
    /could not go to 0\.2\.0: it keeps crashing: SyntaxError\. It runs 0\.1\.0 as before, with all its data; that took 12\.3 s/,
  )
  t.equal(recordOf(one).version, null)
  t.same([specOf(one).version, specOf(one).fallback, specOf(one).revision], [null, null, 3])
  t.same(says(one, 'up', { version: '0.1.0' })[0], [], 'and that is the end of it')
  t.same(ask(one, 'upgrade alice'), ['received'], 'it may be tried again')
  t.same(specOf(one).fallback, { version: null })
  t.end()
})

test('each step back is found again after a crash', (t) => {
  const one = upgrading()
  hubSays(one.story, one.pub, 'up', BACK)
  // Only the first effect of each look gets on the feed.
  const done: string[] = []
  for (let round = 0; round < 20; round += 1) {
    const [first] = one.story.decide().effects
    if (first === undefined) break
    one.story.perform(first)
    done.push(first.kind === 'answer' ? first.payload.outcome : first.kind)
  }
  t.same(done, ['failed', 'record', 'order'])
  t.equal(specOf(one).version, null)
  t.end()
})

test('the provider was away, and its answer is late: the record is put back all the same', (t) => {
  const one = upgrading()
  one.story.now += UPGRADE_DEADLINE_MS - 1
  t.same(outcomes(one.story.settle()), [])
  one.story.now += 1
  const late = one.story.settle()
  t.same(outcomes(late), ['failed'])
  t.match(
    lastText(late),
    /upgrade of \*\*alice\*\* is not through after 15 min 0 s.*It is still to run 0\.2\.0/,
  )
  t.ok(UPGRADE_DEADLINE_MS > CHANGE_DEADLINE_MS)
  says(one, 'up', BACK)
  t.same([recordOf(one).version, specOf(one).version], [null, null])
  t.end()
})

test('neither comes up: said with both reasons; the old one is what is to run', (t) => {
  const one = upgrading()
  const trouble = { ...BACK, version: null, trouble: 'crashing', reason: 'it keeps crashing: EIO' }
  const [said, text] = says(one, 'failed', trouble)
  t.same(said, ['failed'])
  t.match(
    text,
    /could not go to 0\.2\.0: .*SyntaxError\. It is to run its server's own version again, and .* EIO/,
  )
  t.equal(specOf(one).version, null)
  const slow = upgrading()
  says(slow, 'down', { ...BACK, version: null, trouble: 'other', reason: 'it goes back' })
  slow.story.now += UPGRADE_DEADLINE_MS
  t.same(outcomes(slow.story.settle()), ['failed'], 'also when the hub never says how it ended')
  t.end()
})

test('a hub with no image of that version, and one that is away', (t) => {
  const one = upgrading()
  const [, text] = says(one, 'up', { version: '0.1.0', reverted: 'the server has no image to run pubs from' })
  t.match(text, /no image to run pubs from\. It runs 0\.1\.0 as before/)
  const away = runs()
  away.story.connected.delete(hub)
  away.story.asks(alice, 'upgrade alice')
  t.match(lastText(away.story.settle()), /out of reach just now/)
  away.story.now += UPGRADE_DEADLINE_MS
  t.match(lastText(away.story.settle()), /its server, hub-1, is out of reach/)
  t.end()
})

test('restart, a name and a second upgrade in the middle: each gets its own answer, the way back stays', (t) => {
  const one = upgrading()
  t.same(ask(one, 'restart alice'), [])
  t.same([specOf(one).revision, specOf(one).version, specOf(one).fallback], [3, '0.2.0', { version: null }])
  t.same(ask(one, 'name alice as The Shed'), [])
  t.same(specOf(one).fallback, { version: null })
  t.same(says(one, 'up', { version: '0.2.0' })[0], ['done', 'done', 'done'])

  const two = upgrading()
  t.same(ask(two, 'upgrade alice 0.3.0').sort(), ['failed', 'received'], 'the first one was overtaken')
  t.same([specOf(two).version, specOf(two).fallback], ['0.3.0', { version: null }])
  t.same(says(two, 'up', BACK)[0], ['failed'])
  t.equal(recordOf(two).version, null)

  const back = upgrading()
  ask(back, 'restart alice')
  const [said, text] = says(back, 'up', BACK)
  t.same(said.sort(), ['done', 'failed'])
  t.match(text, /is up again.*It runs 0\.1\.0, because the newer version did not work/)
  t.equal(specOf(back).version, null)
  t.equal(recordOf(back).restarts, 1)
  t.end()
})

test('stop in the middle: the trial is put off to the next start', (t) => {
  const one = upgrading()
  one.story.asks(alice, 'stop alice')
  const effects = one.story.settle()
  t.same(outcomes(effects), ['failed'])
  t.match(lastText(effects), /was stopped before 0\.2\.0 had shown that it works/)
  t.same(says(one, 'down', {})[0], ['done'])
  t.same(ask(one, 'start alice'), [])
  t.same([specOf(one).version, specOf(one).fallback], ['0.2.0', { version: null }])
  const [said, text] = says(one, 'up', BACK)
  t.same(said, ['done'])
  t.match(text, /is up after .* It runs 0\.1\.0, because/)
  t.equal(recordOf(one).version, null)
  t.end()
})

test('delete in the middle', (t) => {
  const one = upgrading()
  const question = one.story.asks(alice, 'delete alice')
  one.story.settle()
  const asked = [...one.story.state.provider.questions.values()].at(-1)
  one.story.asks(alice, 'yes', { root: question, ...(asked === undefined ? {} : { branch: asked.key }) })
  t.ok(outcomes(one.story.settle()).includes('failed'), 'the upgrade ends with it')
  t.equal(one.story.state.open.size <= 1, true)
  t.end()
})

test('rebuild: counted, said while it goes on, and answered with what came of the image', (t) => {
  const one = runs()
  one.story.asks(alice, 'rebuild alice')
  const effects = one.story.settle()
  t.same(outcomes(effects), ['received'])
  t.same([recordOf(one).rebuilds, specOf(one).rebuilds, specOf(one).fallback], [1, 1, null])
  const reason = 'the present image was kept: the images of this hub were built here, not pulled'
  const [said, text] = says(one, 'up', { version: '0.1.0', reason })
  t.same(said, ['done'])
  t.match(text, /is rebuilt and up again .* About its image: the present image was kept: /)
  t.same(ask(one, 'rebuild alice'), ['received'], 'each one counts')
  t.equal(specOf(one).rebuilds, 2)
  t.end()
})

test('a stopped pub: no upgrade, and a rebuild with its next start', (t) => {
  const one = stopped()
  one.story.asks(alice, 'upgrade alice')
  const refused = one.story.settle()
  t.same(outcomes(refused), ['refused'])
  t.match(lastText(refused), /`start alice` first/)
  t.equal(recordOf(one).version, null)
  one.story.asks(alice, 'rebuild alice')
  const effects = one.story.settle()
  t.same(outcomes(effects), ['done'])
  t.match(lastText(effects), /will be rebuilt\. .* at its next start/)
  t.same([specOf(one).rebuilds, specOf(one).desired], [1, 'down'])
  t.end()
})

test('refusals: not theirs, unknown, being made, a stranger', (t) => {
  for (const word of ['upgrade', 'rebuild']) {
    const one = runs()
    one.story.asks(bob, `${word} alice`)
    t.same(outcomes(one.story.settle()), ['refused'], 'not his')
    t.same(ask(one, `${word} nobody`), ['refused'])
    one.story.asks(oscar, `${word} alice`)
    t.same(outcomes(one.story.settle()), ['burst'])
    const made = one.story.asks(alice, 'create second')
    one.story.settle()
    t.ok(one.story.state.provider.pubs.has(pubIdOf(made)))
    t.same(ask(one, `${word} second`), ['refused'])
    t.same([recordOf(one).version, recordOf(one).rebuilds], [null, 0])
  }
  t.end()
})
