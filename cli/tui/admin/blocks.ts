/** Every item as a block: its rows, and a heading where another kind of thing begins. */
import type { Room } from '../frame'
import { rowOf } from '../lay'
import { type Row, rowText } from '../screen'
import { type Item, itemsOf, storyOf } from './items'
import type { AdminModel, AdminScreen } from './model'
import {
  auditRows,
  type Block,
  eventRows,
  headed,
  hubHead,
  hubRow,
  ownerRow,
  pubHead,
  pubRow,
  waitingRows,
} from './rows'
import { machineHead, machineRows } from './rows-machines'
import { alertRow, grantRow, mailRows, noRoomRow, owesHead, owesRows } from './rows-money'

/** What of a screen's list can be seen around the chosen row: a fleet may have thousands of pubs. */
export function blocksOf(
  model: AdminModel,
  screen: AdminScreen,
  { width, height }: Room,
): { blocks: Block[]; first: number } {
  const items = itemsOf(model, screen)
  const first = Math.max(0, screen.selected - height)
  const blocks = items.slice(first, screen.selected + height + 1).map((item, offset): Block => {
    const index = first + offset
    const former = items[index - 1]
    const isFirst = former === undefined
    const before = item.kind === former?.kind ? [] : headingOf(model, screen, item, width)
    const rows = rowsOf(model, screen, item, { isChosen: index === screen.selected, width })
    return {
      before: isFirst && before[0] !== undefined && rowText(before[0]) === '' ? before.slice(1) : before,
      rows,
    }
  })
  return { blocks, first }
}

function headingOf(model: AdminModel, screen: AdminScreen, item: Item, width: number): Row[] {
  switch (item.kind) {
    case 'hub':
      return [[], hubHead(width)]
    case 'machine':
      return [[], machineHead(width)]
    case 'pub':
      return [[], pubHead(width)]
    case 'waiting':
      return headed('waits for you')
    case 'event':
      return screen.kind === 'home' && screen.tab === 'fleet' ? headed('lately') : []
    case 'owes':
      return [[], owesHead()]
    case 'no-room':
      return headed('paid, and no hub has room')
    case 'alert':
      return headed('to look at in Stripe')
    case 'grant':
      return headed('given')
    case 'mail-waits':
      return headed('waiting')
    case 'mail-failed':
      return headed('not delivered')
    case 'owner':
      return []
    case 'audit':
      return headed(storyHeading(model, screen))
  }
}

function storyHeading(model: AdminModel, screen: AdminScreen): string {
  const about = screen.kind === 'pub' ? screen.pub : screen.kind === 'owner' ? screen.owner : ''
  const story = storyOf(model, about)?.value
  if (story === undefined || story.found <= story.entries.length) return 'the story, newest first'
  return `the story, newest first: the last ${story.entries.length} of ${story.found}`
}

/** The pubs that a line may be about, where that is not said by the screen itself. */
function namesIn(model: AdminModel, screen: AdminScreen): ReadonlyMap<string, string> {
  if (screen.kind !== 'owner') return new Map()
  return new Map(storyOf(model, screen.owner)?.value.pubs.map(({ pub, name }) => [pub, name]))
}

function rowsOf(
  model: AdminModel,
  screen: AdminScreen,
  item: Item,
  { isChosen, width }: { isChosen: boolean; width: number },
): Row[] {
  switch (item.kind) {
    case 'hub':
      return [hubRow(model, item.hub, isChosen, width)]
    case 'machine':
      return machineRows(model, item, isChosen, width)
    case 'pub':
      return [pubRow(model, item, isChosen, width)]
    case 'waiting':
      return waitingRows(item, isChosen, width)
    case 'event':
      return eventRows(model, item, isChosen, width)
    case 'owes':
      return owesRows(model, item, isChosen)
    case 'no-room':
      return [noRoomRow(item, isChosen)]
    case 'alert':
      return [alertRow(model, item, isChosen)]
    case 'grant':
      return [grantRow(item, isChosen)]
    case 'mail-waits':
    case 'mail-failed':
      return mailRows(model, item, { isChosen, width })
    case 'owner':
      return [ownerRow(item.owner, isChosen)]
    case 'audit':
      return auditRows(item, { now: model.now, names: namesIn(model, screen), isChosen, width })
  }
}

export const nothing = (text: string): Row => rowOf(text, 'quiet')
