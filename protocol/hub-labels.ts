/** What a hub says of itself in words: names with values, like region=eu. Plans ask for some of them. */
import { type Check, refuse } from './check'
import { HUB_LABEL_CHARS_MAX, REGION_CHARS_MAX } from './limits-placing'

const LABEL = /^[a-z0-9][a-z0-9.-]*=[a-z0-9][a-z0-9.-]*$/
const REGION = /^[a-z0-9][a-z0-9.-]*$/
const REGION_NAME = 'region='

export const hubLabel: Check<string> = (value, field) =>
  typeof value === 'string' && value.length <= HUB_LABEL_CHARS_MAX && LABEL.test(value)
    ? { ok: true, value }
    : refuse(
        field,
        `a name and a value in small letters, like region=eu, at most ${HUB_LABEL_CHARS_MAX}`,
        value,
      )

/** A region's name, as the operator likes it: eu, nz-hlz, gra9. */
export const regionName: Check<string> = (value, field) =>
  typeof value === 'string' && value.length <= REGION_CHARS_MAX && REGION.test(value)
    ? { ok: true, value }
    : refuse(
        field,
        `a word of small letters, digits, dots and dashes like eu, at most ${REGION_CHARS_MAX}`,
        value,
      )

/** The label of a hub that is there. */
export function regionLabel(region: string): string {
  return `${REGION_NAME}${region}`
}

/** The region in a label; null for any other label. */
export function regionIn(label: string): string | null {
  return label.startsWith(REGION_NAME) ? label.slice(REGION_NAME.length) : null
}
