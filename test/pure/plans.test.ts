// Goal: a file of plans reads as it is meant, and every fault of it is a sentence that names its line.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import test from 'tape'
import { parsePlans } from '../../plugin/io/plans-file'
import { DEFAULT_PLANS } from '../../plugin/plans-default'
import { plansText } from '../../plugin/plans-text'
import { checkPlans, type Plan } from '../../protocol/plan'
import { amountOf, amountText, decimalsOf, priceText } from '../../protocol/price-text'

const faultsOf = (text: string): string[] => {
  try {
    parsePlans('plans.yaml', text)
    return []
  } catch (error) {
    return (error as Error).message.split('\n')
  }
}

/** One good plan, with its lines in the places of others. */
const file = (lines: Record<string, string> = {}): string => {
  const good = { name: 'tiny', words: 'for a few', memory: '192MB', disk: '1GB', price: 'free' }
  const all = Object.entries({ ...good, ...lines }).map(([key, value]) => `${key}: ${value}`)
  return `plans:\n  - ${all.join('\n    ')}\n`
}

test('the shipped file says what is built in', (t) => {
  const shipped = readFileSync(join(__dirname, '../../../docs/plans.yaml'), 'utf8')
  t.deepEqual(parsePlans('plans.yaml', shipped), DEFAULT_PLANS)
  t.equal(shipped, plansText(DEFAULT_PLANS), 'and is what --init writes')
  t.end()
})

test('sizes, prices, trial and quota, as people write them', (t) => {
  const text = `
# ours
plans:
  - name: seed
    words: >
      for one,
      in two lines
    memory: 0.25 gb
    reservation: 64 MiB
    disk: 1.5GB
    price: {amount: 7.50, currency: EUR, interval: year}
    trial: 14
    quota: 2
    region: nz-hlz.1
  - {name: yen, words: "for a village: all", memory: 1GB, disk: 1TB, price: {amount: "700", currency: jpy, interval: month}}
`
  const [seed, yen] = parsePlans('plans.yaml', text)
  t.deepEqual(seed, {
    name: 'seed',
    words: 'for one, in two lines',
    size: { memoryBytes: 256 * 1024 ** 2, reservedBytes: 64 * 1024 ** 2, diskBytes: 1.5 * 1024 ** 3 },
    price: { amount: 750, currency: 'eur', interval: 'year' },
    trialDays: 14,
    perOwnerMax: 2,
    region: 'nz-hlz.1',
  })
  t.deepEqual(yen?.price, { amount: 700, currency: 'jpy', interval: 'month' })
  t.equal(yen?.size.reservedBytes, 1024 ** 3, 'what is not said is reserved whole')
  t.deepEqual([yen?.trialDays, yen?.perOwnerMax], [0, null])
  t.end()
})

