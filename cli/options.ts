/** The options that every command takes, checked. */
import { type FeedId, isFeedId } from '../protocol/ids'
import { Failure } from './failure'

export interface CommonOptions {
  /** Where everything of ours lives. */
  dir: string
  json: boolean
  wait: boolean
  timeoutMs: number
  verbose: boolean
  yes: boolean
  /** Which node of the owner to use. */
  owner: 'auto' | 'running' | 'own'
  /** The folder of the owner's ssb-server. */
  ssbPath: string
  provider: FeedId | null
}

export interface Surroundings {
  environment: Record<string, string | undefined>
  home: string
}

export const TIMEOUT_SECONDS_DEFAULT = 120
const TIMEOUT_SECONDS_MAX = 86_400

/** Reads what commander collected; throws a Failure (2) that says what was wrong. */
export function readOptions(given: Record<string, unknown>, around: Surroundings): CommonOptions {
  const { environment, home } = around
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' && value.trim() !== '' ? value : undefined
  const provider = text(given.provider) ?? null
  if (provider !== null && !isFeedId(provider))
    throw new Failure(2, `--provider takes a feed id like @…=.ed25519, not "${provider}".`)
  const owner = text(given.owner) ?? 'auto'
  if (owner !== 'auto' && owner !== 'running' && owner !== 'own')
    throw new Failure(2, `--owner is one of auto, running and own, not "${owner}".`)
  return {
    dir: text(given.dir) ?? text(environment.BUTTCLOUD_DIR) ?? `${home}/.buttcloud`,
    json: given.json === true,
    wait: given.wait !== false,
    timeoutMs:
      wholeOption('--timeout', given.timeout ?? TIMEOUT_SECONDS_DEFAULT, 1, TIMEOUT_SECONDS_MAX) * 1000,
    verbose: given.verbose === true,
    yes: given.yes === true,
    owner,
    ssbPath:
      text(given.ssbPath) ??
      text(environment.ssb_path) ??
      `${home}/.${text(environment.ssb_appname) ?? 'ssb'}`,
    provider,
  }
}

/** A whole number between two bounds, both included; throws a Failure (2) that names the option. */
export function wholeOption(name: string, value: unknown, min: number, max: number): number {
  const number =
    typeof value === 'number' ? value : /^\d{1,12}$/.test(String(value)) ? Number(value) : Number.NaN
  if (!Number.isSafeInteger(number) || number < min || number > max)
    throw new Failure(2, `${name} takes a whole number from ${min} to ${max}, not "${String(value)}".`)
  return number
}
