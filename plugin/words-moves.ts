/** Sentences about pubs that go to another hub: to their owners, and to the operator about those that can't. */
import type { PubMessage } from '../protocol/messages/pub'
import type { Storm } from './moving'

export const moveWords = {
  storm: (label: string, { silent, of }: Storm) =>
    `${silent} of ${of} servers fell silent together with ${label}, so the trouble may be here: nothing is moved by itself. \`buttcloud admin restore PUB\` moves one that you know is gone`,
  afterStorm: (label: string) =>
    `many servers fell silent with ${label} and are just coming back; it has one more lease to do so, too`,
  waitedFor:
    'this provider was put back from a backup and the pub has not come back since: `buttcloud admin restore PUB` says more',
  noKey: 'its key is not in escrow, so no other server can run it',
  keyOffline:
    'its key can be opened with the recovery key alone: bring it with `buttcloud admin recovery online KEYFILE`',
  allAtOnce: (trouble: string, { silent, of }: Storm) =>
    `${silent} of ${of} servers say at once that they can't run pubs (${trouble}), so what is wrong may be the same with all: nothing is moved for it. \`buttcloud admin move PUB\` moves one`,
  followed: ({ silent, of }: Storm) =>
    `it came here because the engine of another server was dead, and now ${silent} of ${of} servers say that of theirs, so it may be what ends them: it stays until one is mended. \`buttcloud admin move PUB\` moves it`,
  triedMany: (count: number) =>
    `${count} servers could not run it within a day, so it may be the pub itself: it stays where it is. \`buttcloud admin move PUB\` moves it`,
  couldNot: 'could not run it lately',
  outOfReach: 'is out of reach',
  /** To owners. */
  owners: {
    stranded: (name: string) =>
      `**${name}** has been out of reach for ten minutes: the server that it runs on does not answer, and no other one can take it yet. Until then nobody gets in by an invite, and nothing is written there; what was written is safe. It comes back by itself, and you will be told.`,
    onItsWay: (name: string) =>
      `**${name}** has been on its way to another server for ten minutes and is not up there yet. Until then nobody gets in by an invite, and nothing is written there; what was written is safe. You will be told when it is up.`,
    back: (name: string) => `**${name}** is up again, on the server where you know it.`,
  },
  noneThere: (why: string) => `no other server with room is connected: ${why}`,
} as const

const CAUSES: Record<string, string> = {
  silent: 'because the one it ran on does not answer any more',
  drain: 'because the one it ran on is taken out of use',
  'cannot-run': 'because the one it ran on could not run it any more',
  asked: 'because whoever runs this provider moved it',
  restored: 'because the one it ran on is gone',
}

/** To the owners of a pub that is up, or stopped as they want it, on another server. */
export function movedNotice(
  { name, desired, suspended }: PubMessage,
  /** Null: it went and came back before anybody was told. */
  why: string | null,
  address: string | null,
): string {
  if (why === null)
    return `**${name}** is on the server where you know it; for a while it was on its way to another one and may not have answered.`
  const cause = CAUSES[why] ?? 'by a decision of whoever runs this provider'
  const state =
    desired === 'up' && !suspended
      ? `It is up there${address === null ? '' : `, at ${address}`}.`
      : 'It is stopped there as it was before.'
  return `**${name}** is on another server now, ${cause}. ${state} It is the same pub with the same members; its messages are all there, and pictures and other files come back from members who have them.`
}
