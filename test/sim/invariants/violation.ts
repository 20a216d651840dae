/** The promises, with the number of the invariant in docs/ARCHITECTURE.md that they hold. The first broken one ends the run. */
export const INVARIANTS = {
  'one-chain': 'no two different messages for one place of a feed, on any disk (invariant 1)',
  'moved-for-cause':
    'a pub is placed elsewhere only where its hub was truly silent for a whole lease and no storm, or is being emptied, or by its operator; on a hub that takes pubs and is heard; up there when its former run is gone, or was waited for',
  'epoch-rises': 'no epoch goes down, and no pub changes its hub without the next one (invariant 1)',
  'told-of-moves': 'the owners are told once of each move that stands, when it is up there',
  drained: 'in the end nothing is left on a hub that is being emptied, where there is room elsewhere',
  'write-ahead': 'no message on a disk of a pub that the provider does not hold (invariant 1)',
  'key-in-escrow': 'no pub starts before its key is in escrow, on disk (invariant 1)',
  'secret-to-its-hub':
    'a secret leaves escrow for the hub of the record and the present epoch only (invariant 1)',
  'present-epoch': 'nothing is committed under an epoch that is over (invariant 1)',
  'owners-only':
    "nobody but a pub's owner changes it, and deletes only by a yes to the question (invariant 2)",
  'one-final': 'at most one received and one final answer per request, none without (invariant 3)',
  answered: 'at the end every request of an owner has its final answer (invariant 3)',
  ports: 'no port with two pubs (invariant 4)',
  capacity: 'no hub with more pubs than it has memory for (invariant 4)',
  'same-state':
    'the state is the same whatever order feeds are read in, and after a restart; so is what is decided, whatever is kept of earlier looks (invariant 6)',
  retention: 'no volume and no sealed key goes before its time, and no key stays after it (invariant 7)',
  'two-clocks': 'no volume goes by one clock alone (invariant 7)',
  promised:
    'nobody is suspended or ended but at a date that was promised and told in time, by two clocks (invariant 11)',
  'unpaid-stops': 'in the end nothing that is not paid for runs on past its grace (invariant 11)',
  'paid-is-up': 'in the end nothing that is paid for is suspended (invariant 12)',
  'daily-cap': 'no more is suspended or ended within a day than the cap and the permits allow',
  'fact-once': 'what Stripe says is on the feed once, and in order (invariant 13)',
  'fact-durable': 'a fact is acknowledged when it is on disk (invariant 13)',
  mailed:
    'who gave an address gets a mail about each stage of not paying, with its date, before that counts (invariant 11)',
  'mail-once': 'what is sent again has the Message-ID that it had, and is the same',
  'mail-private':
    'no address is on a feed, in a log or in a mail; no mail has an invite in it, or goes to who wants none (invariant 5, 9)',
  held: 'what its operator holds stays down, for whatever money; each word of theirs is told once; who is blocked is not served',
  'as-paid': 'in the end every pub has the plan that its subscription pays for',
  'fact-lost': 'in the end the feed says of every subscription what Stripe says (invariant 13)',
  'bearer-to-owners': "an invite is in no message that anybody but the pub's owners may read (invariant 9)",
  'link-once': 'the link to an export is said once per request (invariant 9)',
  'uses-bounded': 'no invite is used more often than it was made for',
  'void-stays-void': 'nobody gets in by an invite that was taken back, whatever its pub and hub believe',
  'taken-back-is-gone':
    'no pub has an invite in its table that its hub reports taken back, and in the end none at all',
  'up-at-the-end':
    'at the end every pub that shall be up is up and writable, and nothing of a stopped or ended one runs',
  'as-ordered':
    'what a hub reports stopped does not run; in the end every pub was restarted as often as ordered, and says of itself what it shall',
  'invites-work': 'an invite that was handed out and is not used up is known to its pub',
  incidents:
    'of an incident each end is said once, and told once to the owners and to nobody else; what is mended is over in the end',
  commissioned:
    'a pub that its operator makes is as they ordered it, and is up or has ended; its owners get their invite once',
  'amended-once':
    'what the operator changes of a pub is no more than a file can say, and told once to its owners and to who is none any more',
  'applied-once':
    'what a cluster file says is done as often as it was said, and not to be done again (invariant 10)',
  'machine-kept':
    'no rented server is destroyed with a pub, the only copy of one, or a volume within its time, and none that was joined by hand; in the end what is given back is gone (invariant 15)',
  'machines-bounded':
    'no server is rented that is not written down, nor twice, nor beyond the most that may be there, nor one after another that never join (invariant 15)',
  'no-crash': 'no program throws',
} as const

export type Invariant = keyof typeof INVARIANTS

export class Violation extends Error {
  constructor(
    readonly invariant: Invariant,
    readonly sentence: string,
  ) {
    super(`${invariant}: ${sentence}`)
  }
}

export type Violate = (invariant: Invariant, sentence: string) => void
