/**
 * Bringing a pub that ran elsewhere, over muxrpc: its owner uploads the pub's own feed and its key pair to the provider,
 * piece by piece, each answered before the next, and then asks for it with the message `import NAME`. One upload per
 * owner; who calls is who it belongs to. What it means and what is checked: docs/EXPORT.md.
 */
import { type Check, feedId, literal, messageId, type Of, shape, text, whole } from './check'
import { IMPORT_BYTES_MAX, IMPORT_CHUNK_BYTES, IMPORT_SECRET_CHARS_MAX } from './limits-import'

/** Of the provider, for owners; any peer may call them, and they look at who does. */
export const IMPORT_METHODS = { importOpen: 'async', importWrite: 'async', importCommit: 'async' } as const
export const IMPORT_CALLS = ['importOpen', 'importWrite', 'importCommit'] as const

/** base64 is a third longer. */
const CHUNK_CHARS_MAX = Math.ceil(IMPORT_CHUNK_BYTES / 3) * 4

/**
 * `buttcloud.importOpen`: what shall be brought. `bytes` and `sha256` (hex) are of the feed's messages as signed, one JSON
 * text per line, oldest first. Answered with where to go on: an upload of the same bytes that was cut goes on.
 */
const open = shape({ name: text(64), feed: feedId, bytes: whole(1, IMPORT_BYTES_MAX), sha256: text(64) })
export type ImportRequest = Of<typeof open>
export const checkImportRequest: Check<ImportRequest> = open

/** `buttcloud.importWrite`: the next bytes, base64; `at` is where they belong. */
const write = shape({ at: whole(0, IMPORT_BYTES_MAX), data: text(CHUNK_CHARS_MAX) })
export type ImportPiece = Of<typeof write>
export const checkImportPiece: Check<ImportPiece> = write

/** What opening and writing answer: so many bytes are there. */
const at = shape({ at: whole(0, IMPORT_BYTES_MAX) })
export type ImportAt = Of<typeof at>
export const checkImportAt: Check<ImportAt> = at

/** `buttcloud.importCommit`: all is there; the text of the file `secret`. Asked again as long as it answers `wait`. */
const commit = shape({ secret: text(IMPORT_SECRET_CHARS_MAX) })
export type ImportCommit = Of<typeof commit>
export const checkImportCommit: Check<ImportCommit> = commit

const wait = shape({ kind: literal('wait'), messages: whole(0, Number.MAX_SAFE_INTEGER) })
const checked = shape({
  kind: literal('checked'),
  messages: whole(1, Number.MAX_SAFE_INTEGER),
  head: messageId,
})
/** So many messages have been checked; `checked`: all of them, and `import NAME` may be asked for. */
export type ImportNews = Of<typeof wait> | Of<typeof checked>

/** Reads what a commit answered; null when it makes no sense. */
export function importNewsOf(value: unknown): ImportNews | null {
  for (const check of [wait, checked] as Check<ImportNews>[]) {
    const found = check(value, 'import')
    if (found.ok) return found.value
  }
  return null
}

/** `export.json` of an archive, as far as it is of use here (docs/EXPORT.md). */
const about = shape({ name: text(64), feed: feedId })
export const checkImportAbout: Check<Of<typeof about>> = about
