/**
 * `post`: what an owner writes to the provider in plain words. The CLI writes the same.
 * Shapes as Patchwork 3.18 and older clients make them: `branch` a string or a list, `recps` strings or `{link}`.
 *
 * Example (content):
 * {"type":"post","text":"[@provider](@…)\n\ncreate alice","recps":["@owner…","@provider…"],
 *  "mentions":[{"link":"@provider…","name":"provider"}]}
 */
import { type Checked, refuse } from '../check'
import { type FeedId, isFeedId, isMessageId, type MessageId } from '../ids'
import { BRANCHES_MAX, RECIPIENTS_MAX, TEXT_CHARS_MAX } from '../limits'

export interface Post {
  type: 'post'
  text: string
  root: MessageId | null
  /** The messages this one follows in its thread. */
  branch: MessageId[]
  /** Everybody it is addressed to, each once. Empty when it does not say. */
  recps: FeedId[]
  /** True when it carries a `buttcloud` payload: then a program wrote it and no answer is due. */
  byProgram: boolean
}

/** Reads a post of any client's shape. Content that is no post, or has no text, is refused. */
export function checkPost(content: unknown): Checked<Post> {
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return refuse('content', 'an object', content)
  const fields = content as Record<string, unknown>
  if (fields.type !== 'post') return refuse('type', '"post"', fields.type)
  if (typeof fields.text !== 'string' || fields.text.length > TEXT_CHARS_MAX)
    return refuse('text', `text of at most ${TEXT_CHARS_MAX} characters`, fields.text)
  return {
    ok: true,
    value: {
      type: 'post',
      text: fields.text,
      root: isMessageId(fields.root) ? fields.root : null,
      branch: listOf(fields.branch).filter(isMessageId).slice(0, BRANCHES_MAX),
      recps: recipientsOf(fields.recps),
      byProgram: Object.hasOwn(fields, 'buttcloud'),
    },
  }
}

/** Recipients as strings, from strings or `{link}` objects (old clients), each once. */
export function recipientsOf(recps: unknown): FeedId[] {
  const found = new Set<FeedId>()
  for (const entry of listOf(recps).slice(0, RECIPIENTS_MAX + 1)) {
    const id = typeof entry === 'object' && entry !== null ? (entry as { link?: unknown }).link : entry
    if (isFeedId(id)) found.add(id)
  }
  return [...found]
}

function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  return value === undefined || value === null ? [] : [value]
}
