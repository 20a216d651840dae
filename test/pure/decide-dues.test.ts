/** Goal: nobody's pub is stopped or ended without having been told in time, by two clocks, and not all at once. */
import test from 'tape'
import { alice, lastText, outcomes } from '../helpers/story'
import { hubSays } from '../helpers/story-hub'
import { asked, grants, passes, pays, recordOf, specOf, stagesOf, told, unpaid } from '../helpers/story-money'

const DAY_MS = 24 * 3_600_000

test('all stages, each with its dates on the feed and one notice', (t) => {
  const one = unpaid()
  const notices = told(passes(one, one.since + 60 * DAY_MS))
  const expected = ['grace 0', 'reminded 12', 'suspended 14', 'last-week 37', 'last-day 43', 'ended 44']
  t.deepEqual(stagesOf(one, one.since), expected)
  t.equal(notices.length, 6, 'a notice each')
  const [grace, reminded, suspended, week, day, ended] = notices
  t.match(grace ?? '', /nobody pays for it yet\. It runs on until 2030-01-15.*`pay alice`/)
  t.match(reminded ?? '', /reminder.*2030-01-15/)
  const away =
    /Before 2030-02-14.*take it with you.*`buttcloud export alice all` in a terminal.*`export alice secret`/
  t.match(suspended ?? '', /suspended.*kept until 2030-02-14/)
  t.match(week ?? '', /ends at 2030-02-14/)
  t.match(day ?? '', /last word/)
  for (const notice of [suspended, week, day])
    t.match(notice ?? '', away, 'the words to type, and until when')
  t.match(ended ?? '', /has ended.*until 2030-02-21.*`buttcloud export alice all` in a terminal/)
  const record = recordOf(one)
  t.deepEqual([record.status, record.keepUntil], ['ended', one.since + 51 * DAY_MS])
  t.equal(specOf(one)?.desired, 'none')
  t.deepEqual(one.story.settle(), [], 'and nothing more')
  t.end()
})

test('suspended: its hub stops it, nothing is done with it, and its owners see why', (t) => {
  const one = unpaid()
  passes(one, one.since + 14 * DAY_MS)
  t.deepEqual([recordOf(one).suspended, recordOf(one).desired, specOf(one)?.desired], [true, 'up', 'down'])
  hubSays(one.story, one.pub as never, 'down')
  const refused = ['start', 'restart', 'invite', 'upgrade', 'rebuild', 'run alice whoami', 'web alice on']
  for (const text of refused) {
    const effects = asked(one, text.includes('alice') ? text : `${text} alice`)
    t.deepEqual(outcomes(effects), ['refused'], text)
    t.match(lastText(effects), /is suspended.*kept until 2030-02-14.*`pay alice`/)
  }
  t.deepEqual(outcomes(asked(one, 'export alice log')), ['done'], 'what is theirs goes with them')
  t.deepEqual(outcomes(asked(one, 'name alice as Home')), ['done'], 'said at its next start')
  t.match(lastText(asked(one, 'list')), /\*\*alice\*\* is suspended, its data kept until 2030-02-14/)
  const status = asked(one, 'status alice')
  t.match(lastText(status), /is \*\*down\*\* \(suspended\)\.\nPayment: it is suspended.*`pay alice`/)
  hubSays(one.story, one.pub as never, 'down')
  t.deepEqual(outcomes(asked(one, 'stop alice')), ['done'])
  t.equal(recordOf(one).desired, 'down')
  t.end()
})

test('stopped by its owner while it is suspended: it stays off when it is paid, and both answers say so', (t) => {
  const one = unpaid()
  passes(one, one.since + 14 * DAY_MS)
  hubSays(one.story, one.pub as never, 'down')
  t.match(
    lastText(asked(one, 'stop alice')),
    /stays off also when it is paid. Then `start alice` brings it back/,
  )
  pays(one.story, one.pub, 'active')
  t.match(told(one.story.settle())[0] ?? '', /in order again.*It stays off.*`start alice` brings it back/)
  t.deepEqual([recordOf(one).suspended, specOf(one)?.desired], [false, 'down'])
  t.end()
})

test('suspended: its key pair and its state are there for the asking; and it need not be named where there is no other', (t) => {
  const one = unpaid()
  passes(one, one.since + 14 * DAY_MS)
  hubSays(one.story, one.pub as never, 'down')
  t.match(lastText(asked(one, 'restart')), /is suspended.*so I did nothing/)
  for (const text of ['export alice secret', 'web alice'])
    t.doesNotMatch(lastText(asked(one, text)), /so I did nothing/, text)
  t.end()
})

