/** Keys in what lies over the screen. Only here anything is done at the provider, and only by `y` in a box that asks. */
import type { Key } from '../message'
import { moved } from '../moved'
import type { AdminDialog, AdminModel, Deed } from './model'
import { type AdminUpdated, still, telling } from './updated'

type Verbs = Extract<AdminDialog, { kind: 'verbs' }>
type DeedBox = Extract<AdminDialog, { kind: 'deed' }>

/** Opens the box that asks whether it shall be done. */
export function asked(model: AdminModel, deed: Deed): AdminModel {
  return {
    ...model,
    dialog: { ...{ kind: 'deed', deed, state: 'asks', text: '' }, secret: null, copied: false },
  }
}

export function updateDialog(model: AdminModel, dialog: AdminDialog, key: Key): AdminUpdated {
  if (key.ctrl || key.meta) return still(model)
  switch (dialog.kind) {
    case 'help':
      return still({ ...model, dialog: null })
    case 'verbs':
      return onVerbs(model, dialog, key)
    case 'deed':
      return onDeed(model, dialog, key)
  }
}

function onVerbs(model: AdminModel, dialog: Verbs, key: Key): AdminUpdated {
  const row = moved(dialog.selected, dialog.verbs.length, key)
  if (row !== null) return still({ ...model, dialog: { ...dialog, selected: row } })
  const verb = dialog.verbs[dialog.selected]
  if (key.name === 'escape' || key.name === 'q' || verb === undefined)
    return still({ ...model, dialog: null })
  const copy = (): AdminUpdated =>
    still(telling({ ...model, dialog: null }, `Copied, where your terminal allows it: ${verb.text}`), {
      kind: 'copy',
      text: verb.text,
    })
  if (key.name === 'y') return copy()
  if (key.name !== 'enter') return still(model)
  return verb.deed === null ? copy() : still(asked(model, verb.deed))
}

function onDeed(model: AdminModel, dialog: DeedBox, key: Key): AdminUpdated {
  const closed = (): AdminUpdated => still({ ...model, dialog: null })
  switch (dialog.state) {
    case 'asks':
      if (key.name === 'escape' || key.name === 'n' || key.name === 'q') return closed()
      if (key.name !== 'y') return still(model)
      if (model.connection.state !== 'live')
        return still({
          ...model,
          dialog: { ...dialog, text: 'The provider is out of reach, so it can not be done now.' },
        })
      return still(
        { ...model, dialog: { ...dialog, state: 'waits', text: '' } },
        { kind: 'do', deed: dialog.deed },
      )
    case 'waits':
      // What comes of it comes into this box, and may be a secret that is shown once.
      return still(model)
    case 'done':
    case 'failed':
      if (key.name === 'y' && dialog.secret !== null)
        return still({ ...model, dialog: { ...dialog, copied: true } }, { kind: 'copy', text: dialog.secret })
      return key.name === 'escape' || key.name === 'enter' || key.name === 'q' ? closed() : still(model)
  }
}
