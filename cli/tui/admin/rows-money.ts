/** How money and mail stand, a line each. */
import type { Millis } from '../../../protocol/ids'
import { ageText } from '../age'
import { blank, paragraphs, rowOf, span } from '../lay'
import type { Row } from '../screen'
import type { Item } from './items'
import type { AdminModel } from './model'
import { moneyWords, shortFeed } from './reading'
import { cells, marker } from './rows'

const dayOf = (at: Millis | null): string => (at === null ? '-' : new Date(at).toISOString().slice(0, 10))

const NAME = 15
const STATE = 11
const DAY = 12

export function owesHead(): Row {
  const head = (text: string): Row => rowOf(text, 'quiet')
  return cells(
    [[], 2],
    [head('pub'), NAME],
    [head('stands'), STATE],
    [head('why'), STATE],
    [head('stops'), DAY],
    [head('ends'), DAY],
    [head('waits for'), DAY],
  )
}

const WAITS: Record<string, string> = {
  ...{ clocks: 'a clock', bridge: 'the bridge', suspensions: 'a permit', ends: 'a permit' },
}

/** The chosen one with its subscription, whole: it is what Stripe knows it by. */
export function owesRows(model: AdminModel, { money }: Item & { kind: 'owes' }, isChosen: boolean): Row[] {
  const stands = moneyWords(model.fleet, money.pub)
  const rows: Row[] = [
    cells(
      [marker(isChosen), 2],
      [rowOf(money.name, isChosen ? 'strong' : 'plain'), NAME],
      [rowOf(stands.text, stands.tone), STATE],
      [rowOf(money.reason ?? '-', 'quiet'), STATE],
      [rowOf(dayOf(money.dues?.suspendAt ?? null)), DAY],
      [rowOf(dayOf(money.dues?.endAt ?? null)), DAY],
      [rowOf(money.waits === null ? '-' : (WAITS[money.waits] ?? money.waits)), DAY],
    ),
  ]
  if (isChosen && money.subscription !== null)
    rows.push([blank(NAME + 2), span(`${money.subscription} (${money.status})`, 'accent')])
  return rows
}

export function noRoomRow({ paid }: Item & { kind: 'no-room' }, isChosen: boolean): Row {
  return [
    ...cells(
      [marker(isChosen), 2],
      [rowOf(paid.name, isChosen ? 'strong' : 'plain'), NAME],
      [rowOf(paid.plan), STATE],
    ),
    span(`the payment goes back on ${dayOf(paid.until)}`, 'bad'),
    span(`  ${shortFeed(paid.owner)}`, 'quiet'),
  ]
}

export function alertRow(model: AdminModel, { alert }: Item & { kind: 'alert' }, isChosen: boolean): Row {
  return [
    ...cells(
      [marker(isChosen), 2],
      [rowOf(alert.name ?? '-', isChosen ? 'strong' : 'plain'), NAME],
      [rowOf(alert.kind, 'bad'), STATE],
      [rowOf(ageText(alert.at, model.now), 'quiet'), STATE],
    ),
    span(alert.reference),
  ]
}

export function grantRow({ grant }: Item & { kind: 'grant' }, isChosen: boolean): Row {
  const who = grant.kind === 'owner' ? `all of ${shortFeed(grant.id)}` : (grant.name ?? 'a pub')
  return [
    ...cells(
      [marker(isChosen), 2],
      [rowOf(who, isChosen ? 'strong' : 'plain'), NAME + STATE],
      [rowOf(grant.until === null ? 'until you take it back' : `until ${dayOf(grant.until)}`), 24],
    ),
    span(`since ${dayOf(grant.at)}`, 'quiet'),
  ]
}

const TO = 26

export function mailRows(
  model: AdminModel,
  item: Item & { kind: 'mail-waits' | 'mail-failed' },
  { isChosen, width }: { isChosen: boolean; width: number },
): Row[] {
  const { mail } = item
  const at = item.kind === 'mail-waits' ? item.mail.since : item.mail.at
  const tries =
    item.kind === 'mail-waits' ? `${item.mail.tries} ${item.mail.tries === 1 ? 'try' : 'tries'}` : 'given up'
  const first = [
    ...cells(
      [marker(isChosen), 2],
      [rowOf(ageText(at, model.now), 'quiet'), DAY],
      [rowOf(mail.to, isChosen ? 'strong' : 'plain'), TO],
      [rowOf(tries, item.kind === 'mail-waits' ? 'plain' : 'warn'), STATE],
    ),
    span(mail.what),
  ]
  if (!isChosen || mail.reason === null) return [first]
  // What the mail server said may be long, and has to be read whole.
  return [first, ...paragraphs(mail.reason, Math.max(10, width - 4)).map((row): Row => [blank(4), ...row])]
}
