/**
 * A provider's backup, as it is handed over by `buttcloud.adminBackup()` and lies, packed and encrypted, in its file: a
 * row of items, the manifest first and `end` last. Unknown fields are left out, so later versions may add some; what
 * an older program must not put back has another BACKUP_VERSION.
 */
import {
  type Check,
  feedId,
  list,
  literal,
  nullable,
  type Of,
  oneOf,
  refuse,
  shape,
  text,
  whole,
} from './check'
import { HISTORY_BATCH_MAX } from './limits'
import { BACKUP_FEEDS_MAX, BACKUP_FILE_BYTES_MAX, BACKUP_FILES_MAX } from './limits-backup'
import type { RawValue } from './rpc'

export const BACKUP_VERSION = 1

const count = whole(0, Number.MAX_SAFE_INTEGER)
const PATH = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}(\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}){0,4}$/
const PATH_CHARS_MAX = 300

/** A path below the provider's folder: it never leads out of it, nor to a hidden file. */
const pathBelow: Check<string> = (value, field) =>
  typeof value === 'string' && value.length <= PATH_CHARS_MAX && PATH.test(value)
    ? { ok: true, value }
    : refuse(field, "a path below the provider's folder", value)

const manifest = shape({
  kind: literal('manifest'),
  v: literal(BACKUP_VERSION),
  /** Of the program that made it. */
  program: text(64),
  /** By the clock of the machine that made it. */
  madeAt: count,
  provider: feedId,
  /** host:port where it was reached; null where it did not run. */
  address: nullable(text(300)),
  /** Feeds that are in it, each from its beginning to `head`: its own, its hubs' and its pubs'. */
  feeds: list(
    shape({ feed: feedId, role: oneOf('provider', 'hub', 'pub'), head: count }),
    1,
    BACKUP_FEEDS_MAX,
  ),
  files: list(shape({ path: pathBelow, bytes: whole(0, BACKUP_FILE_BYTES_MAX) }), 1, BACKUP_FILES_MAX),
})
const file = shape({
  kind: literal('file'),
  path: pathBelow,
  content: text(Math.ceil(BACKUP_FILE_BYTES_MAX / 3) * 4),
})
const isObject = (value: unknown): value is RawValue =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const rawValue: Check<RawValue> = (value, field) =>
  isObject(value) ? { ok: true, value } : refuse(field, 'a signed message', value)
const messages = shape({ kind: literal('messages'), values: list(rawValue, 1, HISTORY_BATCH_MAX) })
const end = shape({ kind: literal('end'), files: count, messages: count })

export type BackupManifest = Of<typeof manifest>
/** `content` is base64. */
export type BackupFile = Of<typeof file>
export type BackupItem = BackupManifest | BackupFile | Of<typeof messages> | Of<typeof end>

const CHECKS: Record<string, Check<BackupItem>> = { manifest, file, messages, end }

/** One item of a backup, of whatever was found in its place. */
export const backupItem: Check<BackupItem> = (value, field) => {
  const kind = isObject(value) ? value.kind : undefined
  const check = typeof kind === 'string' && Object.hasOwn(CHECKS, kind) ? CHECKS[kind] : undefined
  return check === undefined ? refuse(`${field}.kind`, 'a kind of item', kind) : check(value, field)
}

/** The version of a manifest that this program is too old for; null where it is none. */
export function newerVersionOf(value: unknown): number | null {
  if (!isObject(value) || value.kind !== 'manifest') return null
  return typeof value.v === 'number' && value.v > BACKUP_VERSION ? value.v : null
}
