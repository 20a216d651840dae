/**
 * After a story: what was written on the provider's, the hubs' and the pubs' feeds, opened with the provider's key, and
 * what was printed by any program; and that nothing of it is what must never be there.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import type { Test } from 'tape'
import type { World } from './path-story'
import { dial, type StockPeer } from './stock'

export interface Sensitive {
  note: string
  address: string
  /** Seeds of invites and keys of private blobs. */
  bearers: string[]
  owners: StockPeer[]
}

interface Opened {
  author: string
  content: any
  text: string
}

/** Figures of use, as people write them; sizes of plans are said by `plans` and `plan` alone. */
const FIGURE = /\b\d+(?:\.\d+)?\s?(?:kB|MB|GB|KiB|MiB|GiB|%)(?![A-Za-z0-9])/
const SAYS_FIGURES = new Set(['status', 'plans', 'plan', 'help', 'export'])

export async function lookForSecrets(t: Test, world: World, sensitive: Sensitive): Promise<void> {
  const { provider, hub } = world
  const secrets = secretsIn(provider.folder).concat(secretsIn(hub.folder))
  t.ok(secrets.length >= 3, `${secrets.length} key pairs: the provider's, the hub's, the pub's`)
  const messages = await everything(world)
  const people = new Set(sensitive.owners.map((one) => one.id))
  const ours = messages.filter((one) => !people.has(one.author))
  t.ok(ours.length > 100, `${ours.length} messages of provider, hub and pub`)

  const never = [...secrets, sensitive.address]
  const found = (where: string, words: string[]) => words.filter((word) => where.includes(word))
  t.deepEqual(
    ours.flatMap((one) => found(one.text, never)),
    [],
    'no key and no address on any feed',
  )
  const readers = (content: any): string[] => content.recps ?? []
  const strange = ours.filter(
    (one) =>
      found(one.text, sensitive.bearers).length > 0 &&
      !(
        one.author === provider.id && readers(one.content).every((id) => id === provider.id || people.has(id))
      ),
  )
  t.deepEqual(
    strange.map((one) => one.content.type),
    [],
    'what opens something was said to owners alone',
  )
  const noted = ours.filter((one) => one.text.includes(sensitive.note))
  t.ok(
    noted.every(
      (one) =>
        one.author === provider.id &&
        readers(one.content).every((id) => id === provider.id || people.has(id)),
    ),
    "an owner's note is read by owners and the provider alone",
  )
  const figures = ours.filter(
    (one) =>
      FIGURE.test(String(one.content.text ?? one.text)) && !SAYS_FIGURES.has(one.content.buttcloud?.command),
  )
  t.deepEqual(
    figures.map((one) => one.text.slice(0, 200)),
    [],
    'no figure of use on any feed, but in the answer to a status',
  )

  const printed = logsOf(world)
  t.ok(printed.length > 5_000, `${printed.length} characters of logs`)
  t.deepEqual(
    found(printed, [...never, ...sensitive.bearers, sensitive.note]),
    [],
    'nothing of it in any log',
  )
}

/** Private keys and seeds, whole and without their ending, of every `secret` below a folder. */
function secretsIn(folder: string): string[] {
  const words: string[] = []
  const walk = (path: string) => {
    for (const name of readdirSync(path)) {
      const file = join(path, name)
      if (statSync(file).isDirectory()) walk(file)
      else if (name === 'secret') {
        const keys = JSON.parse(readFileSync(file, 'utf8').replace(/^\s*#.*$/gm, '')) as { private: string }
        // The second half of a private key is the public one, which everybody may see.
        const bytes = Buffer.from(keys.private.replace('.ed25519', ''), 'base64').subarray(0, 32)
        words.push(keys.private, bytes.toString('base64').slice(0, 42), bytes.toString('hex'))
      }
    }
  }
  walk(folder)
  return [...new Set(words)]
}

/** Every message that the provider holds, boxed ones opened with its key. */
async function everything({ provider, networkKey }: World): Promise<Opened[]> {
  const file =
    [join(provider.folder, 'secret'), join(provider.folder, '.ssb', 'secret')].find(existsSync) ?? ''
  const keys = JSON.parse(readFileSync(file, 'utf8').replace(/^\s*#.*$/gm, ''))
  const rpc = await dial(keys, provider.address, networkKey, { createLogStream: 'source' })
  try {
    const raw = await new Promise<any[]>((resolve, reject) =>
      pull(
        rpc.createLogStream({ live: false, keys: true, values: true }),
        pull.collect((error: unknown, all: any[]) => (error ? reject(error) : resolve(all))),
      ),
    )
    return raw.flatMap(({ value }) => {
      const content = typeof value.content === 'string' ? ssbKeys.unbox(value.content, keys) : value.content
      return content ? [{ author: value.author, content, text: JSON.stringify(content) }] : []
    })
  } finally {
    rpc.close(true, () => {})
  }
}

/** What provider and hub printed, and what the pubs did, as far as the hub keeps it. */
function logsOf({ provider, hub }: World): string {
  const kept: string[] = []
  const walk = (path: string) => {
    for (const name of readdirSync(path)) {
      const file = join(path, name)
      if (statSync(file).isDirectory()) walk(file)
      else if (/output|\.log$/.test(name) && !/flume|db2|offset/.test(file))
        kept.push(readFileSync(file, 'utf8'))
    }
  }
  walk(hub.folder)
  return [provider.output(), hub.lines(), ...kept].join('\n')
}
