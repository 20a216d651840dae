/**
 * The environment of a pub process: the one place that knows the names. The hub builds it (`buildPubEnvironment`),
 * the pub reads it (`readPubEnvironment`). It holds no secret: it shows in `docker inspect`.
 */
import { type FeedId, isFeedId } from './ids'
import { DESCRIPTION_CHARS_MAX, TITLE_CHARS_MAX } from './limits'

export interface PubEnvironment {
  /** `managed`: every write goes through the provider first. `standalone`: a pub by itself, without that guard. */
  mode: 'managed' | 'standalone'
  /** Listened on, and part of the address that others are told: inside and outside it is the same number. */
  port: number
  /** The host name that others dial. */
  host: string
  /** The address of the machine or container that is bound. */
  listen: string
  /** The pub's only master; null in standalone mode when nobody is. */
  hub: FeedId | null
  /** The placement this run belongs to; null in standalone mode. */
  epoch: number | null
  /** How often it was ordered to be rebuilt: derived data older than that is made anew, once. */
  rebuilds: number
  /** Published as the pub's `about`; empty means: leave as it is. A hub tells a managed pub by `fence.about`. */
  name: string
  description: string
  /** The only folder that is written to. It holds `secret`. */
  data: string
  /** The port of the web pages; null while they are off. */
  web: number | null
  /** Base64 of the network key; null for the public Scuttlebutt network. */
  networkKey: string | null
}

export interface PubVariable {
  name: string
  meaning: string
  /** What holds when it is not set; null when it must be set. */
  default: string | null
}

/** Every variable, for the README and for error messages. */
export const PUB_VARIABLES: readonly PubVariable[] = [
  { name: 'PUB_MODE', meaning: '`managed` (driven by a hub) or `standalone`', default: 'standalone' },
  { name: 'PUB_PORT', meaning: 'port, the same inside and outside', default: '8008' },
  { name: 'PUB_HOST', meaning: 'host name or address that others dial', default: null },
  { name: 'PUB_LISTEN', meaning: 'address to bind; the image sets `0.0.0.0`', default: '127.0.0.1' },
  { name: 'PUB_HUB', meaning: 'feed id of the master; needed in managed mode', default: '' },
  { name: 'PUB_EPOCH', meaning: 'number of the placement; needed in managed mode', default: '' },
  {
    name: 'PUB_REBUILDS',
    meaning: 'a number; a higher one than before has all derived data made anew, once',
    default: '0',
  },
  { name: 'PUB_NAME', meaning: 'name that the pub gives itself', default: '' },
  { name: 'PUB_DESCRIPTION', meaning: 'description that the pub gives itself', default: '' },
  { name: 'PUB_DATA', meaning: 'folder with the `secret`; all data goes there', default: '/data' },
  { name: 'PUB_WEB_PORT', meaning: 'port of the web pages; without it there are none', default: '' },
  {
    name: 'BUTTCLOUD_CAPS_SHS',
    meaning: 'network key, base64 of 32 bytes, for a private network',
    default: '',
  },
]

/** The variables of a pub. Unset ones are left out, so that the defaults of the image hold. */
export function buildPubEnvironment(
  fields: Pick<PubEnvironment, 'mode' | 'port' | 'host'> & Partial<PubEnvironment>,
): Record<string, string> {
  const environment: Record<string, string> = {
    PUB_MODE: fields.mode,
    PUB_PORT: String(fields.port),
    PUB_HOST: fields.host,
  }
  const rest: [string, string | number | null | undefined][] = [
    ['PUB_LISTEN', fields.listen],
    ['PUB_HUB', fields.hub],
    ['PUB_EPOCH', fields.epoch],
    // Left out for a pub that was never rebuilt, as in the environments of all pubs so far.
    ['PUB_REBUILDS', fields.rebuilds === 0 ? null : fields.rebuilds],
    ['PUB_NAME', fields.name],
    ['PUB_DESCRIPTION', fields.description],
    ['PUB_DATA', fields.data],
    ['PUB_WEB_PORT', fields.web],
    ['BUTTCLOUD_CAPS_SHS', fields.networkKey],
  ]
  for (const [name, value] of rest)
    if (value !== undefined && value !== null && value !== '') environment[name] = String(value)
  return environment
}

