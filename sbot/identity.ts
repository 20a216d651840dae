/** A node's key pair and the record that says it is new. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import type { FeedId } from '../protocol/ids'
import { makeFolder, readText, removeDurably, writeDurably } from './durable'

/** Says "this identity has never written": made with the secret, used up at the first start. */
const NEW_IDENTITY = 'new-identity'
/** ssb-keys' file: comments, then the keys as JSON. */
const SECRET = 'secret'

export interface Identity {
  keys: any
  /** True once in the life of an identity. */
  firstStart: boolean
}

function hasLog(folder: string): boolean {
  const log = join(folder, 'db2', 'log.bipf')
  return existsSync(log) && statSync(log).size > 0
}

function secretText(keys: any): string {
  return [
    '# This is the SECRET key of a Scuttlebutt identity. Whoever has it can write in its name.',
    '# Never show it, never run it in two places at once: that forks the feed for ever.',
    '',
    JSON.stringify(keys, null, 2),
    '',
    '# Its public name, safe to share:',
    `# ${keys.id}`,
    '',
  ].join('\n')
}

/** The key pair in a `secret` file's text; throws a sentence. */
function parseSecret(text: string, path: string): any {
  const json = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('')
  try {
    const keys = JSON.parse(json)
    if (keys.curve !== 'ed25519' || typeof keys.private !== 'string' || typeof keys.public !== 'string')
      throw new Error('it does not hold an ed25519 key pair')
    return { ...keys, id: `@${keys.public}` }
  } catch (error) {
    throw new Error(
      `${path} can't be read as a key pair: ${(error as Error).message}. Put a good copy in its place; nothing was changed.`,
      { cause: error },
    )
  }
}

/**
 * The identity of a node's folder, made where the folder is new. A folder that has a log but no secret is refused:
 * a new key beside an old log helps nobody. Call it with the folder locked; it uses the first start up.
 */
export function loadIdentity(folder: string): Identity {
  const path = join(folder, SECRET)
  const record = join(folder, NEW_IDENTITY)
  if (existsSync(join(folder, 'flume')))
    throw new Error(
      `${folder} belongs to an ssb-server (it has its log in flume/). Give this program a folder of its own; ` +
        'two kinds of node on one identity would fork its feed.',
    )
  const text = readText(path)
  if (text === null) {
    if (hasLog(folder))
      throw new Error(
        `${folder} has a log but no secret. Put the secret that belongs to it back, or choose an empty folder.`,
      )
    // The record first: a crash in between leaves a record without a secret, which is a new start again.
    writeDurably(record, `${new Date().toISOString()}\n`)
    writeDurably(path, secretText(ssbKeys.generate('ed25519')))
  }
  const keys = parseSecret(readText(path) ?? '', path)
  // A record beside a log was copied there by hand; it opens nothing.
  const firstStart = removeDurably(record) && !hasLog(folder)
  return { keys, firstStart }
}

/** The key pair in a node's folder; null where it has none. Nothing is made. */
export function keysIn(folder: string): { id: FeedId } | null {
  const path = join(folder, SECRET)
  const text = readText(path)
  return text === null ? null : parseSecret(text, path)
}

/** Makes a node's folder where it is missing. */
export function prepareFolder(folder: string): void {
  makeFolder(folder)
  readdirSync(folder)
}
