/** Mistakes that can be planted in the world (never in the programs), to see that the checkers notice. */
export const BUGS = {
  'ack-before-disk': 'the node acknowledges and sends its messages before they are on disk',
  'no-wait-for-own': 'the provider decides again before its own messages are folded',
  'no-epoch-check': 'the provider commits whatever epoch the hub has',
  'commit-accepts-gaps': 'the provider answers ok to a message whose place is taken by another one',
  'fence-appends-first': 'the fence appends before the provider has answered',
  'no-fence': 'the pub appends by itself and asks nobody',
  'uses-not-counted': "the provider does not count an invite's uses",
  'hub-ignores-epoch': 'the hub goes on with the first epoch it has heard of',
  'revoked-is-good': 'the provider lets people in by invites that were taken back, and no hub hears of it',
  'revoke-not-done': 'the hub reports an invite taken back that is still in the table of its pub',
  'restart-reads-live-only': 'a restarted provider folds only what comes in from now on',
  'yes-without-branch': 'any yes confirms the latest question',
  'bearer-to-thread': 'the invite goes to everybody in the thread',
  'removed-before-it-is': 'the hub reports a run removed while it still runs',
  'two-finals': 'final answers are published twice now and then',
  'tables-in-memory': 'the table of newcomers does not survive a restart',
  'result-before-deed': "the hub reports an invite made that is not in the pub's table",
  'purge-at-once': 'the hub removes the volume together with the run',
  'strangers-are-known': 'somebody who redeemed no invite is taken for a newcomer',
  'down-before-it-is': 'the hub reports a pub stopped while it still runs',
  'restarts-not-counted': 'the hub does not hear of restarts',
  'about-not-said': 'the hub believes that its pubs say of themselves what they shall',
  'escrow-not-awaited': 'the hub starts a pub before its key is in escrow',
  'owners-not-told': 'the hub believes that its pubs know who their owners are',
  'incidents-forgotten': 'a hub that starts anew does not know what it has said of incidents',
  'notices-forgotten': 'a provider that starts anew does not know which incidents it has told of',
  'room-not-counted': 'placing counts no memory',
} as const

export type Bug = keyof typeof BUGS
export type Bugs = ReadonlySet<Bug>
