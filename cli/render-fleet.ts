/** Hubs, moves and fences as the operator reads them. */
import type { Millis } from '../protocol/ids'
import type { FenceCheckView, HubDetailView, MoveView } from '../protocol/rpc-fleet'
import { bytesText, durationText } from '../protocol/units'
import { harmless, leaseText, table } from './render'

/** What a hub is, for one who asked for it by name. */
export function hubText(view: HubDetailView): string {
  const { label, status, connected, pubs, engine, host, reservedBytes, memoryBytes, lives, ending } = view
  const lines = [
    `${label} is ${status} and ${connected ? 'connected' : 'not connected'}; lease: ${leaseText(view.lease)}.`,
    `${pubs} ${pubs === 1 ? 'pub' : 'pubs'} on ${host ?? 'an unknown host'} (${engine ?? 'no engine known'}), ${bytesText(reservedBytes)} of ${bytesText(memoryBytes)} reserved.`,
    ...(view.https === true ? ['Web pages of its pubs are served by HTTPS.'] : []),
    view.hub,
    ...(view.by == null ? [] : [`Made ${status} by the operator ${view.by}.`]),
  ]
  if (lives.length > 0)
    lines.push(
      '',
      table(
        ['PUB', 'PHASE', 'SHOULD BE ELSEWHERE, AND IS NOT BECAUSE'],
        lives.map(({ name, phase, stuck }) => [name, phase, stuck ?? '']),
      ),
    )
  if (ending.length > 0) lines.push('', `Runs that it still has to end: ${ending.join(', ')}.`)
  return lines.join('\n')
}

/** What follows from a hub's status. */
export function statusText({ label, status, pubs }: HubDetailView): string {
  const has = pubs === 0 ? 'It has no pubs.' : `Its ${pubs === 1 ? 'pub stays' : `${pubs} pubs stay`}.`
  if (status === 'cordoned')
    return `${label} takes no new pubs. ${has} \`buttcloud admin uncordon ${label}\` ends that.`
  if (status === 'admitted') return `${label} takes pubs.`
  if (status === 'retired')
    return `${label} is retired: it is trusted with nothing any more. Its program may be stopped; what it keeps of former pubs is on its disk.`
  return `${label} is ${status}.`
}

export function retireQuestion({ label, ending }: HubDetailView): string {
  const runs =
    ending.length === 0 ? '' : ` It has not said that it has ended the runs of ${ending.join(', ')}.`
  return `${label} is parted with for good: its key opens nothing here any more, and the copies that it keeps of former pubs are its own matter.${runs} Go on?`
}

/** Each line is said once. */
export function drainLines({ label, lives, left }: HubDetailView): string[] {
  return [
    ...left.map(({ name, to, isThere }) => (isThere ? `${name} is on ${to}.` : `${name} goes to ${to}.`)),
    ...lives.flatMap(({ name, stuck }) =>
      stuck === null ? [] : [`${name} stays on ${label}: ${harmless(stuck)}.`],
    ),
  ]
}

/** Nothing is left there, and what left is where it should be. */
export function drainSettled({ lives, left }: HubDetailView): boolean {
  return lives.length === 0 && left.every(({ isThere }) => isThere)
}

/** Where draining stands. */
export function drainText(view: HubDetailView): string {
  const { label, lives, left } = view
  const next = `\`buttcloud admin uncordon ${label}\` lets it take pubs again, \`buttcloud admin retire ${label}\` parts with it.`
  if (drainSettled(view))
    return `${label} is empty${left.length === 0 ? '' : `: ${left.length === 1 ? 'one pub has' : `${left.length} pubs have`} moved`}. ${next}`
  const count =
    lives.length === 0
      ? 'Nothing is left on it, and what left is on its way'
      : `${lives.length === 1 ? 'One pub is' : `${lives.length} pubs are`} still there`
  return `${label} is being drained. ${count}; \`buttcloud admin hubs ${label}\` shows how it goes.`
}

