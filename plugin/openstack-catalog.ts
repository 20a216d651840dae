/** What Keystone says of a cloud: a token with its end, and where the services are; and what Nova says of its versions. */
import { list, nullable, shape, text } from '../protocol/check'
import type { Millis } from '../protocol/ids'
import { OPENSTACK_TOKEN_LIFE_MS } from '../protocol/limits-openstack'
import { MachineError } from './machine-driver'
import type { OpenstackCredentials } from './openstack-credentials'
import { timeIn } from './openstack-times'

export type OpenstackService = 'compute' | 'network' | 'image'

/** Names that clouds give these services in their catalogues (service-types.openstack.org, with the aliases). */
const TYPES: Readonly<Record<OpenstackService, readonly string[]>> = {
  compute: ['compute'],
  network: ['network'],
  image: ['image'],
}

export interface OpenstackToken {
  value: string
  endsAt: Millis
  /** By service, in the region and interface that were asked for; without a slash at the end. */
  endpoints: ReadonlyMap<OpenstackService, string>
  /** Of the project; null where the token says none. */
  projectId: string | null
}

const WORD_CHARS = 2_000
const word = nullable(text(WORD_CHARS))
const answer = shape({
  token: shape({
    expires_at: word,
    project: nullable(shape({ id: text(WORD_CHARS) })),
    catalog: nullable(
      list(
        shape({
          type: word,
          endpoints: nullable(
            list(shape({ interface: word, region: word, region_id: word, url: word }), 0, 1_000),
          ),
        }),
        0,
        1_000,
      ),
    ),
  }),
})

/** Reads the answer to a request for a token. Throws MachineError where it is none, or where the region is not one. */
export function readToken(
  value: string | undefined,
  body: unknown,
  { region, interface: face, authUrl }: OpenstackCredentials,
  now: Millis,
): OpenstackToken {
  const read = answer(body, '')
  if (!read.ok || value === undefined || value === '')
    throw new MachineError('refused', `Keystone at ${authUrl} answered something that holds no token`)
  const { expires_at, catalog, project } = read.value.token
  if (project === null)
    throw new MachineError(
      'unauthorised',
      `Keystone at ${authUrl} gave a token without a project: name the project in the credentials`,
    )
  const regions = new Set<string>()
  const endpoints = new Map<OpenstackService, string>()
  for (const service of ['compute', 'network', 'image'] as const) {
    const found = (catalog ?? [])
      .filter(({ type }) => type !== null && TYPES[service].includes(type))
      .flatMap((entry) => entry.endpoints ?? [])
      .filter((endpoint) => endpoint.interface === face && endpoint.url !== null)
    for (const one of found) regions.add(one.region_id ?? one.region ?? '')
    const ours = found.filter((one) => region === null || one.region_id === region || one.region === region)
    if (ours.length > 1 && region === null && service === 'compute')
      throw new MachineError(
        'refused',
        `the cloud has several regions (${[...regions].sort().join(', ')}): say which by "region"`,
      )
    const url = ours[0]?.url
    if (typeof url === 'string') endpoints.set(service, url.replace(/\/+$/, ''))
  }
  if (!endpoints.has('compute'))
    throw new MachineError(
      'refused',
      regions.size === 0
        ? `the cloud's catalogue has no ${face} compute service for this project`
        : `the cloud has no region "${region}"; it has ${[...regions].sort().join(', ')}`,
    )
  return {
    value,
    endsAt: timeIn(expires_at) ?? now + OPENSTACK_TOKEN_LIFE_MS,
    endpoints,
    projectId: project.id,
  }
}

/** Network and image endpoints stand in catalogues with and without their version. */
export function versioned(service: OpenstackService, url: string): string {
  if (service === 'network') return /\/v2\.0$/.test(url) ? url : `${url}/v2.0`
  if (service === 'image') return /\/v2$/.test(url) ? url : `${url.replace(/\/v2\.\d+$/, '')}/v2`
  return url
}

/** What this driver was written and tried for. Later versions change nothing for who does not ask for them. */
export const MICROVERSION_LEAST = '2.1'
export const MICROVERSION_MOST = '2.93'

/** Where Nova tells its versions: the endpoint without the project that old catalogues put behind it. */
export function computeRoot(endpoint: string): { base: string; version: string } {
  const found = /^(.*?)\/(v2(?:\.\d+)?)(?:\/.*)?$/.exec(endpoint)
  return found === null
    ? { base: endpoint, version: '' }
    : { base: found[1] ?? endpoint, version: found[2] ?? '' }
}

const version = shape({ id: word, version: word, min_version: word })
const versions = shape({
  version: nullable(version),
  versions: nullable(list(version, 0, 100)),
})

/**
 * The highest microversion that both sides know, by what `GET /` or `GET /v2.1/` says; null where Nova knows none, so that
 * no header is sent. Throws MachineError where it knows only such as we do not.
 */
export function microversionOf(body: unknown): string | null {
  const read = versions(body, '')
  const known = read.ok
    ? [...(read.value.version === null ? [] : [read.value.version]), ...(read.value.versions ?? [])]
    : []
  const found = known.find(({ id }) => id === 'v2.1')
  if (found === undefined || !found.version || !found.min_version) return null
  if (compare(found.min_version, MICROVERSION_MOST) > 0 || compare(found.version, MICROVERSION_LEAST) < 0)
    throw new MachineError(
      'refused',
      `Nova speaks microversions ${found.min_version} to ${found.version}, and this program ${MICROVERSION_LEAST} to ${MICROVERSION_MOST}`,
    )
  return compare(found.version, MICROVERSION_MOST) < 0 ? found.version : MICROVERSION_MOST
}

/** Below zero where the first is the lower one: 2.9 is before 2.10. */
export function compare(one: string, other: string): number {
  const [oneMajor = 0, oneMinor = 0] = one.split('.').map(Number)
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number)
  return oneMajor - otherMajor || oneMinor - otherMinor
}
