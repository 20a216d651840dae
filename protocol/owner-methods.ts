/**
 * What the owners of a pub may call on it with their own key and any ssb-client, besides what every peer may. Reads
 * only, of what the pub holds and how it is. Never here: whatever writes on the pub's feed or log (its fence does that),
 * `invite.create` (the provider counts invites), whatever changes the pub's peers or rights, searches whose cost
 * has no bound (`query`, `links`, `messagesByType`, `createLogStream`), and whatever unboxes what others wrote to the pub (`get`).
 * Names as ssb-server 16 has them.
 */
export const OWNER_METHODS = [
  'whoami',
  'version',
  'status',
  'progress',
  'address',
  'multiserver.address',
  'latestSequence',
  'getFeedState',
  'getVectorClock',
  'gossip.peers',
  'replicate.upto',
  'replicate.changes',
  'ebt.peerStatus',
  'friends.get',
  'friends.isFollowing',
  'friends.isBlocking',
  'friends.hops',
  'friends.hopStream',
  'blobs.size',
  'blobs.meta',
  'blobs.ls',
  'blobs.want',
] as const

/** What every peer may call on a pub; the owners keep it. A stock server's own list, and `invite.use` for holders of one. */
export const PEER_METHODS = [
  'manifest',
  'createHistoryStream',
  'gossip.ping',
  'blobs.has',
  'blobs.get',
  'blobs.getSlice',
  'blobs.changes',
  'blobs.createWants',
  'ebt.replicate',
  'ooo.stream',
  'invite.use',
] as const