export function stillThereText(view: HubDetailView): string {
  const { label, lives } = view
  const names = lives.map(({ name }) => name).join(', ')
  const state =
    names === ''
      ? `Not all that left ${label} is where it goes yet`
      : `${label} is not empty: ${names} ${lives.length === 1 ? 'is' : 'are'} still there`
  return `${state}, and nothing has happened for a while. The draining goes on by itself; \`buttcloud admin hubs ${label}\` says what it waits for.`
}

/** Where a move stands, for whoever waits. */
export function moveStep({ name, step, former, writer, phase, reason }: FenceCheckView): string {
  if (step === 'ending') {
    const waits = former.filter(({ confirmed }) => !confirmed).map(({ label }) => label)
    return waits.length === 0
      ? `${writer.label} is told to run ${name}.`
      : `${waits.join(', ')} ends the run of ${name}.`
  }
  if (step === 'there') return `${name} runs on ${writer.label} and opens its feed.`
  return phase === 'failed' && reason !== null
    ? `${writer.label} can't start ${name} yet: ${harmless(reason)}.`
    : `${writer.label} starts ${name}.`
}

export function movedText({ name, to, desired }: MoveView, { shutForMs }: FenceCheckView): string {
  if (desired === 'down') return `${name} is on ${to}, stopped as it was before.`
  const shut = shutForMs === null ? '' : ` For ${secondsText(shutForMs)} nobody could write there.`
  return `${name} is up on ${to}.${shut}`
}

const secondsText = (ms: Millis): string => (ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : durationText(ms))

const CAUSES: Record<string, string> = {
  made: 'it was made there',
  again: 'the operator said that its former run there is gone',
  silent: 'the hub that it was on before fell silent',
  drain: 'the hub that it was on before is being emptied',
  'cannot-run': 'the hub that it was on before could not run it',
  asked: 'an operator moved it there',
  restored: 'an operator said that its run on the hub before is gone',
}

/** Who may write, and why. */
export function fenceText(view: FenceCheckView, { when }: { when(at: Millis): string }): string {
  const { name, writer, placed, committed, secret, session, former, waitsFor } = view
  if (view.status === 'ended')
    return `${name} has been deleted: nobody may write for it.\nfeed: ${view.feed ?? 'none'}`
  const before = placed.from === null ? '' : ` (${placed.from})`
  const by = placed.by === null ? '' : `, by ${placed.by}`
  const rows: [string, string][] = [
    ['feed', view.feed ?? 'none yet: it has never run'],
    ['who may write', `the run on ${writer.label} under epoch ${writer.epoch}, and nobody else`],
    ['because', `${CAUSES[placed.why] ?? harmless(placed.why)}${before}, ${when(placed.at)}${by}`],
    ['said in', placed.key],
    [
      'last written',
      committed === null
        ? 'nothing'
        : `message ${committed.sequence}, ${when(committed.at)}\n${committed.key}`,
    ],
    [
      'its key',
      secret.held
        ? `in escrow${secret.opens ? ', and opens here' : '; the recovery key is offline'}`
        : 'not in escrow',
    ],
    [
      'write-ahead',
      session === null
        ? 'not open: nobody can write now'
        : `open since ${when(session.openedAt)}${session.lastWriteAt === null ? '' : `, last used ${when(session.lastWriteAt)}`}`,
    ],
    [`lease of ${writer.label}`, `${leaseText(writer.lease)}${writer.connected ? '' : '; not connected'}`],
    ...former.map((one): [string, string] => ['before on', formerText(one)]),
    ...waitsFor.map((one): [string, string] => ['waits', harmless(one)]),
  ]
  const width = Math.max(...rows.map(([word]) => word.length)) + 2
  const lines = rows.flatMap(([word, text]) =>
    text.split('\n').map((line, index) => `${(index === 0 ? word : '').padEnd(width)}${line}`),
  )
  return [`${name} (${view.phase})`, ...lines].join('\n')
}

function formerText({ label, connected, ordered, confirmed }: FenceCheckView['former'][number]): string {
  if (confirmed) return `${label}: its run there is gone`
  const told = ordered ? 'told to end its run, and has not said that it did' : 'not told yet to end its run'
  return `${label}: ${told}${connected ? '' : ' (not connected)'}; its epoch is over, so it can't write`
}