test('every fault names its line, what was expected and what was found', (t) => {
  for (const [lines, fault] of [
    [{ memory: '192' }, /^plans\.yaml, line 4: memory: expected a size like 192MB or 1GB, found "192"$/],
    [{ memory: '1MB' }, /line 4: memory: expected a size from 32MB to 1TB, found "1MB"/],
    [{ region: 'EU West' }, /line 7: region: expected a word of small letters.*found "EU West"/],
    [{ disk: '-1GB' }, /line 5: disk: expected a size like/],
    [{ reservation: '1GB' }, /line 7: reservation: "1GB" is more than the plan's memory/],
    [{ name: 'Tiny' }, /line 2: name: expected a word of small letters.*found "Tiny"/],
    [{ words: '' }, /line 3: words: expected one sentence.*found nothing/],
    [{ price: '7' }, /line 6: price: expected free, or amount, currency and interval, found "7"/],
    [
      { price: '{amount: 7.505, currency: usd, interval: month}' },
      /amount: expected a sum like 7 or 7\.50 in USD/,
    ],
    [
      { price: '{amount: 7.5, currency: jpy, interval: month}' },
      /amount: expected a whole number like 700 in JPY, found "7\.5"/,
    ],
    [{ price: '{amount: 0, currency: usd, interval: month}' }, /amount: expected a sum/],
    [{ price: '{amount: -7, currency: usd, interval: month}' }, /amount: expected a sum/],
    [
      { price: '{amount: 7, currency: dollars, interval: month}' },
      /currency: expected three letters.*"dollars"/,
    ],
    [{ price: '{amount: 7, currency: ugx, interval: month}' }, /currency: UGX can't be used/],
    [
      { price: '{amount: 7, currency: usd, interval: week}' },
      /interval: expected month or year, found "week"/,
    ],
    [{ price: '{amount: 7, currency: usd}' }, /price: interval is missing/],
    [
      { price: '{amount: 7, currency: usd, interval: month, vat: 20}' },
      /"vat" is no word of a price; there is amount/,
    ],
    [{ trial: '7' }, /line 7: trial: a plan that costs nothing has no trial/],
    [{ quota: 'some' }, /line 7: quota: expected a whole number of pubs from 1 to 1000, found "some"/],
    [{ colour: 'red' }, /line 7: "colour" is no word of a plan; there is name, words, memory/],
    [{ memory: '*m' }, /line 4: (anchors and aliases|Unresolved alias)/],
  ] as [Record<string, string>, RegExp][]) {
    const faults = faultsOf(file(lines))
    t.ok(
      faults.some((one) => fault.test(one)),
      faults.join(' | '),
    )
    t.ok(
      faults.every((one) => /^plans\.yaml, line \d+: /.test(one)),
      'each with its line',
    )
  }
  t.deepEqual(faultsOf(file()), [])
  t.end()
})

test('all faults are said at once, in the order of the file; names are there once; nothing is left out', (t) => {
  const two = `${file({ memory: 'much' })}${file({ disk: 'some' }).replace('plans:\n', '')}`
  t.deepEqual(
    faultsOf(two).map((one) => /line (\d+): (\w+)/.exec(one)?.slice(1)),
    [
      ['4', 'memory'],
      ['10', 'disk'],
    ],
  )
  const same = `${file()}${file().replace('plans:\n', '')}`
  t.deepEqual(faultsOf(same), ['plans.yaml, line 7: name: there are two plans called tiny'])
  for (const word of ['yes', 'no', 'on', 'off'])
    t.match(
      faultsOf(file({ name: word }))[0] ?? '',
      new RegExp(`^plans\\.yaml, line \\d+: name: a plan can't be called ${word}, because `),
    )
  t.deepEqual(faultsOf('plans:\n  - name: tiny\n'), [
    'plans.yaml, line 2: words: missing',
    'plans.yaml, line 2: memory: missing',
    'plans.yaml, line 2: disk: missing',
    'plans.yaml, line 2: price: missing; write "price: free" where it costs nothing',
  ])
  t.end()
})

test('what is no file of plans at all', (t) => {
  for (const [text, fault] of [
    ['', /line 1: expected plans: with a list of plans under it, found nothing/],
    ['plans: 3', /line 1: plans: expected a list of plans, found "3"/],
    ['plans: []', /expected 1 to 12 plans, found 0/],
    ['- a', /found a list/],
    ['prices: 7\nplans: []', /"prices" is no word of the file/],
    ['plans:\n - name: a\n   name: b\n', /line 3: Map keys must be unique/],
    ['a: [', /line 1: /],
    ['plans:\n  - just text', /line 2: expected a plan with name, words/],
    ['--- \na: 1\n---\nb: 2', /line 3: Source contains multiple documents$/],
  ] as [string, RegExp][])
    t.ok(
      faultsOf(text).some((one) => fault.test(one)),
      `${JSON.stringify(text)}: ${faultsOf(text).join(' | ')}`,
    )
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      const faults = faultsOf(text)
      return faults.length > 0 && faults.every((one) => /^plans\.yaml, line \d+: ./.test(one))
    }),
    { numRuns: 300 },
  )
  t.pass('300 texts of any kind: refused in sentences')
  t.end()
})