export type PubEnvironmentRead = { ok: true; value: PubEnvironment } | { ok: false; problems: string[] }

const HOST = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$|^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$/
const NETWORK_KEY = /^[A-Za-z0-9+/]{43}=$/

/** Reads the variables back. All problems are named at once, each with what was found and what is expected. */
export function readPubEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): PubEnvironmentRead {
  const problems: string[] = []
  const text = (name: string): string => {
    const found = environment[name]
    if (found !== undefined && found !== '') return found
    return PUB_VARIABLES.find((variable) => variable.name === name)?.default ?? ''
  }
  const expect = (holds: boolean, name: string, expected: string): void => {
    const found = text(name)
    if (!holds)
      problems.push(`${name}: expected ${expected}, found ${found === '' ? 'nothing' : quote(found)}`)
  }
  const mode = text('PUB_MODE')
  const managed = mode === 'managed'
  expect(managed || mode === 'standalone', 'PUB_MODE', 'managed or standalone')
  const port = wholeNumber(text('PUB_PORT'), 1, 65_535)
  expect(port !== null, 'PUB_PORT', 'a port from 1 to 65535')
  expect(HOST.test(text('PUB_HOST')), 'PUB_HOST', 'the host name or address that others dial')
  expect(HOST.test(text('PUB_LISTEN')), 'PUB_LISTEN', 'an address to bind')
  const hub = text('PUB_HUB')
  expect(isFeedId(hub) || (hub === '' && !managed), 'PUB_HUB', 'the feed id of the hub')
  const epoch = wholeNumber(text('PUB_EPOCH'), 0, Number.MAX_SAFE_INTEGER)
  expect(epoch !== null || (text('PUB_EPOCH') === '' && !managed), 'PUB_EPOCH', 'a whole number')
  const rebuilds = wholeNumber(text('PUB_REBUILDS'), 0, Number.MAX_SAFE_INTEGER)
  expect(rebuilds !== null, 'PUB_REBUILDS', 'a whole number')
  const name = text('PUB_NAME')
  expect(name.length <= TITLE_CHARS_MAX, 'PUB_NAME', `at most ${TITLE_CHARS_MAX} characters`)
  const description = text('PUB_DESCRIPTION')
  expect(
    description.length <= DESCRIPTION_CHARS_MAX,
    'PUB_DESCRIPTION',
    `at most ${DESCRIPTION_CHARS_MAX} characters`,
  )
  const web = wholeNumber(text('PUB_WEB_PORT'), 1, 65_535)
  expect(
    (web !== null && web !== port) || text('PUB_WEB_PORT') === '',
    'PUB_WEB_PORT',
    'another port from 1 to 65535',
  )
  const networkKey = text('BUTTCLOUD_CAPS_SHS')
  expect(networkKey === '' || NETWORK_KEY.test(networkKey), 'BUTTCLOUD_CAPS_SHS', 'base64 of 32 bytes')
  if (problems.length > 0 || port === null || rebuilds === null) return { ok: false, problems }
  return {
    ok: true,
    value: {
      mode: managed ? 'managed' : 'standalone',
      port,
      host: text('PUB_HOST'),
      listen: text('PUB_LISTEN'),
      hub: isFeedId(hub) ? hub : null,
      epoch,
      rebuilds,
      name,
      description,
      data: text('PUB_DATA'),
      web,
      networkKey: networkKey === '' ? null : networkKey,
    },
  }
}

function wholeNumber(text: string, min: number, max: number): number | null {
  if (!/^\d{1,16}$/.test(text)) return null
  const number = Number(text)
  return number >= min && number <= max ? number : null
}

function quote(found: string): string {
  return JSON.stringify(found.length > 60 ? `${found.slice(0, 60)}…` : found)
}