test('paid for: up again by itself, and said', (t) => {
  const one = unpaid()
  passes(one, one.since + 20 * DAY_MS)
  pays(one.story, one.pub, 'active')
  const effects = one.story.settle()
  t.deepEqual([recordOf(one).suspended, specOf(one)?.desired], [false, 'up'])
  t.deepEqual(told(effects).length, 1)
  t.match(told(effects)[0] ?? '', /in order again/)
  hubSays(one.story, one.pub as never, 'up')
  t.deepEqual(one.story.settle(), [])
  t.match(lastText(asked(one, 'status alice')), /is \*\*up\*\*\./)
  t.deepEqual(outcomes(asked(one, 'restart alice')), [], 'commands are taken again')
  t.end()
})

test('a start under way when it is suspended fails with the reason', (t) => {
  const one = unpaid()
  passes(one, one.since + 14 * DAY_MS - 1)
  t.deepEqual(outcomes(asked(one, 'restart alice')), [])
  one.story.now += 1
  const effects = one.story.settle()
  t.deepEqual(outcomes(effects), ['failed'])
  t.match(lastText(effects), /is suspended/)
  t.end()
})

test('a gift ends the dues as a payment does, and its end begins new ones', (t) => {
  const one = unpaid()
  passes(one, one.since + 13 * DAY_MS)
  grants(one.story, { kind: 'owner', owner: alice }, one.since + 20 * DAY_MS)
  passes(one, one.since + 27.5 * DAY_MS)
  const expected = ['grace 0', 'reminded 12', 'clear 13', 'grace 20', 'reminded 25', 'suspended 27']
  t.deepEqual(stagesOf(one, one.since), expected)
  t.end()
})

test('each reason has its own grace', (t) => {
  const days = { past_due: 21, unpaid: 3, canceled: 3 } as const
  for (const status of ['past_due', 'unpaid', 'canceled'] as const) {
    const one = unpaid()
    pays(one.story, one.pub, 'active')
    one.story.settle()
    pays(one.story, one.pub, status)
    const [text] = told(one.story.settle())
    const dues = one.story.state.provider.money.dues.get(one.pub)?.content
    t.equal(dues?.suspendAt, one.since + days[status] * DAY_MS, status)
    t.match(
      text ?? '',
      status === 'past_due' ? /Stripe tries the card again.*`billing alice`/ : /`pay alice`/,
    )
  }
  t.end()
})

test('a payment that fails and comes later: nothing but two notices', (t) => {
  const one = unpaid()
  pays(one.story, one.pub, 'active')
  pays(one.story, one.pub, 'past_due')
  const notices = told(passes(one, one.since + 5 * DAY_MS))
  pays(one.story, one.pub, 'active')
  notices.push(...told(passes(one, one.since + 50 * DAY_MS)))
  t.deepEqual(stagesOf(one, one.since), ['grace 0', 'clear 5'])
  t.equal(notices.length, 2)
  t.end()
})

test('cancelled: the date is promised when it is seen; it stops when Stripe says so, and not before that date', (t) => {
  const one = unpaid()
  const end = one.since + 10 * DAY_MS
  pays(one.story, one.pub, 'active', { cancelAt: end })
  passes(one, one.since + 11 * DAY_MS)
  t.deepEqual(stagesOf(one, one.since), ['grace 0', 'reminded 8'], 'Stripe has not said that it is over')
  pays(one.story, one.pub, 'canceled')
  one.story.settle()
  t.deepEqual(stagesOf(one, one.since).slice(2), ['suspended 11'])
  t.match(told(passes(one, one.since + 34 * DAY_MS))[0] ?? '', /subscription is over/)
  const early = unpaid()
  pays(early.story, early.pub, 'active', { cancelAt: end })
  early.story.settle()
  pays(early.story, early.pub, 'canceled')
  passes(early, early.since + 12 * DAY_MS)
  t.deepEqual(stagesOf(early, early.since), ['grace 0', 'reminded 8', 'suspended 10'])
  t.end()
})

