/** From the environment to what a pub is started with. Names and meaning of the variables: protocol/pub-environment.ts. */
import type { FeedId } from '../protocol/ids'
import { type PubEnvironment, readPubEnvironment } from '../protocol/pub-environment'

export type PubConfig = PubEnvironment

/** Reads the environment, or says in one sentence all that is wrong with it. */
export function configFrom(
  environment: Readonly<Record<string, string | undefined>>,
): { ok: true; config: PubConfig } | { ok: false; message: string } {
  const read = readPubEnvironment(environment)
  if (read.ok) return { ok: true, config: read.value }
  return {
    ok: false,
    message: `The pub can not start with this environment: ${read.problems.join('; ')}. See pub-image/README.md.`,
  }
}

export interface PubKeys {
  id: FeedId
  public: string
  private: string
  curve: string
}

/**
 * The part of ssb-server's config that is ours; ssb-config's defaults fill in the rest. No unix socket: whoever
 * reaches it is master, and the data folder may be shared with backups.
 */
export function ssbConfigOf(config: PubConfig, keys: PubKeys, defaultNetworkKey: string): object {
  return {
    path: config.data,
    keys,
    caps: { shs: config.networkKey ?? defaultNetworkKey },
    master: config.hub === null ? [] : [config.hub],
    connections: {
      incoming: {
        net: [
          {
            scope: ['device', 'local', 'public'],
            host: config.listen,
            external: config.host,
            port: config.port,
            transform: 'shs',
          },
        ],
      },
      outgoing: { net: [{ transform: 'shs' }], onion: [{ transform: 'shs' }] },
    },
    // A pub is found by its address; it does not shout on the local network.
    local: false,
    gossip: { connections: 3, local: false },
    // The operator decides which host name is told; inside a test or a home network it may well be a private one.
    allowPrivate: true,
    logging: { level: 'warning' },
  }
}
