/** What the provider says about upgrades and rebuilds. Facts in, sentences out. */
import type { Millis } from '../protocol/ids'
import { UPGRADE_TRIAL_MS } from '../protocol/limits'
import { span } from './words-change'

const TRIAL = `${UPGRADE_TRIAL_MS / 1_000} s`

/** A version in a sentence; null is what its server runs by default. */
export const versionWord = (version: string | null): string =>
  version === null ? "its server's own version" : version

export const upgradeWords = {
  notAVersion: (text: string): string =>
    `\`${text.slice(0, 40).replace(/[`\n]/g, ' ')}\` can't be a version: letters, digits, dots, dashes and underscores, at most 128 of them, like \`0.2.0\`.`,
  /** An upgrade is tried while the pub runs: only so can it be taken back. */
  isStopped: (name: string): string =>
    `**${name}** is stopped, and a new version has to show that it works. \`start ${name}\` first, then send that again.`,
  runsAlready: (name: string, version: string): string => `**${name}** runs ${version} already.`,
  upgrading: (name: string, from: string | null, to: string, isOlder: boolean): string =>
    `Upgrading **${name}** from ${versionWord(from)} to ${to}${isOlder ? ', which is an older version: what the newer one has stored may be strange to it' : ''}. It is away for some seconds. If it is not healthy within ${TRIAL}, ${versionWord(from)} comes back by itself; I'll tell you here.`,
  rebuilding: (name: string): string =>
    `Rebuilding **${name}**: its image and container, and all that can be worked out again from its log. It is away for some seconds, with a big log longer; I'll tell you here.`,
  upgraded: (name: string, version: string, address: string, tookMs: Millis): string =>
    `**${name}** runs ${version} after ${span(tookMs)}, at ${address}. Its data, identity and invites are the same.`,
  rebuilt: (name: string, remark: string | null, address: string, tookMs: Millis): string =>
    `**${name}** is rebuilt and up again after ${span(tookMs)}, at ${address}. Its indexes were made anew; its identity, log and invites are the same.${remark === null ? '' : ` About its image: ${remark}.`}`,
  /** The hub keeps to the version before, or has gone back to it: one that it can't get is not even tried. */
  wentBack: (name: string, version: string, runs: string | null, why: string, tookMs: Millis): string =>
    `**${name}** could not go to ${version}: ${why}. It runs ${versionWord(runs)} as before, with all its data; that took ${span(tookMs)}.`,
  /** Neither of the two comes up. */
  neither: (name: string, version: string, back: string | null, why: string, trouble: string): string =>
    `**${name}** could not go to ${version}: ${why}. It is to run ${versionWord(back)} again, and that does not come up either: ${trouble}. Its server goes on trying, and \`status ${name}\` tells how it is.`,
  stoppedMidway: (name: string, version: string): string =>
    `**${name}** was stopped before ${version} had shown that it works. At its next start it is tried again, and the version before comes back if it does not.`,
  /** Added to what is said of a pub that is up in another version than was ordered. */
  runsBefore: (version: string | null, why: string): string =>
    ` It runs ${versionWord(version)}, because the newer version did not work: ${why}.`,
} as const
