/**
 * Whom a text names: markdown mentions as Patchwork writes them, bare ids, `ssb:` URIs, and `@names` that no id stands
 * behind. In the words of a sentence each is one word, its mark, so that nothing else has to know how ids look.
 */
import { type FeedId, isFeedId } from './ids'

/** `id` null: an id that is none, or a name only. `label` as it was written, without the `@`. */
export interface Mention {
  id: FeedId | null
  label: string
}

const ID = String.raw`[@%&][A-Za-z0-9+/]{43}=\.(?:ed25519|sha256)`
/** Patchwork writes `[@name](@id)`; an image is `![name](&id)`. Labels are bounded so that scanning stays linear. */
export const ID_LINK = new RegExp(String.raw`!?\[[^\][]{0,300}\]\(\s?${ID}[^)\s]{0,300}\)`, 'g')
const BARE_ID = new RegExp(ID, 'g')
const ANY_ID = new RegExp(`${ID_LINK.source}|${BARE_ID.source}`, 'g')
/** URI forms of a feed (ssb-uri-spec): `ssb:feed/ed25519/…`, `ssb:feed:ed25519:…`, `ssb://feed/ed25519/…`; base64url. */
const FEED_URI = /\bssb:(?:\/\/)?feed[/:]ed25519[/:]([A-Za-z0-9_-]{43}=?)(?:%3D)?/gi

/** One private-use character: plainText takes such out of what people write, so nobody writes a mark. */
export const MARK = '\ue000'
const MARKED = new RegExp(`^${MARK}(\\d+)$`)
const MARKS = new RegExp(` ${MARK}\\d+ `, 'g')

/** The text with marks where ids stood, and what they stand for. Ids of messages and blobs just go. */
export function withMarks(text: string): { text: string; mentions: Mention[] } {
  const mentions: Mention[] = []
  const marked = withoutUris(text)
    .replaceAll(MARK, ' ')
    .replace(ANY_ID, (found) => {
      const id = /@[A-Za-z0-9+/]{43}=\.ed25519/.exec(found.slice(found.lastIndexOf('](') + 1))?.[0]
      if (id === undefined || found.startsWith('!')) return ' '
      mentions.push({ id: isFeedId(id) ? id : null, label: labelOf(found) })
      return ` ${MARK}${mentions.length - 1} `
    })
  return { text: marked, mentions }
}

/** `ssb:` URIs of feeds as classic ids. */
export function withoutUris(text: string): string {
  return text.replace(FEED_URI, (_all, base64url: string) => {
    const base64 = base64url.replace(/=$/, '').replace(/-/g, '+').replace(/_/g, '/')
    return `@${base64}=.ed25519`
  })
}

/** Of a markdown link the label, of a bare id nothing. */
function labelOf(found: string): string {
  const label = found.startsWith('[') ? found.slice(1, found.lastIndexOf('](')) : ''
  return label.trim().replace(/^@/, '')
}

/** The text as if nobody had been mentioned. */
export function withoutMarks(text: string): string {
  return text.replace(MARKS, ' ')
}

/** What a word mentions; null for any other word. A `@name` without an id is one that can't be told. */
export function mentionOf(word: string, mentions: readonly Mention[]): Mention | null {
  const marked = MARKED.exec(word)
  if (marked !== null) return mentions[Number(marked[1])] ?? null
  return /^@\S/.test(word) ? { id: null, label: word.slice(1) } : null
}

/** True for a word that stands for a mention with an id. */
export function isMark(word: string): boolean {
  return MARKED.test(word)
}
