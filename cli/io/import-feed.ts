/** The feed of a pub that ran elsewhere: out of its log, checked, and with what its peers hold beyond. */
import pull from 'pull-stream'
import type { FeedId } from '../../protocol/ids'
import { IMPORT_BYTES_MAX, IMPORT_PEER_MS, IMPORT_PEERS_MAX } from '../../protocol/limits-import'
import { bytesText } from '../../protocol/units'
import { connectAddress, netAddressOf } from '../../sbot/connect'
import { FeedChain } from '../../sbot/feed-chain'
import type { SignedValue } from '../../sbot/port'
import { isSignedBy, keyOf } from '../../sbot/signed'
import type { Context } from '../context'
import { Failure, firstLine } from '../failure'
import { addressesIn, addressIn, type KnownAddress, newest } from '../import-addresses'
import type { Archive } from './archive'
import type { Identity } from './provider-call'
import { closeClient, connectMaster } from './rpc-client'

const PAGE_MESSAGES = 500
const HISTORY = { createHistoryStream: 'source' }

/** A feed that has been checked, message by message. */
export interface OwnFeed {
  chain: FeedChain
  /** Each message as signed, as JSON. */
  lines: string[]
  bytes: number
  /** Where it has been known to listen. */
  addresses: KnownAddress[]
}

/** The pub's own feed from its log. Throws a Failure where something is missing or wrong. */
export async function readOwnFeed(archive: Archive): Promise<OwnFeed> {
  const { feed } = archive.secret
  const own: OwnFeed = { chain: new FeedChain(feed), lines: [], bytes: 0, addresses: [] }
  const author = `"author":"${feed}"`
  for await (const text of archive.records()) {
    const mine = text.includes(author)
    if (!mine && !(text.includes('"type":"pub"') && text.includes(feed))) continue
    const value = valueIn(text)
    if (mine && value?.author === feed) take(own, value)
    const content = value?.content as { type?: unknown; address?: unknown } | undefined
    const address = content?.type === 'pub' ? addressIn(content.address) : null
    if (address?.key === feed) own.addresses.push(address)
  }
  if (own.lines.length === 0)
    throw new Failure(1, `The log holds no message of ${feed} itself, so there is nothing to go on from.`)
  own.addresses.push(...addressesIn(archive.gossip).filter((one) => one.key === feed))
  return own
}

function valueIn(text: string): SignedValue | null {
  try {
    return (JSON.parse(text) as { value?: SignedValue }).value ?? null
  } catch {
    throw new Failure(1, 'The log is damaged: a record in it is no JSON.')
  }
}

function take(own: OwnFeed, value: SignedValue): void {
  try {
    own.chain.add(value)
  } catch (error) {
    throw new Failure(1, `This feed can't be brought: ${firstLine(error)}. Use an undamaged copy.`, {
      cause: error,
    })
  }
  const line = JSON.stringify(value)
  own.lines.push(line)
  own.bytes += Buffer.byteLength(line) + 1
  if (own.bytes > IMPORT_BYTES_MAX)
    throw new Failure(
      1,
      `The pub's own feed is larger than ${bytesText(IMPORT_BYTES_MAX)}, which is the most.`,
    )
}

/** Throws a Failure where something with this key answers: the old one still runs. */
export async function assertOff(archive: Archive, own: OwnFeed, identity: Identity): Promise<void> {
  const { feed } = archive.secret
  const running = (where: string): Failure =>
    new Failure(
      1,
      `The old pub still runs: it answers at ${where}. Two that write one feed break it for ever, so stop that one for good first (buttcloud stop NAME where it is hosted). Nothing was sent.`,
    )
  if (archive.folder !== null) {
    const master = await connectMaster(archive.folder, { whoami: 'sync' })
    if (master !== null) {
      await closeClient(master.rpc)
      throw running(master.how)
    }
  }
  const tries = newest(own.addresses, IMPORT_PEERS_MAX).map(async ({ host, port }) => {
    const rpc = await dial(identity, { host, port, key: feed })
    if (rpc === null) return
    await closeClient(rpc)
    throw running(`${host}:${port}`)
  })
  await Promise.all(tries)
}

/** Takes what peers hold beyond the file; throws a Failure where one holds another feed. Gives how many peers answered. */
export async function askPeers(
  context: Context,
  archive: Archive,
  own: OwnFeed,
  identity: Identity,
): Promise<number> {
  const { feed } = archive.secret
  const peers = addressesIn(archive.gossip).filter((one) => one.key !== feed && one.key !== identity.id)
  const dials = newest(peers, IMPORT_PEERS_MAX).map((peer) => dial(identity, peer))
  const owner = await connectMaster(context.options.ssbPath, HISTORY).catch(() => null)
  const connections = [owner?.rpc ?? null, ...(await Promise.all(dials))].filter((rpc) => rpc !== null)
  let answered = 0
  for (const rpc of connections) {
    try {
      if (await takeFrom(rpc, feed, own)) answered += 1
    } finally {
      await closeClient(rpc)
    }
  }
  return answered
}

/** True when it answered. What it says and the pub's key has not signed counts for nothing. */
async function takeFrom(rpc: any, feed: FeedId, own: OwnFeed): Promise<boolean> {
  for (;;) {
    const { sequence, key } = own.chain.head
    const page = await pageOf(rpc, feed, sequence)
    if (page === null) return false
    for (const value of page.filter((one) => isSignedBy(feed, one))) {
      if (value.sequence < sequence) continue
      if (value.sequence === sequence) {
        if (keyOf(value) !== key) throw forked(feed, sequence)
        continue
      }
      const next = own.chain.head
      if (value.sequence !== next.sequence + 1) break
      if (value.previous !== next.key) throw forked(feed, value.sequence)
      take(own, value)
    }
    if (own.chain.head.sequence === sequence) return true
  }
}

function forked(feed: FeedId, sequence: number): Failure {
  return new Failure(
    1,
    `A peer of the pub holds another message ${sequence} of ${feed} than the file, or one that does not follow it: the feed is forked. Two copies of it have written at once, or this file is older than another copy that went on. Bring the copy whose messages your members hold. Nothing was sent.`,
  )
}

/** From this sequence on, itself included; null when there was no answer. */
function pageOf(rpc: any, feed: FeedId, sequence: number): Promise<SignedValue[] | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), IMPORT_PEER_MS)
    const options = { id: feed, seq: sequence, limit: PAGE_MESSAGES, live: false, keys: false, values: true }
    pull(
      rpc.createHistoryStream(options),
      pull.collect((error: unknown, found: (SignedValue & { value?: SignedValue })[]) => {
        clearTimeout(timer)
        // Some answer with keys, whatever was asked for.
        resolve(error ? null : found.map((one) => one?.value ?? one))
      }),
    )
  })
}

/** Null when nobody with that key answers there. */
async function dial(identity: Identity, { host, port, key }: KnownAddress): Promise<any> {
  const { keys, networkKey } = identity
  const options = { manifest: HISTORY, networkKey, timeoutMs: IMPORT_PEER_MS }
  return connectAddress(netAddressOf(host, port, key), keys, options).catch(() => null)
}
