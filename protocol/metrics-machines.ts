/** The figures of rented machines (docs/METRICS.md). */

/** Of a machine that is rented to be a hub. */
const MACHINE_STATES = ['asked-for', 'joined', 'leaving'] as const

export const MACHINE_METRICS = {
  buttcloud_machines: {
    kind: 'gauge',
    help: 'Rented machines: asked for and not joined, joined, or leaving. Missing where none are rented.',
    programs: ['provider'],
    labels: { state: MACHINE_STATES },
  },
  buttcloud_machines_wanted_total: {
    kind: 'counter',
    help: 'Machines that were ever asked for, those of earlier runs included. Missing where none are rented.',
    programs: ['provider'],
  },
  buttcloud_machines_unjoined_total: {
    kind: 'counter',
    help: 'Of these, those that failed or were given up before they joined.',
    programs: ['provider'],
  },
  buttcloud_machines_stuck: {
    kind: 'gauge',
    help: '1 while machines wait for the operator: too many failed, the most are there, or the driver refuses.',
    programs: ['provider'],
  },
} as const
