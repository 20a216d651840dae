/**
 * The first run: the provider's invite is pasted, or the one of this machine taken; then the first pub is asked for and
 * followed until its invite is there.
 */
import { checkName } from '../../protocol/name'
import { parseInviteCode } from '../invite-code'
import { outcomeOf } from '../letters'
import { plainOf } from '../render'
import { typed } from './line'
import type { Fact, Key } from './message'
import type { Model } from './model'
import { FIRST_WELCOME, type Welcome } from './model-welcome'
import { bearersOf, topScreen } from './reading'
import { openCode } from './update-dialog'
import { learned } from './update-facts'
import { popped, pushed, saying, still, telling, type Updated, withDialog, withTop } from './updated'

/** Goes to the first run where nobody is joined, and on with it when there is news. */
export function welcomed(model: Model, facts: readonly Fact[]): Updated {
  const top = topScreen(model)
  if (top.kind === 'welcome') return onNews(model, top, facts)
  const isFirst = model.facts.owner !== null && model.facts.provider === null
  return still(isFirst ? pushed(model, FIRST_WELCOME) : model)
}

function onNews(model: Model, screen: Welcome, facts: readonly Fact[]): Updated {
  const failed = facts.findLast((fact) => fact.kind === 'join-failed')
  switch (screen.step) {
    case 'invite':
    case 'joining':
      if (failed !== undefined)
        return still(withTop(model, { ...screen, step: 'invite', problem: failed.problem }))
      if (model.facts.provider === null) return still(model)
      return still(
        withTop(model, { ...FIRST_WELCOME, step: 'pub' }),
        // Whoever has joined before has their pubs, and this ends when they come.
        { kind: 'ask', what: 'plans' },
      )
    case 'pub':
      return still(Object.keys(model.facts.pubs).length > 0 ? popped(model) : model)
    case 'making':
      return followed(model, screen)
  }
}

/** Shows what a person has to act on by itself: the link to pay by, and in the end the invite. */
function followed(model: Model, screen: Welcome): Updated {
  const request = model.requests.find(({ id }) => id === screen.request)
  if (request === undefined) return still(popped(model))
  if (request.state === 'failed') return back(model, screen, request.problem ?? 'It could not be sent.')
  const { codes, links } = bearersOf(request)
  const { final } = request.answered
  const [link] = links
  if (final === null) {
    if (link === undefined || screen.shown === link) return still(model)
    return openCode(withTop(model, { ...screen, shown: link }), 'To pay', link)
  }
  if (outcomeOf(final) !== 'done') return back(model, screen, plainOf(final.text).trim())
  const keys = [final, ...request.answered.bearers].map(({ key }) => key)
  // It is on the screen now, so nobody has to be told that it has come.
  const seen = { ...learned(model, { kind: 'shown', keys }), told: null }
  const over = withDialog(popped(seen), null)
  const [code] = codes
  const shown: Updated =
    code === undefined
      ? still(withDialog(over, { kind: 'follow', request: request.id, scroll: 0 }))
      : openCode(over, 'The invite to your pub', code)
  return { model: shown.model, effects: [...shown.effects, { kind: 'seen', keys }] }
}

const back = (model: Model, screen: Welcome, problem: string): Updated =>
  still(withDialog(withTop(model, { ...screen, step: 'pub', request: null, problem }), null))

export function updateWelcome(model: Model, screen: Welcome, key: Key): Updated {
  switch (screen.step) {
    case 'invite':
      return onInvite(model, screen, key)
    case 'joining':
      return still(model)
    case 'pub':
      return onPub(model, screen, key)
    case 'making':
      return still(key.name === 'escape' ? popped(model) : model)
  }
}

function onInvite(model: Model, screen: Welcome, key: Key): Updated {
  if (key.name !== 'enter') return written(model, screen, key)
  const invite = screen.input.text.trim()
  if (invite === '' && model.localProvider) return joining(model, screen, 'local')
  if (parseInviteCode(invite) !== null) return joining(model, screen, invite)
  const problem =
    invite === ''
      ? 'Paste the invite first.'
      : 'That is no invite. One looks like host:port:@…=.ed25519~…=, in one piece.'
  return still(withTop(model, { ...screen, problem }))
}

function joining(model: Model, screen: Welcome, invite: string): Updated {
  return still(withTop(model, { ...screen, step: 'joining', problem: null }), { kind: 'join', invite })
}

function onPub(model: Model, screen: Welcome, key: Key): Updated {
  const plans = model.facts.plans?.value ?? []
  const chosen = (by: number): Updated =>
    still(
      withTop(model, {
        ...screen,
        selected: Math.max(0, Math.min(plans.length - 1, screen.selected + by)),
      }),
    )
  switch (key.name) {
    case 'escape':
      return still(telling(popped(model), 'n asks for a pub whenever you like.'))
    case 'up':
      return chosen(-1)
    case 'down':
    case 'tab':
      return chosen(1)
    case 'enter': {
      const text = createText(model, screen)
      if (text === null) return still(withTop(model, { ...screen, problem: nameFault(screen) }))
      const said = saying(model, { text, pub: null, thread: 'new' })
      const step = { ...screen, step: 'making' as const, problem: null, request: said.request }
      return still(withTop(said.model, step), ...said.effects)
    }
  }
  return written(model, screen, key)
}

/** The message that Enter sends; null while there is no name for the pub. */
export function createText({ facts }: Model, { input, selected }: Welcome): string | null {
  const checked = checkName(input.text.trim())
  if (!checked.ok) return null
  const plan = facts.plans?.value[selected]?.name
  return plan === undefined ? `create ${checked.name}` : `create ${checked.name} ${plan}`
}

/** Why the name is none. */
export function nameFault({ input }: Welcome): string {
  const checked = checkName(input.text.trim())
  if (input.text.trim() === '' || checked.ok) return 'Give it a name first.'
  return checked.reason
}

function written(model: Model, screen: Welcome, key: Key): Updated {
  const input = typed(screen.input, key)
  return still(input === null ? model : withTop(model, { ...screen, input, problem: null }))
}
