/** The commands that are read by forms (protocol/command-form.ts). */

import { type Form, readForms } from './command-form'
import { DOMAIN } from './command-forms-domain'
import { FEED_FORMS } from './command-forms-feeds'
import { EXPORT, IMPORT, INVITES, REBUILD, UNINVITE, UPGRADE } from './command-forms-keeping'
import { MONEY } from './command-forms-money'
import { EMAIL, ONES, PLANS, WEB } from './command-forms-other'
import type { Reading } from './command-kinds'
import { MARK } from './command-mentions'
import type { Unit } from './command-text'
import { headOf } from './command-words'

/** By the words one of which any form of a group has in it: most sentences have none of them. */
const GROUPS: [needs: RegExp, forms: Form[]][] = [
  [new RegExp(`follow|block|owner|owns|${MARK}`), FEED_FORMS],
  [/invite|revoke|withdraw/, [...UNINVITE, ...INVITES]],
  [/plan|pric|cost|much/, PLANS],
  [/grade|date|roll back/, UPGRADE],
  [/build|anew|create/, REBUILD],
  [/export|secret|key|download|back|save|data/, EXPORT],
  [/import/, IMPORT],
  [/web/, WEB],
  [/domain|\.[a-z0-9-]/, DOMAIN],
  [/pay|bill|cancel|subscri|invoice|receipt|checkout|portal|card|renew/, MONEY],
  [/mail|.@.|\d{3}[-.]?\d{3}/, EMAIL],
  [/address|reach|connect|find|get to|log|histor|incident|happened|wrong|why|where/, ONES],
]

/** Reads one sentence; null when it fits no form. Slips are mended only where the words as they stand fit none. */
export function readFormed(unit: Unit): Reading | null {
  const mended = unit.marked.map((word) => headOf(word) ?? word)
  const read = readGroups(unit)
  return read !== null || mended.join(' ') === unit.marked.join(' ')
    ? read
    : readGroups({ ...unit, marked: mended })
}

function readGroups(unit: Unit): Reading | null {
  const text = unit.marked.join(' ')
  for (const [needs, forms] of GROUPS) {
    const read = needs.test(text) ? readForms(forms, unit) : null
    if (read !== null) return read
  }
  return null
}
