/**
 * `buttcloud/machine`, provider → self: a server that is rented, or asked of the operator, to be a hub. Written before
 * anybody is asked for it, so that a crash never makes a second one. Whole state per machine; the highest sequence wins.
 *
 * Example: {"type":"buttcloud/machine","v":1,"machine":"bc-3f9a01bc-7","label":"bc-7","driver":"openstack",
 *           "kind":{"flavor":"b2-15","image":null},"status":"wanted","token":"@…","why":"spare","by":null}
 */
import {
  type Check,
  feedId,
  inviteKey,
  literal,
  nullable,
  type Of,
  oneOf,
  refuse,
  shape,
  text,
} from '../check'
import {
  MACHINE_DRIVER_CHARS_MAX,
  MACHINE_KIND_CHARS_MAX,
  MACHINE_NAME_CHARS_MAX,
  MACHINE_WHY_CHARS_MAX,
} from '../limits-machines'

const NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/

/** Letters, digits and hyphens: what clouds take, and what a shell needs no quotes for. */
export const machineName: Check<string> = (value, field) =>
  typeof value === 'string' && value.length <= MACHINE_NAME_CHARS_MAX && NAME.test(value)
    ? { ok: true, value }
    : refuse(field, `small letters, digits and hyphens, at most ${MACHINE_NAME_CHARS_MAX}`, value)

const check = shape({
  type: literal('buttcloud/machine'),
  v: literal(1),
  /** Its own for life, and never another's: what the driver finds it by. */
  machine: machineName,
  /** What its hub is called when it has joined. */
  label: text(40),
  /** Who rents it out; another driver leaves it alone. */
  driver: text(MACHINE_DRIVER_CHARS_MAX),
  /** Chosen for this one; null: as the settings say. */
  kind: nullable(
    shape({
      flavor: nullable(text(MACHINE_KIND_CHARS_MAX)),
      image: nullable(text(MACHINE_KIND_CHARS_MAX)),
    }),
  ),
  /**
   * wanted: it shall be there, and its token lets one hub in. leaving: nobody joins by its token any more; its hub, where it
   * has one, is emptied and retired, then it is destroyed. gone: the driver does not list it any more.
   */
  status: oneOf('wanted', 'leaving', 'gone'),
  /** Public key of its one-time token, which is derived like an invite; the hub's record has it once it joined. */
  token: inviteKey,
  /**
   * Why it has this status. wanted: least, spare, asked. leaving and gone: surplus, asked, discarded (asked, and the volumes
   * that are kept there don't count), never-joined, failed, dead, retired. A reader takes one that it does not know for asked.
   */
  why: text(MACHINE_WHY_CHARS_MAX),
  /** The operator who said it; null where the policy did. */
  by: nullable(feedId),
})
export type MachineMessage = Of<typeof check>
export const checkMachine: Check<MachineMessage> = check

/** Builds a machine's record. */
export function buildMachine(fields: Omit<MachineMessage, 'type' | 'v'>): MachineMessage {
  return { type: 'buttcloud/machine', v: 1, ...fields }
}
