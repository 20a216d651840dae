/** Sentences for the operator who restores a pub. */
export const restoreWords = {
  noSuchPub: (wanted: string) =>
    `there is no pub called ${JSON.stringify(wanted.slice(0, 60))}; \`buttcloud admin pubs\` lists them`,
  ended: (name: string) => `${name} has been deleted; a deleted pub is not brought back`,
  isUp: (name: string, hub: string) =>
    `${name} is up on ${hub}, which is connected: this would cut that run off. If that is meant, say --yes`,
  noSuchHub: (wanted: string, labels: string[]) =>
    `no hub is called ${JSON.stringify(wanted.slice(0, 60))}; there ${labels.length === 0 ? 'is none' : `are ${labels.join(', ')}`}`,
  manyHubs: (wanted: string) =>
    `several hubs are called ${wanted}; give the id (\`buttcloud admin hubs\` shows it)`,
  noRoom: (name: string, why: string) => `${name} can't go there: ${why}`,
  noneThere: (name: string) =>
    `no hub with room for ${name} is connected; start one, or name with --hub the one that it shall wait for`,
  noKey: (name: string) =>
    `the key of ${name} is not in escrow, so no other hub can run it; bring its server back, or the folder pubs/ from a backup of it`,
  keyOffline: (name: string) =>
    `the key of ${name} can't be opened here: bring the recovery key with \`buttcloud admin recovery online KEYFILE\`, then say this again`,
} as const
