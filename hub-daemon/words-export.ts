/** What lies beside the data in an export, for whoever unpacks it years later. Facts in, text out. */
import type { ExportPart } from '../protocol/command-kinds'
import type { FeedId } from '../protocol/ids'

export interface ExportFacts {
  name: string
  feed: FeedId
  part: ExportPart
  messages: number
  blobs: number
  /** Where the pub's own feed ends in this export. */
  head: number
  /** Bytes at the end of the log's file that no server could read; left out where there are none. */
  unreadBytes?: number
}

/** README.txt of an archive: plain text of 80 columns, the same for the same content. */
export function readmeOf(facts: ExportFacts): string {
  const { name, feed, part } = facts
  const holds = {
    log: 'flume/log.offset  every message it held',
    blobs: 'blobs/            every blob it held',
    secret: 'secret            its key pair: whoever has this file can speak as the pub',
    gossip: 'gossip.json       the peers it knew',
  }
  const lines = part === 'all' ? Object.values(holds) : [holds[part]]
  return [
    `This is ${part === 'all' ? 'everything' : `the ${part}`} of the Scuttlebutt pub "${name}", exported with ButtCloud.`,
    `Its feed: ${feed}`,
    '',
    ...lines.map((line) => `  ${line}`),
    '  export.json       what this is, for programs',
    '',
    'These are the files of a plain ssb-server 16 folder, as it would lie in ~/.ssb.',
    ...(part === 'all' ? howToRun(facts) : howToAdd(part)),
    ...unread(facts),
    '',
  ].join('\n')
}

function howToAdd(part: ExportPart): string[] {
  return [
    'Put them into the folder of a stopped ssb-server that has none of its own.',
    ...(part === 'log' ? ['Its indexes are made anew at the next start, which may take a while.'] : []),
  ]
}

function howToRun({ name, head }: ExportFacts): string[] {
  return [
    '',
    'BEFORE YOU START IT: a feed that is written from two places is broken for ever, for',
    'everybody. While the hosted pub runs, do not start this one. Stop it for good first:',
    '',
    `  buttcloud stop ${name}`,
    '',
    `In this export its own feed ends at message ${head}. What it wrote afterwards its members have: let`,
    'the new server connect to some of them before it writes anything, so that it gets those back.',
    '',
    `  mv ${name} ~/.ssb            (where there is none yet)`,
    '  npx ssb-server@16 start',
    '',
    'Unused invites do not move with it. Keep this folder to yourself: "secret" is in it.',
  ]
}

/** A server that was cut off in the middle of writing leaves half a record, which its next start would drop, too. */
function unread({ unreadBytes = 0 }: ExportFacts): string[] {
  if (unreadBytes === 0) return []
  return ['', `The last ${unreadBytes} bytes of its log are no whole message, so they are left out.`]
}
