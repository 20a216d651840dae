/** From an order to what an engine needs: the environment of the pub's entry and the shape of its container. */
import type { FeedId } from '../protocol/ids'
import { runNameOf } from '../protocol/ids'
import type { SpecMessage } from '../protocol/messages/spec'
import { buildPubEnvironment } from '../protocol/pub-environment'
import type { Run, RunFact } from './engines/engine'

/** What is the same for all pubs of one hub. */
export interface HubConfig {
  hub: FeedId
  /** The name or address that the pubs are reached by from outside. */
  host: string
  /** What the pubs listen on: inside a container everything, as a process what is to be reached. */
  listen: string
  /** What the hub itself dials to reach a published port, but for those of which the engine says otherwise. */
  dial: string
  /** base64 of the network's key; null is the network that everybody is on. */
  capsShs: string | null
  /** Image of the containers, of the hub's own version; null for an engine that has none. */
  image: string | null
  /** The hub's own version: what its pubs run unless an order names another one. */
  version: string
}

/** What an order without a version, or one that names a version, means here. */
export function versionOf(spec: Pick<SpecMessage, 'version'>, config: Pick<HubConfig, 'version'>): string {
  return spec.version ?? config.version
}

/** What a pub is reached by from outside. */
export function hostOf(spec: Pick<SpecMessage, 'host'>, config: Pick<HubConfig, 'host'>): string {
  return spec.host ?? config.host
}

/** The image of a version: the hub's own one for its own version, else the same repository with the version as tag. */
function imageOf(version: string, config: HubConfig): string | null {
  if (config.image === null || version === config.version) return config.image
  return `${repositoryOf(config.image)}:${version}`
}

/** An image's name without tag and digest. A colon before the last slash belongs to the registry's port. */
export function repositoryOf(image: string): string {
  const name = image.split('@')[0] ?? image
  const colon = name.lastIndexOf(':')
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name
}

/** Every look compares every run with its spec: what follows from both is worked out once. */
const worked = new WeakMap<HubConfig, WeakMap<SpecMessage, Run>>()

/**
 * The run that a spec asks for on this hub. What the pub says of itself is not in it: the pub is told so while it runs
 * (`fence.about`), and a container that is started again years later must not go back to its first name.
 */
export function runOf(spec: SpecMessage, config: HubConfig): Run {
  const runs = worked.get(config) ?? new WeakMap<SpecMessage, Run>()
  worked.set(config, runs)
  const run = runs.get(spec) ?? workOut(spec, config)
  runs.set(spec, run)
  return run
}

/** True when the run is what the spec asks for now: epoch and everything else that needs a new container. */
export function matches({ config }: { config: HubConfig }, spec: SpecMessage, run: RunFact): boolean {
  return run.epoch === spec.epoch && run.shape === runOf(spec, config).shape
}

function workOut(spec: SpecMessage, config: HubConfig): Run {
  const environment = buildPubEnvironment({
    mode: 'managed',
    port: spec.port,
    host: hostOf(spec, config),
    listen: config.listen,
    hub: config.hub,
    epoch: spec.epoch,
    rebuilds: spec.rebuilds,
    networkKey: config.capsShs,
    web: spec.web?.port ?? null,
  })
  const version = versionOf(spec, config)
  const image = imageOf(version, config)
  const fixed = {
    port: spec.port,
    web: spec.web?.port ?? null,
    memoryBytes: spec.memoryBytes,
    reservedBytes: spec.reservedBytes,
    environment,
  }
  return {
    name: runNameOf(spec.pub),
    pub: spec.pub,
    epoch: spec.epoch,
    shape: shapeOf(JSON.stringify([image ?? version, spec.restarts, spec.rebuilds, fixed])),
    version,
    image,
    rebuilds: spec.rebuilds,
    ...fixed,
  }
}

/**
 * 64 bits of FNV-1a (Fowler, Noll, Vo) as two runs of 32. It tells an order from its successor; nobody gains
 * anything by making two of them collide, so it need not be cryptographic.
 */
function shapeOf(text: string): string {
  return fnv(text, 0x811c9dc5) + fnv(text, 0x01000193)
}

function fnv(text: string, start: number): string {
  let hash = start
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