test('a cancellation that is taken back, or put off, or comes at the last moment', (t) => {
  const one = unpaid()
  const endAt = () => one.story.state.provider.money.dues.get(one.pub)?.content.endAt
  pays(one.story, one.pub, 'active', { cancelAt: one.since + 10 * DAY_MS })
  t.match(told(one.story.settle())[0] ?? '', /until 2030-01-11.*its data kept until 2030-02-10/)
  t.equal(endAt(), one.since + 40 * DAY_MS, 'the data is kept for as long as that of others')
  pays(one.story, one.pub, 'active', { cancelAt: one.since + 40 * DAY_MS })
  one.story.settle()
  t.equal(endAt(), one.since + 70 * DAY_MS)
  t.equal(one.story.state.provider.money.dues.get(one.pub)?.content.suspendAt, one.since + 40 * DAY_MS)
  pays(one.story, one.pub, 'active', { cancelAt: one.since + 5 * DAY_MS })
  one.story.settle()
  t.equal(
    one.story.state.provider.money.dues.get(one.pub)?.content.suspendAt,
    one.since + 40 * DAY_MS,
    'not closer',
  )
  pays(one.story, one.pub, 'active')
  t.equal(told(one.story.settle()).length, 1)
  t.equal(one.story.state.provider.money.dues.get(one.pub)?.content.stage, 'clear')
  const late = unpaid()
  pays(late.story, late.pub, 'active', { cancelAt: late.since + 3_600_000 })
  late.story.settle()
  const dues = late.story.state.provider.money.dues.get(late.pub)?.content
  t.equal(dues?.suspendAt, late.since + DAY_MS, 'nobody is stopped within a day of hearing of it')
  t.end()
})

test('a provider that was away makes up for what it missed, and shortens nothing', (t) => {
  const one = unpaid()
  one.story.settle()
  one.story.now = one.since + 200 * DAY_MS
  passes(one, one.since + 300 * DAY_MS)
  const expected = ['grace 0', 'reminded 200', 'suspended 202', 'last-week 225', 'last-day 231', 'ended 232']
  t.deepEqual(stagesOf(one, one.since), expected)
  t.end()
})

test('a crash between a promise and its notice: promised anew with the whole span when it comes back late', (t) => {
  const one = unpaid()
  const [first] = one.story.decide().effects
  if (first === undefined) throw new Error('nothing is owed')
  one.story.perform(first)
  one.story.now = one.since + 13.5 * DAY_MS
  const notices = told(one.story.settle())
  t.deepEqual(stagesOf(one, one.since), ['grace 0', 'grace 13.5'])
  t.equal(notices.length, 1, 'told once')
  t.match(notices[0] ?? '', /until 2030-01-28/)
  t.end()
})

test('a crash anywhere: the same messages and notices, each once', (t) => {
  const one = unpaid()
  let notices = 0
  for (let day = 0; day <= 46; day += 1) {
    one.story.now = one.since + day * DAY_MS
    // One effect, then everything is decided anew.
    for (let effect = one.story.decide().effects[0]; effect !== undefined; ) {
      if (effect.kind === 'notice') notices += 1
      one.story.perform(effect)
      effect = one.story.decide().effects[0]
    }
  }
  const expected = ['grace 0', 'reminded 12', 'suspended 14', 'last-week 37', 'last-day 43', 'ended 44']
  t.deepEqual(stagesOf(one, one.since), expected)
  t.equal(notices, 6)
  t.end()
})

test('a look that comes a moment late moves no date', (t) => {
  const one = unpaid()
  const suspendAt = one.since + 14 * DAY_MS
  for (let at = one.since; at < suspendAt + DAY_MS; at += 50_000) {
    one.story.now = at
    one.story.settle()
  }
  const dues = one.story.state.provider.money.dues.get(one.pub)?.content
  t.deepEqual([dues?.stage, dues?.suspendAt, dues?.endAt], ['suspended', suspendAt, suspendAt + 30 * DAY_MS])
  t.end()
})

test('all of a pub that ended is to be had while its data is kept', (t) => {
  const one = unpaid()
  passes(one, one.since + 45 * DAY_MS)
  t.equal(recordOf(one).status, 'ended')
  t.match(lastText(asked(one, 'export alice all')), /`buttcloud export alice all`.*Here it runs no more/)
  const effects = asked(one, 'export alice secret')
  t.deepEqual(
    effects.flatMap((effect) => (effect.kind === 'ask' ? [effect.ask.kind] : [])),
    ['export'],
  )
  const [request] = one.story.state.open.keys()
  if (request === undefined) throw new Error('nothing is open')
  one.story.replies.set(request, { state: 'done', ask: 'export', value: ['[alice-secret](&…)'] })
  const last = one.story.settle()
  t.deepEqual(outcomes(last), ['done'])
  t.match(lastText(last), /Here it runs no more/)
  one.story.now = recordOf(one).keepUntil ?? 0
  for (const part of ['secret', 'all', 'log'])
    t.deepEqual(outcomes(asked(one, `export alice ${part}`)), ['refused'], 'its data is gone')
  t.end()
})
