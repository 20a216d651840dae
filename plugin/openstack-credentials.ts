/**
 * Who we are to an OpenStack cloud, read from what people have: a clouds.yaml, or the rc file of OS_* lines that OVH and
 * every dashboard give away. docs.openstack.org/openstacksdk (clouds.yaml), docs.openstack.org/api-ref/identity (v3).
 */
import { OPENSTACK_NAME_CHARS_MAX } from '../protocol/limits-openstack'

/** Something of Keystone's that has an id, or a name within a domain. */
export interface Named {
  id: string | null
  name: string | null
  domainId: string | null
  domainName: string | null
}

export type OpenstackLogin =
  | { kind: 'application'; id: string | null; name: string | null; user: Named; secret: string }
  | { kind: 'password'; user: Named; password: string; project: Named }

export interface OpenstackCredentials {
  /** Of Keystone, with /v3 and no slash at its end. */
  authUrl: string
  login: OpenstackLogin
  /** Null: the only one there is. */
  region: string | null
  interface: 'public' | 'internal' | 'admin'
  /** A file with the authorities that are believed besides the public ones; absolute, or beside the file that names it. */
  caFile: string | null
}

/** What was found, by the names of OS_* without that beginning. */
export type Words = ReadonlyMap<string, string>

const INTERFACES = { public: 'public', internal: 'internal', admin: 'admin' } as const

/** The words of one cloud of a parsed clouds.yaml, by their names in OS_*. Throws a sentence. */
export function cloudWords(parsed: unknown, cloud: string | null, file: string): Words {
  const clouds = fieldOf(parsed, 'clouds')
  const names = isObject(clouds) ? Object.keys(clouds) : []
  const chosen = cloud ?? (names.length === 1 ? names[0] : undefined)
  if (chosen === undefined)
    throw new Error(
      names.length === 0
        ? `${file} holds no clouds`
        : `${file} holds several clouds (${names.slice(0, 8).join(', ')}): say which by "cloud"`,
    )
  const found = isObject(clouds) && Object.hasOwn(clouds, chosen) ? clouds[chosen] : undefined
  if (!isObject(found))
    throw new Error(`${file} holds no cloud "${chosen}"; it holds ${names.slice(0, 8).join(', ') || 'none'}`)
  if (found.verify === false)
    throw new Error(
      `${file}: "verify: false" is not for credentials; give the cloud's own authority as "cacert" instead`,
    )
  const words = new Map<string, string>()
  const take = (part: unknown) => {
    if (!isObject(part)) return
    for (const [name, value] of Object.entries(part))
      if (typeof value === 'string' || typeof value === 'number')
        words.set(name.toUpperCase(), String(value).trim())
  }
  take(found)
  take(found.auth)
  if (!words.has('AUTH_URL') && (words.has('PROFILE') || words.has('CLOUD')))
    throw new Error(`${file}: ${chosen} names a profile and no auth_url; write the auth_url down there`)
  return words
}

