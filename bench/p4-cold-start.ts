/**
 * P4: cold start (no index) on a log of 100,000 messages of which 1 % are private to us, once with public rest, once
 * with rest boxed to strangers: from opening the node until all of ours are in hand. Baseline: ssb-db2's first query
 * for the same messages with its own settings. Each start is a process of its own; figures exclude loading modules.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import bipf from 'bipf'
import secretStack from 'secret-stack'
import ssbDb2 from 'ssb-db2'
import ssbDb2Compat from 'ssb-db2/compat'
import { isDecrypted, toPromise, where } from 'ssb-db2/operators'
import ssbKeys from 'ssb-keys'
import { called } from '../sbot/peers'
import { openNode } from '../sbot/stacks'
import { randomNetworkKey, removeFolder, temporaryFolder } from '../test/helpers/machine'
import { median, verdict } from './figures'

const MESSAGES = 100_000
const OURS_EVERY = 100
const STRANGERS = 500
const BOXES = 2_000
const ROUNDS = 5
const TARGET = 0.1
const RESTS = ['public', 'boxed'] as const
type Rest = (typeof RESTS)[number]

const networkKey = randomNetworkKey()
const text = 'the quick brown fox jumps over the lazy dog and writes home about it. '.repeat(5)

function stockStack(path: string): any {
  const keys = ssbKeys.loadOrCreateSync(join(path, 'secret'))
  const connections = { incoming: {}, outgoing: { net: [{ transform: 'shs' }] } }
  return secretStack({}).use(ssbDb2).use(ssbDb2Compat)({ path, keys, caps: { shs: networkKey }, connections })
}

/** Signatures are not looked at when a log is read again, so they are made up. */
async function generate(path: string, rest: Rest): Promise<void> {
  const ssb = stockStack(path)
  const log = ssb.db.getLog()
  const ids = Array.from({ length: STRANGERS }, () => ssbKeys.generate('ed25519').id)
  const stranger = ssbKeys.generate('ed25519').id
  const box = (to: string[]) =>
    Array.from({ length: BOXES }, (_, n) =>
      ssbKeys.box({ type: 'post', text: `${n} ${text}`, recps: to }, to),
    )
  const ours = box([ssb.id, stranger]).slice(0, MESSAGES / OURS_EVERY)
  const theirs = rest === 'boxed' ? box([ids[0], stranger]) : []
  const sequences = new Map<string, number>()
  for (let n = 0; n < MESSAGES; n++) {
    const own = n % OURS_EVERY === 0
    // Two of the five hundred write to us.
    const author = own ? ids[n % 2] : ids[2 + (n % (STRANGERS - 2))]
    const sequence = (sequences.get(author) ?? 0) + 1
    sequences.set(author, sequence)
    const content = own
      ? ours[n / OURS_EVERY]
      : rest === 'boxed'
        ? theirs[n % BOXES]
        : { type: 'post', text: `${n} ${text}`, mentions: [] }
    const value = {
      ...{ previous: `%${String(n).padStart(43, 'A')}=.sha256`, sequence, author, timestamp: 1.6e12 + n },
      ...{ hash: 'sha256', content, signature: `${'A'.repeat(86)}==.sig.ed25519` },
    }
    const key = `%${String(n).padStart(43, 'B')}=.sha256`
    log.append(bipf.allocAndEncode({ key, value, timestamp: 1.6e12 + n }), () => {})
    if (n % 1_000 === 0) await new Promise<void>((resolve) => log.onDrain(resolve))
  }
  await new Promise<void>((resolve) => log.onDrain(resolve))
  await called<void>((callback) => ssb.close(callback))
  for (const name of readdirSync(join(path, 'db2')))
    if (name !== 'log.bipf') rmSync(join(path, 'db2', name), { recursive: true })
}

async function startOurs(path: string, authors: Set<string>): Promise<number> {
  const before = performance.now()
  const node = await openNode({ path, kind: 'provider', unixSocket: false, networkKey })
  let found = 0
  await new Promise<void>((resolve, reject) => {
    node.sbot.read({
      wants: (author) => authors.has(author),
      onMessage: (message) => {
        if (message.private) found++
      },
      onCaughtUp: resolve,
      onError: reject,
    })
  })
  const took = performance.now() - before
  if (found !== MESSAGES / OURS_EVERY) throw new Error(`the reader found ${found}`)
  return took
}

async function startStock(path: string): Promise<{ took: number; authors: string[] }> {
  const before = performance.now()
  const ssb = stockStack(path)
  const found: any[] = await ssb.db.query(where(isDecrypted('box')), toPromise())
  const took = performance.now() - before
  if (found.length !== MESSAGES / OURS_EVERY) throw new Error(`the query found ${found.length}`)
  return { took, authors: [...new Set(found.map((message) => message.value.author))] }
}

/** One cold start in a process of its own, on a copy without indexes. */
function coldStart(log: string, how: string, authors: string[]): { took: number; authors: string[] } {
  const path = temporaryFolder('p4')
  try {
    mkdirSync(join(path, 'db2'))
    cpSync(join(log, 'secret'), join(path, 'secret'))
    cpSync(join(log, 'db2', 'log.bipf'), join(path, 'db2', 'log.bipf'))
    const output = execFileSync(
      process.execPath,
      ['--no-deprecation', __filename, how, path, JSON.stringify(authors)],
      { encoding: 'utf8', timeout: 180_000, maxBuffer: 1e8 },
    )
    return JSON.parse(output.trim().split('\n').at(-1) ?? '')
  } finally {
    removeFolder(path)
  }
}

async function compare(): Promise<void> {
  for (const rest of RESTS) {
    const log = temporaryFolder(`p4-${rest}`)
    try {
      await generate(log, rest)
      const [own, base]: [number[], number[]] = [[], []]
      for (let round = 0; round < ROUNDS; round++) {
        const stock = coldStart(log, 'stock', [])
        base.push(stock.took)
        own.push(coldStart(log, 'ours', stock.authors).took)
      }
      console.log(
        `${rest} rest: ours median ${median(own).toFixed(0)} ms, ssb-db2 ${median(base).toFixed(0)} ms`,
      )
      console.log(verdict(`P4 cold start, ${rest} rest`, median(own) / median(base), TARGET))
    } finally {
      removeFolder(log)
    }
  }
}

async function run(): Promise<void> {
  const [how, path = '', authors = '[]'] = process.argv.slice(2)
  if (how === undefined) return compare()
  const answer =
    how === 'ours'
      ? { took: await startOurs(path, new Set(JSON.parse(authors))), authors: [] }
      : await startStock(path)
  console.log(JSON.stringify(answer))
  // The indexes of a bench that has its figure need not be finished.
  process.exit(0)
}

run().catch((error) => {
  console.error(error)
  process.exit(1)
})
