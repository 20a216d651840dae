/** Whether the ports of a provider on this machine, and of its pubs, can be had or reached. */
import { join } from 'node:path'
import type { PubView } from '../../protocol/rpc'
import { readJson } from '../../sbot/durable'
import { type Finding, judgePorts, judgeProviderPort, type PortSeen } from '../doctor'
import { parseUpRecord } from '../up-plan'
import { accepts, isFree } from './ports'

const TCP_MS = 4_000
/** So many tell what there is to tell; a fleet has its own alerts. */
const PUBS_TRIED_MAX = 50

/** Tries the addresses that owners were given, from here. */
export async function portsOfPubs(pubs: readonly PubView[]): Promise<Finding[]> {
  const up = pubs.filter(({ phase, address }) => phase === 'up' && address !== null).slice(0, PUBS_TRIED_MAX)
  const seen = await Promise.all(
    up.map(async ({ name, address }): Promise<PortSeen> => {
      const place = address ?? ''
      const at = place.lastIndexOf(':')
      const host = place.slice(0, at).replace(/^\[|\]$/g, '')
      return { name, address: place, accepts: await accepts(host, Number(place.slice(at + 1)), TCP_MS) }
    }),
  )
  return judgePorts(seen)
}

/** Of a provider that does not run: whether somebody else has taken the port that it was given by `up`. */
export async function portOfProvider(dir: string): Promise<Finding[]> {
  const record = parseUpRecord(readJson(join(dir, 'up.json')))
  return record === null ? [] : [judgeProviderPort(record.port, await isFree('0.0.0.0', record.port))]
}