test('any plans there can be are written and read back the same', (t) => {
  const bytes = fc.integer({ min: 32, max: 4096 }).map((count) => count * 1024 ** 2)
  const price = fc.record({
    amount: fc.integer({ min: 50, max: 999_999 }),
    currency: fc.constantFrom('usd', 'eur', 'jpy', 'isk', 'kwd'),
    interval: fc.constantFrom('month' as const, 'year' as const),
  })
  const plan = fc
    .record({
      name: fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/).filter((name) => !/^(?:yes|no|on|off)$/.test(name)),
      words: fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e]{0,40}[\x21-\x7e])?$/),
      memory: bytes,
      reserved: bytes,
      disk: bytes,
      price: fc.option(price, { nil: null }),
      trialDays: fc.integer({ min: 0, max: 30 }),
      perOwnerMax: fc.option(fc.integer({ min: 1, max: 9 }), { nil: null }),
      region: fc.option(fc.stringMatching(/^[a-z][a-z0-9.-]{0,9}$/), { nil: null }),
    })
    .map(({ memory, reserved, disk, price: cost, trialDays, ...rest }): Plan => {
      const whole = cost?.currency === 'isk' ? 100 : cost?.currency === 'kwd' ? 10 : 1
      return {
        ...rest,
        size: { memoryBytes: memory, reservedBytes: Math.min(memory, reserved), diskBytes: disk },
        price: cost === null ? null : { ...cost, amount: cost.amount * whole },
        trialDays: cost === null ? 0 : trialDays,
      }
    })
  const list = fc.uniqueArray(plan, { minLength: 1, maxLength: 5, selector: (one) => one.name })
  fc.assert(
    fc.property(list, (plans) => {
      const read = parsePlans('plans.yaml', plansText(plans))
      const same = JSON.stringify(read) === JSON.stringify(plans.map(inOrder))
      if (!same) throw new Error(`${JSON.stringify(read)} of ${plansText(plans)}`)
      if (!checkPlans(read, '').ok) throw new Error('not what others take for plans')
    }),
    { numRuns: 200 },
  )
  t.pass('200 files')
  t.end()
})

const inOrder = ({ name, words, size, price, trialDays, perOwnerMax, region }: Plan): Plan => ({
  ...{ name, words, size, price, trialDays, perOwnerMax, region },
})

test('a price that can never be paid is a fault: no such currency, or less than Stripe takes', (t) => {
  const [tiny] = DEFAULT_PLANS
  if (tiny?.price == null) throw new Error('no plan with a price')
  const faults = (amount: number, currency: string): string[] =>
    faultsOf(plansText([{ ...tiny, price: { amount, currency, interval: 'month' } }]))
  for (const [amount, currency] of [
    [50, 'usd'],
    [50, 'jpy'],
    [30, 'gbp'],
    [1, 'bob'],
  ] as const)
    t.deepEqual(faults(amount, currency), [], `${amount} ${currency}`)
  for (const [amount, currency, fault] of [
    [49, 'usd', /line \d+: amount: Stripe takes no single payment below \$0\.50, found "0\.49"/],
    [49, 'jpy', /below 50 JPY/],
    [200, 'czk', /below 15 CZK/],
    [700, 'uds', /line \d+: currency: there is none called UDS/],
  ] as const)
    t.match(faults(amount, currency).join(), fault)
  t.end()
})

test('money: the smallest unit, and the words', (t) => {
  for (const [written, currency, amount, text] of [
    ['7', 'usd', 700, '$7'],
    ['7.00', 'usd', 700, '$7'],
    ['7.5', 'eur', 750, '€7.50'],
    ['0.99', 'gbp', 99, '£0.99'],
    ['700', 'jpy', 700, '700 JPY'],
    ['700.00', 'jpy', 700, '700 JPY'],
    ['5', 'isk', 500, '5 ISK'],
    ['5.12', 'kwd', 5120, '5.12 KWD'],
    ['3', 'chf', 300, '3 CHF'],
  ] as const) {
    t.equal(amountOf(written, currency), amount, `${written} ${currency}`)
    t.equal(amountText(amount, currency), text)
  }
  for (const [written, currency] of [
    ['7.001', 'usd'],
    ['7.5', 'jpy'],
    ['7.5', 'isk'],
    ['5.124', 'kwd'],
    ['', 'usd'],
    ['7,50', 'usd'],
    ['1e3', 'usd'],
    ['$7', 'usd'],
  ] as const)
    t.equal(amountOf(written, currency), null, `${written} ${currency}`)
  // docs.stripe.com/currencies, "Zero-decimal currencies", but for UGX, which is refused.
  for (const currency of 'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '))
    t.equal(decimalsOf(currency), 0, currency)
  t.equal(priceText({ amount: 700, currency: 'usd', interval: 'month' }), '$7 a month')
  t.equal(priceText({ amount: 3000, currency: 'eur', interval: 'year' }), '€30 a year')
  t.equal(priceText(null), 'costs nothing')
  t.end()
})
