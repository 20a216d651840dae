/** The file that says what a provider shall be, over muxrpc: what would change, the change, and the present state as such a file. */
import { type Check, flag, list, nullable, type Of, shape, text } from './check'
import { NAME_CHARS_MAX } from './limits'
import { CLUSTER_FILE_BYTES_MAX, CLUSTER_FILE_CHARS_MAX, CLUSTER_PUB_CHANGES_MAX } from './limits-cluster'

export const CLUSTER_METHODS = { adminApply: 'async', adminExportCluster: 'async' } as const
export const CLUSTER_CALLS = ['adminApply', 'adminExportCluster'] as const

const DIGEST_CHARS_MAX = 100

/**
 * `adminApply({file, text, dryRun, digest, prune})`. With `dryRun` it answers what would be changed and changes nothing. Without,
 * `digest` is that of the answer that somebody has seen: where something else would be changed by now, nothing is.
 */
const apply = shape({
  /** The file's name, for the sentences about it. */
  file: text(CLUSTER_FILE_CHARS_MAX),
  text: text(CLUSTER_FILE_BYTES_MAX),
  dryRun: flag,
  digest: nullable(text(DIGEST_CHARS_MAX)),
  /** Names of pubs that end, because the file does not have them any more; absent: none. */
  prune: nullable(list(text(NAME_CHARS_MAX), 0, CLUSTER_PUB_CHANGES_MAX)),
})
export type AdminApplyRequest = Of<typeof apply>
export const checkAdminApply: Check<AdminApplyRequest> = apply

export type ClusterSection = 'plans' | 'policy' | 'hubs' | 'pubs'

export interface ClusterChangeView {
  section: ClusterSection
  /** Of the plan, the setting, the hub or the pub. */
  name: string
  /** What would be, or was, done, in words. */
  words: string
  /** `next-start`: it is written down now and counts from the provider's next start. */
  counts: 'now' | 'next-start'
}

/** What the file wants and can't be done, or not now. */
export interface ClusterHeldView {
  section: ClusterSection
  name: string
  /** 0: it is in no line, but was asked for with the file. */
  line: number
  why: string
}

export interface ClusterView {
  file: string
  /** What is wrong with the file, a sentence with its line each. Where there is anything, nothing else is looked at. */
  faults: string[]
  /** Of the changes; what `adminApply` without `dryRun` has to be asked with. */
  digest: string
  changes: ClusterChangeView[]
  held: ClusterHeldView[]
  /** What is left alone, and what to do by hand. */
  notes: string[]
  /** What was said before and is not so yet, with what it waits for; absent from an older provider. */
  owed?: string[]
  /** Null: nothing was changed. `done` of the changes were made; `refused` are those that could not be, after all. */
  applied: { done: number; refused: ClusterHeldView[] } | null
}

/** `adminExportCluster()`: the present state as such a file. */
export interface ExportClusterAnswer {
  text: string
}
