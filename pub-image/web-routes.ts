/**
 * Which page a request of the web asks for. Anybody in the world may ask anything, and the programs behind it (ssb-viewer,
 * git-ssb-web) are old and trust what they are asked: one route ends the process, one reads any file of the machine.
 * So only what is known to be harmless is handed on, written anew; all else is refused here.
 */

export type Page = 'view' | 'git'

export type Route =
  | { to: 'front' }
  /** `path` is what the program behind it is asked. */
  | { to: Page; path: string }
  | { to: 'elsewhere'; location: string }
  | { to: 'refused'; status: 400 | 404 | 405; why: string }

const URL_CHARS_MAX = 1_000
const ID = '[%@&](?:[A-Za-z0-9+/]{43}=)\\.(?:sha256|ed25519)'
const ENCODED_ID = '(?:%25|%40|%26|[@&])(?:[A-Za-z0-9+/]|%2[bBfF]){43}(?:=|%3[dD])\\.(?:sha256|ed25519)'
const EXACT_ID = new RegExp(`^${ID}$`)
const FEED_OR_MESSAGE_OR_BLOB = new RegExp(`^/(${ENCODED_ID})(\\.rss|\\.json)?$`)
const BELOW_ID = new RegExp(`^/(${ENCODED_ID})((?:/[^/]*)*)$`)
/** A file that the programs bring along: one name, no folder above it. */
const FILE = /^\/(static|emoji|highlight)\/([A-Za-z0-9_][A-Za-z0-9_.-]{0,60})$/
const CHANNEL = /^\/channel\/([A-Za-z0-9_-]{1,60})$/
const SEARCH_CHARS_MAX = 100

const refused = (status: 400 | 404 | 405, why: string): Route => ({ to: 'refused', status, why })
const NOT_FOUND = refused(404, 'There is no such page here.')

/** Reads method and URL as they came over the wire. Never throws. */
export function routeOf(method: string, url: string): Route {
  if (method !== 'GET' && method !== 'HEAD') return refused(405, 'These pages can only be read.')
  if (url.length > URL_CHARS_MAX || !/^\/[\x21-\x7e]*$/.test(url))
    return refused(400, 'That is no address of a page here.')
  const at = url.indexOf('?')
  const path = at === -1 ? url : url.slice(0, at)
  const query = at === -1 ? '' : url.slice(at + 1)
  if (path === '/') return { to: 'front' }
  if (path === '/view' || path === '/git') return { to: 'elsewhere', location: `${path}/` }
  if (path.startsWith('/view/')) return viewRoute(path.slice('/view'.length))
  if (path.startsWith('/git/')) return gitRoute(path.slice('/git'.length), query)
  return NOT_FOUND
}

/** ssb-viewer: messages, feeds, blobs, channels, its own files. Its `/user-feed/` throws outside of any handler. */
function viewRoute(path: string): Route {
  const id = FEED_OR_MESSAGE_OR_BLOB.exec(path)
  if (id !== null) {
    const decoded = decoded1(id[1] ?? '')
    return decoded === null
      ? NOT_FOUND
      : { to: 'view', path: `/${encodeURIComponent(decoded)}${id[2] ?? ''}` }
  }
  const channel = CHANNEL.exec(path)
  if (channel !== null) return { to: 'view', path: `/channel/${channel[1]}` }
  return ownFile('view', path)
}

/**
 * git-ssb-web: its list, its search, ids with what is below them (branches and paths of a repository, looked up in the
 * repository), its own files. Whatever it decodes to a `..` would leave its folder of files.
 */
function gitRoute(path: string, query: string): Route {
  if (path === '/') return { to: 'git', path: `/${pagerOf(query)}` }
  if (path === '/search') {
    const words = new URLSearchParams(query).get('q') ?? ''
    return { to: 'git', path: `/search?q=${encodeURIComponent(searchable(words))}` }
  }
  const id = BELOW_ID.exec(path)
  if (id === null) return ownFile('git', path)
  const decoded = decoded1(id[1] ?? '')
  if (decoded === null) return NOT_FOUND
  const below: string[] = []
  for (const segment of (id[2] ?? '').split('/').slice(1)) {
    const part = decodedSegment(segment)
    if (part === null || part === '.' || part === '..') return NOT_FOUND
    below.push(encodeURIComponent(part))
  }
  return { to: 'git', path: `${['', encodeURIComponent(decoded), ...below].join('/')}${pagerOf(query)}` }
}

/** git-ssb-web makes a pattern of what is searched for: some end it, some keep it busy for years. Words are enough. */
function searchable(words: string): string {
  return words
    .slice(0, SEARCH_CHARS_MAX)
    .replace(/[^\p{L}\p{N}_-]+/gu, ' ')
    .trim()
}

/** What git-ssb-web's links to older and newer entries carry: times, a direction, a page, a state. */
function pagerOf(query: string): string {
  const kept: string[] = []
  for (const [name, value] of new URLSearchParams(query))
    if (
      /^(?:gt|lt|page)$/.test(name)
        ? /^\d{1,16}(?:\.\d{1,6})?$/.test(value)
        : name === 'forwards' && value === '1'
    )
      kept.push(`${name}=${value}`)
  return kept.length === 0 ? '' : `?${kept.slice(0, 4).join('&')}`
}

function ownFile(to: Page, path: string): Route {
  const file = FILE.exec(path)
  return file === null || file[2]?.includes('..') ? NOT_FOUND : { to, path: `/${file[1]}/${file[2]}` }
}

function decoded1(text: string): string | null {
  const id = decodedSegment(text)
  return id !== null && EXACT_ID.test(id) ? id : null
}

function decodedSegment(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** Links of the programs begin at the root; here each lives below its own name. */
export function rebased(html: string, page: Page): string {
  return html.replace(/\b(href|src|action)=(["']?)\/(?!\/)/g, `$1=$2/${page}/`)
}

/** A redirect of a program, as seen from outside; null for one that leads elsewhere. */
export function rebasedLocation(location: string, page: Page): string | null {
  return /^\/(?!\/)/.test(location) ? `/${page}${location}` : null
}
