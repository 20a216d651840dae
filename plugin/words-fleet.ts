/** Sentences for the operator who moves pubs, and who takes hubs out of use. */

const NAMES_SHOWN = 5

const shown = (names: readonly string[]): string =>
  names.length <= NAMES_SHOWN
    ? names.join(', ')
    : `${names.slice(0, NAMES_SHOWN).join(', ')} and ${names.length - NAMES_SHOWN} more`

const quoted = (wanted: string): string => JSON.stringify(wanted.slice(0, 60))

export const fleetWords = {
  noSuchPub: (wanted: string) =>
    `there is no pub called ${quoted(wanted)}; \`buttcloud admin pubs\` lists them`,
  ended: (name: string) => `${name} has been deleted; a deleted pub runs nowhere`,
  beingMade: (name: string) => `${name} is still being made; move it when it is up`,
  waitedFor: (name: string) =>
    `this provider was put back from a backup, and ${name} has not come back since: its feed may go on beyond what is here. It can move once its hub has been here`,
  silent: (name: string, label: string) =>
    `${label} does not answer, so nobody can say when the run of ${name} there has ended. It goes elsewhere by itself when the lease of ${label} is out, unless it is stopped or \`byItself\` is off; \`buttcloud admin restore ${name}\` is your word that it is gone`,
  onItsWay: (name: string, label: string) =>
    `${name} is on its way to ${label}; \`buttcloud admin fence-check ${name}\` says what it waits for`,
  noKey: (name: string) =>
    `the key of ${name} is not in escrow yet, so no other hub can run it; its hub seals it when it is connected`,
  keyOffline: (name: string) =>
    `the key of ${name} can't be opened here: bring the recovery key with \`buttcloud admin recovery online KEYFILE\`, then say this again`,
  thereAlready: (name: string, label: string) => `${name} is on ${label} already`,
  noRoom: (name: string, why: string) => `${name} can't go there: ${why}`,
  noOther: 'there is no other hub; `buttcloud admin hub-token` prints a token for one',
  noSuchHub: (wanted: string, labels: readonly string[]) =>
    `no hub is called ${quoted(wanted)}; there ${labels.length === 0 ? 'is none' : labels.length === 1 ? `is ${labels[0]}` : `are ${labels.join(', ')}`}`,
  manyHubs: (wanted: string) =>
    `several hubs are called ${wanted}; give the id (\`buttcloud admin hubs\` shows it)`,
  retired: (label: string) =>
    `${label} is retired for good; a server joins anew with a token of its own (\`buttcloud admin hub-token\`)`,
  notEmpty: (label: string, names: readonly string[]) =>
    `${label} still has ${names.length === 1 ? 'a pub' : `${names.length} pubs`}: ${shown(names)}. Empty it first: \`buttcloud admin drain ${label}\``,
  stillEnding: (label: string, names: readonly string[]) =>
    `${label} is still ending ${names.length === 1 ? 'the run' : 'the runs'} of ${shown(names)}; say it again when that is done`,
  onlyCopy: (label: string, names: readonly string[]) =>
    `${label} has the only copy of what ${shown(names)} held: ${names.length === 1 ? 'it was' : 'they were'} down when leaving, and ${names.length === 1 ? 'has' : 'have'} not run anywhere since. \`buttcloud admin uncordon ${label}\` and \`buttcloud admin move PUB ${label}\` bring one back to it; or wait until that copy has had its time. If nobody wants it, stop its hub daemon, and say this again`,
  ending: (label: string) => `${label} has not said yet that the run there has ended`,
  notOpen: (label: string) => `${label} has not opened its run for writing`,
  away: (label: string) => `${label} is not connected`,
  stranded:
    'its server does not answer, and no other can take it yet; it comes up by itself when one of them can',
  strandedInStorm:
    'several servers stopped answering at once; it comes up when they are back, or when whoever runs this provider moves it',
  stopped: 'it is stopped',
  suspended: 'it is suspended',
} as const