/** The words of an rc file: its lines `export OS_NAME=value`. Throws a sentence where the password is asked for in a terminal. */
export function rcWords(content: string, file: string): Words {
  const words = new Map<string, string>()
  for (const line of content.split('\n')) {
    const found = /^\s*(?:export\s+)?OS_([A-Z0-9_]+)=(.*)$/.exec(line)
    if (found === null) continue
    const value = unquoted(found[2] ?? '')
    if (value.includes('$') && !/^\s*'/.test(found[2] ?? ''))
      throw new Error(
        `${file}: OS_${found[1]} is asked for when the file is run, and here nobody answers: write it there`,
      )
    if (value !== '') words.set(found[1] ?? '', value)
  }
  if (words.size === 0) throw new Error(`${file} holds neither clouds nor lines like "export OS_AUTH_URL=…"`)
  return words
}

/** Throws a sentence naming the word that is missing. */
export function readCredentials(words: Words, file: string): OpenstackCredentials {
  const word = (...names: string[]): string | null => {
    for (const name of names) {
      const value = words.get(name)
      if (value !== undefined && value !== '') return value
    }
    return null
  }
  const must = (what: string, value: string | null): string => {
    if (value === null) throw new Error(`${file} lacks ${what}`)
    return value
  }
  const named = (kind: string, ...other: string[]): Named => ({
    id: word(`${kind}_ID`, ...other.map((one) => `${one}_ID`)),
    name: word(`${kind}_NAME`, ...other.map((one) => `${one}_NAME`)),
    domainId: word(`${kind}_DOMAIN_ID`, 'DEFAULT_DOMAIN_ID'),
    domainName: word(`${kind}_DOMAIN_NAME`, 'DEFAULT_DOMAIN_NAME'),
  })
  const user = { ...named('USER'), name: word('USERNAME', 'USER_NAME') }
  const application = {
    id: word('APPLICATION_CREDENTIAL_ID'),
    name: word('APPLICATION_CREDENTIAL_NAME'),
  }
  const face = (word('INTERFACE', 'ENDPOINT_TYPE') ?? 'public').replace(/URL$/i, '').toLowerCase()
  if (!Object.hasOwn(INTERFACES, face))
    throw new Error(`${file}: there is no interface "${face.slice(0, 40)}"`)
  const common = {
    authUrl: authUrlOf(must('the address of Keystone (auth_url, OS_AUTH_URL)', word('AUTH_URL')), file),
    region: word('REGION_NAME'),
    interface: INTERFACES[face as keyof typeof INTERFACES],
    caFile: word('CACERT'),
  }
  if (application.id !== null || application.name !== null) {
    const secret = must('the secret of the application credential', word('APPLICATION_CREDENTIAL_SECRET'))
    if (application.id === null) must('the user whose application credential that is', user.id ?? user.name)
    return { ...common, login: { kind: 'application', ...application, user, secret } }
  }
  must('a user (username, OS_USERNAME) or an application credential', user.id ?? user.name)
  const password = must('the password (password, OS_PASSWORD)', word('PASSWORD'))
  const project = named('PROJECT', 'TENANT')
  must(
    'the project (project_id or project_name, OS_PROJECT_ID or OS_PROJECT_NAME)',
    project.id ?? project.name,
  )
  return { ...common, login: { kind: 'password', user, password, project } }
}

/** What Keystone is asked for a token with (api-ref/identity/v3, "Authentication and token management"). */
export function tokenBody(login: OpenstackLogin): object {
  if (login.kind === 'application') {
    const { id, name, user, secret } = login
    const who = id === null ? { name, user: reference(user) } : { id }
    return {
      auth: {
        identity: { methods: ['application_credential'], application_credential: { ...who, secret } },
      },
    }
  }
  const { user, password, project } = login
  return {
    auth: {
      identity: { methods: ['password'], password: { user: { ...reference(user), password } } },
      scope: { project: reference(project) },
    },
  }
}

/** What must never stand in a sentence. */
export function secretsOf(login: OpenstackLogin): string[] {
  return [login.kind === 'application' ? login.secret : login.password]
}

function reference({ id, name, domainId, domainName }: Named): object {
  if (id !== null) return { id }
  // Where no domain is named it is the one that Keystone has from its start.
  const domain =
    domainId !== null ? { id: domainId } : domainName !== null ? { name: domainName } : { id: 'default' }
  return { name, domain }
}

function authUrlOf(written: string, file: string): string {
  const bare = written.replace(/\/+$/, '')
  if (!/^https?:\/\/[^\s/]/.test(bare) || bare.length > 2000)
    throw new Error(`${file}: the address of Keystone is no https:// address`)
  return /\/v3$/.test(bare) ? bare : `${bare.replace(/\/v2\.0$/, '')}/v3`
}

function unquoted(written: string): string {
  const bare = written.trim()
  const quoted = /^(["'])(.*?)\1\s*;?\s*(?:#.*)?$/.exec(bare)
  return quoted === null ? bare.replace(/\s+#.*$/, '') : (quoted[2] ?? '')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** Whether a text can be the name of something in a cloud. */
export function isCloudName(text: string): boolean {
  return text.length > 0 && text.length <= OPENSTACK_NAME_CHARS_MAX && !/[\n\r]/.test(text)
}
