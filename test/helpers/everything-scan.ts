/**
 * After a story: what was written on the provider's, the hubs' and the pubs' feeds, opened with the provider's key, and
 * what was printed by any program; and that nothing of it is what must never be there.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import type { Test } from 'tape'
import { keysIn } from './chains'
import type { World } from './path-story'
import { filesWith, formsOf, secretsIn } from './secret-scan'
import { dial, type StockPeer } from './stock'

/** What goes when a pub is deleted, and so has to be taken before. */
interface OfPub {
  feed: string
  /** Its private half, as base64. */
  secret: string
  /** What it and its engine said. */
  printed: string
}

interface Sensitive {
  note: string
  address: string
  /** Seeds of invites and keys of private blobs. */
  bearers: string[]
  owners: StockPeer[]
  pub: OfPub
}

export interface Opened {
  author: string
  content: any
  text: string
}

/** Figures of use, as people write them; sizes of plans are said by `plans` and `plan` alone. */
const FIGURE = /\b\d+(?:\.\d+)?\s?(?:kB|MB|GB|KiB|MiB|GiB|%)(?![A-Za-z0-9])/
const SAYS_FIGURES = new Set(['status', 'plans', 'plan', 'help', 'export'])
/** The same as programs write them. */
const FIELD = /"(?:inBytes|outBytes|cpuMs|inBytesPerSecond|outBytesPerSecond|cpuShare)":/

/** Takes what is left to see of the only pub of this world while it is there. */
export function takeOfPub(world: World, feed: string, engineWords = ''): OfPub {
  const [secret] = secretsIn(world.hub.folder)
  if (secret === undefined) throw new Error('the hub has no secret of a pub')
  return { feed, secret, printed: outputsBelow(world.hub.folder) + engineWords }
}

export async function lookForSecrets(t: Test, world: World, sensitive: Sensitive): Promise<void> {
  const { provider, hub } = world
  const { pub } = sensitive
  const secrets = [secretOf(provider.folder), secretOf(join(hub.folder, 'node')), pub.secret].flatMap(formsOf)
  t.equal(new Set(secrets.map((form) => form.slice(0, 32))).size, 6, 'three key pairs, in base64 and hex')
  t.ok(sensitive.bearers.length > 3, `${sensitive.bearers.length} words that open something`)
  const messages = await everything(world)
  const people = new Set(sensitive.owners.map((one) => one.id))
  const ours = messages.filter((one) => !people.has(one.author))
  t.ok(ours.length > 100, `${ours.length} messages of provider, hub and pub`)
  for (const id of [provider.id, hub.id, pub.feed])
    t.ok(
      ours.some((one) => one.author === id),
      `some of ${id.slice(0, 8)}`,
    )

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
  t.ok(noted.length > 0, 'the note was said')
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
      FIELD.test(one.text) ||
      (FIGURE.test(String(one.content.text ?? one.text)) &&
        !SAYS_FIGURES.has(one.content.buttcloud?.command)),
  )
  t.deepEqual(
    figures.map((one) => one.text.slice(0, 200)),
    [],
    'no figure of use on any feed, but in the answer to a status',
  )

  lookIntoMail(t, provider.folder, sensitive.address)
  const printed = [provider.output(), hub.lines(), pub.printed, outputsBelow(hub.folder)].join('\n')
  t.match(pub.printed, /listening/, 'and those of the pub are among them')
  t.ok(printed.length > 5_000, `${printed.length} characters of logs`)
  t.deepEqual(
    found(printed, [...never, ...sensitive.bearers, sensitive.note]),
    [],
    'nothing of it in any log',
  )
}

/** Addresses are kept, and whoever reads the files can't tell whose or which. */
function lookIntoMail(t: Test, folder: string, address: string): void {
  const kept = filesWith(folder, () => true).filter((path) => /buttcloud.(?:addresses|mail)./.test(path))
  t.ok(kept.length >= 2, `${kept.length} files of an address and of a mail that waits`)
  const plain = kept.filter((path) => readFileSync(path, 'latin1').includes(address))
  t.deepEqual(plain, [], 'and nobody reads it there')
}

/** The private half of a node, as base64. */
export const secretOf = (folder: string): string => keysIn(folder).private.replace('.ed25519', '')

/** Every message that the provider holds, boxed ones opened with its key. */
export async function everything({ provider, networkKey }: World): Promise<Opened[]> {
  const keys = keysIn(provider.folder)
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

/** What pubs printed, as far as the hub keeps it in files. */
export function outputsBelow(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return files
    .filter((one) => one.isFile() && /output|\.log$/.test(one.name))
    .map((one) => join(one.parentPath, one.name))
    .filter((path) => !/flume|db2|offset/.test(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
}
