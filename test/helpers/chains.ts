/**
 * One chain on every peer: what each node holds of a feed, and whether any two of them disagree. A fork never heals,
 * so looking once at the end finds what happened at any time before.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import type { FeedId } from '../../protocol/ids'
import { openNode } from '../../sbot/stacks'
import { dial } from './stock'

/** What somebody holds of a feed: sequence to `key signature`. */
export type Chain = Map<number, string>

interface Held {
  key: string
  value: { author: string; sequence: number; previous: string | null; signature: string }
}

/** Everything a node serves of a feed, as any peer may ask for it; throws where the node's copy has a gap in it. */
export async function chainAt(rpc: any, feed: string, holder = 'a node'): Promise<Chain> {
  return chainOf(await heldBy(rpc, feed), feed, holder)
}

function heldBy(rpc: any, feed: string): Promise<Held[]> {
  return new Promise((resolve, reject) => {
    pull(
      rpc.createHistoryStream({ id: feed, keys: true, values: true, live: false }),
      pull.collect((error: Error | null, held: Held[]) => (error ? reject(error) : resolve(held))),
    )
  })
}

function chainOf(held: Held[], feed: string, holder: string): Chain {
  const chain: Chain = new Map()
  let previous: string | null = null
  for (const { key, value } of held) {
    const { author, sequence } = value
    if (author !== feed) throw new Error(`a message of ${author} was served as one of ${feed}`)
    if (sequence !== chain.size + 1)
      throw new Error(`at ${holder}, ${feed}: ${sequence} stands after ${chain.size}`)
    if (value.previous !== previous)
      throw new Error(`at ${holder}, ${feed}: ${sequence} does not follow ${previous}`)
    if (`%${ssbKeys.hash(JSON.stringify(value, null, 2))}` !== key)
      throw new Error(`at ${holder}, ${feed}: ${sequence} is served under a key that is not its own`)
    chain.set(sequence, `${key} ${value.signature}`)
    previous = key
  }
  return chain
}

/** As above, for a node that listens at an address, asked as `keys`. */
export async function chainAtAddress(
  keys: any,
  address: string,
  networkKey: string,
  feed: string,
): Promise<Chain> {
  const rpc = await dial(keys, address, networkKey, { createHistoryStream: 'source' })
  try {
    return await chainAt(rpc, feed, address)
  } finally {
    rpc.close(true, () => {})
  }
}

/** Whom a feed says that it follows, once for every time that it says so, asked of whoever listens there. */
export async function followsAt(address: string, networkKey: string, feed: string): Promise<string[]> {
  const rpc = await dial(ssbKeys.generate(), address, networkKey, { createHistoryStream: 'source' })
  try {
    const contents = (await heldBy(rpc, feed)).map(({ value }) => (value as { content?: any }).content)
    return contents.filter((one) => one?.following === true).map(({ contact }) => contact)
  } finally {
    rpc.close(true, () => {})
  }
}

/** Chains of several feeds in the folder of a node of ours that does not run: read there, and nothing is written. */
export async function chainsInFolder(
  path: string,
  networkKey: string,
  feeds: string[],
): Promise<Map<string, Chain>> {
  const node = await openNode({ path, kind: 'hub', unixSocket: false, networkKey })
  try {
    const chains = new Map<string, Chain>()
    for (const feed of feeds) {
      const values = await node.sbot.history(feed as FeedId, 0, 1_000_000)
      const held = values.map((value: any) => ({
        key: `%${ssbKeys.hash(JSON.stringify(value, null, 2))}`,
        value,
      }))
      chains.set(feed, chainOf(held, feed, path))
    }
    return chains
  } finally {
    await node.close()
  }
}

/** Everything that a node of ours holds and may read, opened, as text; it does not run. */
export async function contentsIn(path: string, networkKey: string): Promise<string[]> {
  const node = await openNode({ path, kind: 'hub', unixSocket: false, networkKey })
  try {
    const contents: string[] = []
    await new Promise<void>((resolve, reject) =>
      node.sbot.read({
        wants: () => true,
        onMessage: (message) => contents.push(JSON.stringify(message.content)),
        onCaughtUp: resolve,
        onError: reject,
      }),
    )
    return contents
  } finally {
    await node.close()
  }
}

/**
 * What is wrong between the copies of one feed: any place where two hold different messages, and any copy that is
 * longer than the author's own. An empty list is one chain.
 */
export function differences(feed: string, author: string, copies: Map<string, Chain>): string[] {
  const wrong: string[] = []
  const own = copies.get(author)
  if (own === undefined) return [`${author} holds nothing of its own feed ${feed}`]
  for (const [name, chain] of copies) {
    if (chain.size > own.size)
      wrong.push(`${name} holds ${chain.size} of ${feed}, ${author} only ${own.size}`)
    for (const [sequence, message] of chain)
      if (own.has(sequence) && own.get(sequence) !== message)
        wrong.push(`${name} and ${author} hold different messages ${sequence} of ${feed}`)
  }
  return wrong
}

/** The keys in a node's folder. */
export function keysIn(folder: string): any {
  return JSON.parse(readFileSync(join(folder, 'secret'), 'utf8').replace(/^\s*#.*$/gm, ''))
}
