/** The operator's verbs: a few are done from here and asked for first, the others are written out to be typed. */
import type { AdminModel, AdminScreen, Deed, Verb } from './model'
import { grantsOf, hubOf, labelOf, machinesOf, pubOf } from './reading'

/** One word of a command line, as a shell reads it back. */
function shellWord(text: string): string {
  return /^[A-Za-z0-9._/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** What is typed for it. */
export function commandOf({ path }: Pick<AdminModel, 'path'>, ...words: string[]): string {
  const where = path === null ? [] : ['--path', shellWord(path)]
  return ['buttcloud', 'admin', ...where, ...words].join(' ')
}

export const DEEDS: Record<Deed['kind'], { words: string[]; does: string; warning: string }> = {
  invite: {
    words: ['invite', '--uses', '1'],
    does: 'make an invite of the provider for one person',
    warning: 'Whoever has it may ask for pubs here.',
  },
  'hub-token': {
    words: ['hub-token'],
    does: 'make a token with which one server joins',
    warning: 'Good for a day. Whoever uses it runs pubs for you, and holds their keys.',
  },
  'mail-test': {
    words: ['mail', 'test'],
    does: 'send one mail to you now',
    warning: "It goes to the operator's address in the settings.",
  },
}

const toType = (text: string, does: string): Verb => ({ text, does, deed: null })

function done(model: AdminModel, deed: Deed): Verb {
  const { words, does } = DEEDS[deed.kind]
  return { text: commandOf(model, ...words), does, deed }
}

/** What can be done where somebody is; the title says about what. */
export function verbsOf(model: AdminModel, screen: AdminScreen): { title: string; verbs: Verb[] } {
  switch (screen.kind) {
    case 'home':
      return { title: 'The provider', verbs: ofProvider(model) }
    case 'hub':
      return { title: `Hub ${labelOf(model.fleet, screen.hub)}`, verbs: ofHub(model, screen.hub) }
    case 'pub':
      return {
        title: `Pub ${pubOf(model.fleet, screen.pub)?.name ?? ''}`,
        verbs: ofPub(model, screen.pub),
      }
    case 'owner':
      return { title: `Owner ${screen.owner.slice(0, 9)}`, verbs: ofOwner(model, screen.owner) }
  }
}

function ofProvider(model: AdminModel): Verb[] {
  const typed = (does: string, ...words: string[]): Verb => toType(commandOf(model, ...words), does)
  const verbs = [done(model, { kind: 'invite' }), done(model, { kind: 'hub-token' })]
  if (model.fleet.mail?.value.on === true) verbs.push(done(model, { kind: 'mail-test' }))
  const caps = model.fleet.money?.value.caps
  for (const kind of ['suspensions', 'ends'] as const) {
    const waiting = caps?.[kind].waiting ?? 0
    if (waiting > 0)
      verbs.push(typed(`let ${waiting} more pubs through the cap`, 'permit', kind, String(waiting)))
  }
  if (model.fleet.machines?.value.driver != null)
    verbs.push(typed('want one more server, within the most that may be', 'machine-add'))
  return [
    ...verbs,
    toType(`${commandOf(model, 'announce')} 'TEXT'`, 'tell the owners of every pub something'),
    typed('who is blocked', 'blocks'),
    typed('the plans in force', 'plans'),
    typed('a token for a billing bridge', 'bridge-token'),
    typed('the provider in one encrypted file', 'backup'),
    typed('who can bring pubs back', 'recovery'),
  ]
}

function ofHub(model: AdminModel, hub: AdminModel['provider'] & string): Verb[] {
  const known = hubOf(model.fleet, hub)
  const name = shellWord(known?.label ?? hub)
  const typed = (does: string, verb: string): Verb => toType(commandOf(model, verb, name), does)
  const verbs = [
    done(model, { kind: 'hub-token' }),
    toType(commandOf(model, 'capacity'), 'what it offers and what more fits'),
    typed('what is on it, and what should be elsewhere', 'hubs'),
  ]
  const status = known?.status
  if (status === 'admitted') verbs.push(typed('let it take no new pubs', 'cordon'))
  if (status === 'admitted' || status === 'cordoned') verbs.push(typed('move its pubs elsewhere', 'drain'))
  if (status === 'cordoned' || status === 'draining') verbs.push(typed('let it take pubs again', 'uncordon'))
  if (machinesOf(model.fleet).some((one) => one.hub === hub && one.status === 'wanted'))
    verbs.push(typed('give the rented server back; its pubs move', 'machine-remove'))
  if (known?.pubs === 0 && status !== 'retired')
    verbs.push(typed('part with it for good; asks first', 'retire'))
  return [...verbs, toType(hub, 'its feed id')]
}

function ofPub(model: AdminModel, id: Parameters<typeof pubOf>[1]): Verb[] {
  const pub = pubOf(model.fleet, id)
  if (pub === null) return [toType(id, 'its id')]
  const what = pub.phase === 'ended' ? shellWord(id) : pub.name
  const verbs = [toType(commandOf(model, 'audit', what, '--last', '200'), 'more of its story')]
  if (pub.phase !== 'ended') {
    verbs.push(
      grantsOf(model.fleet, id).length > 0
        ? toType(commandOf(model, 'grant', what, '--take-back'), 'end the gift')
        : toType(commandOf(model, 'grant', what), 'give it: it needs no payment'),
      toType(commandOf(model, 'move', what), 'have it run on another hub'),
      toType(commandOf(model, 'fence-check', what), 'who may write for it, and what is waited for'),
      toType(commandOf(model, 'restore', what), 'bring it back on another hub when its server is gone'),
    )
  }
  if (pub.phase !== 'ended')
    verbs.push(
      pub.halted == null
        ? toType(commandOf(model, 'suspend', what), 'stop it and keep it, whatever is paid')
        : toType(commandOf(model, 'unsuspend', what), 'take your stop of it back'),
    )
  verbs.push(toType(id, 'its id'))
  if (pub.feed !== null) verbs.push(toType(pub.feed, 'its feed id'))
  if (pub.address !== null) verbs.push(toType(pub.address, 'its address'))
  return verbs
}

function ofOwner(model: AdminModel, owner: string): Verb[] {
  const who = shellWord(owner)
  const given = grantsOf(model.fleet, owner).length > 0
  return [
    toType(commandOf(model, 'audit', who, '--last', '200'), 'more of their story'),
    given
      ? toType(commandOf(model, 'grant', who, '--take-back'), 'end the gift')
      : toType(commandOf(model, 'grant', who), 'give all of their pubs: no payment'),
    toType(commandOf(model, 'block', who), 'refuse what they write; their pubs go on'),
    toType(owner, 'their feed id'),
  ]
}
