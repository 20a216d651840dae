/** The first run: the provider's invite is pasted, or the one of this machine taken; then the first pub is asked for. */
import { parseInviteCode } from '../invite-code'
import { typed } from './line'
import type { Key } from './message'
import { EMPTY_LINE, type Model } from './model'
import type { Welcome } from './model-welcome'
import { topScreen } from './reading'
import { popped, pushed, still, type Updated, withTop } from './updated'

const FIRST: Welcome = { kind: 'welcome', step: 'invite', input: EMPTY_LINE, selected: 0, problem: null }

/** Goes to the first run where there is no provider, and leaves it where there is one. */
export function welcomed(model: Model): Model {
  const isThere = topScreen(model).kind === 'welcome'
  const isWanted = model.facts.provider === null && model.connection.state !== 'starting'
  if (isWanted === isThere) return model
  if (isWanted) return pushed(model, FIRST)
  return model.facts.provider === null ? model : popped(model)
}

export function updateWelcome(model: Model, screen: Welcome, key: Key): Updated {
  if (key.name === 'enter') {
    const invite = screen.input.text.trim()
    if (invite === '') return joining(model, screen, 'local')
    if (parseInviteCode(invite) !== null) return joining(model, screen, invite)
    const problem = 'That is no invite. One looks like host:port:@…=.ed25519~…'
    return still(withTop(model, { ...screen, problem }))
  }
  const input = typed(screen.input, key)
  return still(input === null ? model : withTop(model, { ...screen, input, problem: null }))
}

function joining(model: Model, screen: Welcome, invite: string): Updated {
  return still(withTop(model, { ...screen, step: 'joining', problem: null }), { kind: 'join', invite })
}
