/** What a Docker engine is told when it is made, checked once. */
import type { DockerOptions } from 'dockerode'
import type { FeedId } from '../../protocol/ids'
import { EngineError } from './engine'

export interface DockerEngineOptions {
  /** Path of the engine's unix socket. Give this or `host`. */
  socketPath?: string
  /** `unix:///path`, `tcp://host:port` or `http://host:port`, as in DOCKER_HOST. */
  host?: string
  /** Whose runs these are: everything made carries this label, and nothing without it is touched. */
  hub: FeedId
  /** Image of the pub, as in `buttcloud/ssb-pub:0.1.0`. */
  image: string
  /** The one address that ports are published on. */
  bind: string
  /** `uid:gid` that the pub runs as; 1000:1000 is `node` in the image. */
  user?: string
  /** Name of the bridge network; made if missing. */
  network?: string
  /** Whether images may be pulled. Default: where `image` itself was. */
  pull?: boolean
}

const DEFAULT_SOCKET = '/var/run/docker.sock'
const DEFAULT_USER = '1000:1000'
const DEFAULT_NETWORK = 'buttcloud'

/** The options with everything filled in. */
export interface DockerSettings {
  target: DockerOptions
  /** How the engine is called in sentences. */
  place: string
  hub: FeedId
  image: string
  bind: string
  user: { uid: number; gid: number }
  network: string
  pull: boolean | null
}

/** Fills in what was left out. Throws when an address or user can't be meant. */
export function dockerSettings(options: DockerEngineOptions): DockerSettings {
  return {
    ...targetOf(options),
    hub: options.hub,
    image: options.image,
    bind: options.bind,
    user: userOf(options.user ?? DEFAULT_USER),
    network: options.network ?? DEFAULT_NETWORK,
    pull: options.pull ?? null,
  }
}

/** `host` and `socketPath` are always both given: what is missing would be taken from DOCKER_HOST. */
function targetOf(options: DockerEngineOptions): { target: DockerOptions; place: string } {
  const address = options.host ?? `unix://${options.socketPath ?? DEFAULT_SOCKET}`
  if (address.startsWith('unix://')) {
    const socketPath = address.slice('unix://'.length)
    return { target: { socketPath, host: undefined, port: undefined }, place: socketPath }
  }
  const [, host, port] = /^(?:tcp|http):\/\/([^/:]+|\[[0-9a-fA-F:]+\]):(\d+)\/?$/.exec(address) ?? []
  if (host === undefined || port === undefined)
    throw new EngineError(
      'unreachable',
      `${address} is no address of a Docker engine; write unix:///path or tcp://host:port`,
    )
  return { target: { socketPath: undefined, protocol: 'http', host, port: Number(port) }, place: address }
}

function userOf(text: string): { uid: number; gid: number } {
  const [, uid, gid] = /^(\d+):(\d+)$/.exec(text) ?? []
  if (uid === undefined || gid === undefined || Number(uid) === 0)
    throw new EngineError('other', `${text} can't be the user of a pub; write uid:gid, and not root`)
  return { uid: Number(uid), gid: Number(gid) }
}
