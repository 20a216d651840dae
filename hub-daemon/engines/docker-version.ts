/** Which version of the Docker API is spoken with an engine. */
import { EngineError } from './engine'

/** What we need (`list`, `create` with all our flags) is in Docker 20.10; older ones are not tried. */
const API_OLDEST = '1.41'
/** The newest API whose changes have been read; a newer engine is asked to speak this one. */
const API_NEWEST = '1.47'

/** The part of `GET /version` that matters here. */
export interface EngineVersion {
  Version?: string
  ApiVersion?: string
  MinAPIVersion?: string
}

/**
 * The lower of what the engine and what we speak best. Throws `unreachable` with a sentence when there is none:
 * an engine older than ours, or one so new that it has dropped ours (Docker 29 dropped all below 1.44).
 */
export function chooseApiVersion(engine: EngineVersion, socket: string): string {
  const theirs = engine.ApiVersion
  if (theirs === undefined || !/^\d+\.\d+$/.test(theirs))
    throw new EngineError(
      'unreachable',
      `what answers at ${socket} is no Docker engine: it names no API version`,
    )
  const name = `the Docker engine ${engine.Version ?? '?'} at ${socket}`
  const chosen = compare(theirs, API_NEWEST) < 0 ? theirs : API_NEWEST
  if (compare(chosen, API_OLDEST) < 0)
    throw new EngineError(
      'unreachable',
      `${name} is too old: it speaks API ${theirs}, and ${API_OLDEST} is needed; update Docker to 20.10 or later`,
    )
  const least = engine.MinAPIVersion
  if (least !== undefined && /^\d+\.\d+$/.test(least) && compare(chosen, least) < 0)
    throw new EngineError(
      'unreachable',
      `${name} is too new: it speaks API ${least} and later, we up to ${API_NEWEST}; update ButtCloud`,
    )
  return chosen
}

function compare(left: string, right: string): number {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number)
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number)
  return leftMajor - rightMajor || leftMinor - rightMinor
}
