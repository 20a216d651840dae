/** What the provider says about pubs that are brought to it. Facts in, sentences out. */
import type { FeedId } from '../protocol/ids'

export const importWords = {
  /** Nothing was uploaded by whoever wrote this. */
  howTo: (name: string): string =>
    `A pub that ran elsewhere is brought from a terminal, because its messages and its key pair are too much for a message: \`buttcloud import FILE --name ${name}\`, where FILE is what \`buttcloud export NAME all\` gave, or the folder of an ssb-server. Stop the old one for good first.`,
  otherName: (name: string, uploaded: string): string =>
    `What you have uploaded is for a pub called **${uploaded}**, not **${name}**. Send \`import ${uploaded}\`, or upload it again with \`buttcloud import FILE --name ${name}\`.`,
  hostedAs: (feed: FeedId, name: string): string =>
    `That pub (\`${feed}\`) is **${name}** here already. Two records of one pub would be two who write its feed, so I took nothing.`,
  notGone: (feed: FeedId, name: string): string =>
    `That pub (\`${feed}\`) was **${name}** here, and its server has not taken it away yet. Please try again when it has.`,
  somebody: (feed: FeedId): string =>
    `\`${feed}\` is the feed of a person or a server that I know, and no pub. Running it here as well would fork it, so I took nothing.`,
  failed: (name: string, why: string): string =>
    `I could not take **${name}** in: ${why}. No pub was made; what was uploaded stays for an hour, so \`import ${name}\` can be sent again.`,
  making: (name: string, messages: number): string =>
    `On it: I hold all ${messages} messages of **${name}**'s own feed and its key pair, and bring it up here. A new invite follows as soon as it runs.`,
  /** Goes behind what a new pub's answer says. */
  came: (name: string): string =>
    `**${name}** goes on with the feed that it had: it follows whom it followed. **It has a new address**, so tell its members (older clients keep the old one until it is removed there), or invite them anew; invites that were made elsewhere are void. Posts and pictures that it held of others come back from those who have them. Never start the old one again, best delete it there: two that write would fork its feed for ever.`,

  // To the program that uploads.
  stranger: 'I know only who has redeemed my invite; do that first (`buttcloud join INVITE`)',
  offline:
    'my recovery key is offline, so no pub can be brought here; ask the operator to bring it with `buttcloud admin recovery online KEYFILE`',
  full: (max: number): string => `${max} pubs are being brought here already; try again within the hour`,
  none: 'nothing is being uploaded; begin again',
  elsewhere: (at: number): string => `the next byte is number ${at}`,
  short: (there: number, wanted: number): string => `only ${there} of ${wanted} bytes are here`,
  spoilt: 'what came is not what was sent: the checksums differ. It was thrown away; upload it again',
  noKey: 'that is no key pair of a feed, so nothing can be brought with it',
  otherKey: (feed: FeedId): string => `that key pair is not the one of ${feed}`,
  unsound: (why: string): string => `this feed can't be taken: ${why}`,
  replaced: 'it was uploaded anew meanwhile',
  busy: 'it is being stored just now; wait for the answer to `import`',
  forked: (at: number): string =>
    `message ${at} of this feed is another one here than in the file. The feed is forked: two copies of the pub have written at once. Bring the longer one, or make a new pub`,
  noSense: 'what came of it makes no sense',
} as const
