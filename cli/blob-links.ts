/** Links to encrypted blobs, as they stand in what the provider writes: too long an answer, or a file. */

export interface BlobLink {
  /** What the link is called: a file's name. */
  name: string
  /** `&….sha256`: the name of the encrypted bytes. */
  blob: string
  /** The key, base64. */
  key: string
  /** As `buttcloud open` takes it. */
  target: string
}

const TARGET = /&[A-Za-z0-9+/]{43}=\.sha256\?unbox=[A-Za-z0-9+/%=]{44,140}\.boxs/
/** A link that is no picture: those are for clients that show some. */
const LINK = new RegExp(`(?<!!)\\[([^\\][]{0,300})\\]\\((${TARGET.source})\\)`, 'g')

/** The link that a text is, in markdown or bare; null for anything else. */
export function blobLinkOf(text: string): BlobLink | null {
  const [inside] = blobLinksIn(text)
  if (inside !== undefined) return inside
  const bare = text.trim()
  return new RegExp(`^${TARGET.source}$`).test(bare) ? linkTo('blob', bare) : null
}

/** The links of a text, pictures left out. */
export function blobLinksIn(markdown: string): BlobLink[] {
  return [...markdown.matchAll(LINK)].map(([, name = '', target = '']) => linkTo(name, target))
}

/** With a command in the place of each link, so that a terminal shows how to open it. */
export function withOpenCommands(markdown: string): string {
  return markdown.replace(
    LINK,
    (_link, name: string, target: string) => `${name} (buttcloud open '${target}')`,
  )
}

/**
 * An answer that was too long for its message, with all of it in the place of its beginning: from the code block before
 * the link to the end of the link's line. What is not built so gets it at its end.
 */
export function withWhole(markdown: string, link: BlobLink, whole: string): string {
  const block = `\`\`\`\n${whole}\n\`\`\``
  const at = markdown.indexOf(`](${link.target})`)
  const close = markdown.lastIndexOf('\n```', at)
  const open = close === -1 ? -1 : markdown.lastIndexOf('```\n', close - 1)
  if (at === -1 || open === -1) return `${markdown}\n\n${block}`
  const lineEnd = markdown.indexOf('\n', at)
  return `${markdown.slice(0, open)}${block}${lineEnd === -1 ? '' : markdown.slice(lineEnd)}`
}

function linkTo(name: string, target: string): BlobLink {
  const [blob = '', key = ''] = target.split('?unbox=')
  return { name, blob, key: decoded(key.replace(/\.boxs$/, '')), target }
}

/** Only what stands for a mark of base64 is put back. */
const decoded = (key: string): string => key.replace(/%2B/gi, '+').replace(/%2F/gi, '/').replace(/%3D/gi, '=')
