/** What the processes of a pub's web pages say to each other over their channel. Keys go this way and no other. */

/** How a page's program reaches the pub: with a key of its own, which may read and nothing else. */
export interface WebAccess {
  keys: { id: string; public: string; private: string; curve: string }
  /** multiserver address on this machine. */
  remote: string
  networkKey: string
}

/** From the pub to the front. */
export interface FrontStart {
  kind: 'start'
  access: WebAccess
  listen: string
  port: number
  feed: string
  address: string
  multiserver: string
  managed: boolean
}
/** What the pub says of itself now. */
export interface FrontFacts {
  kind: 'facts'
  name: string
  description: string
}
export type ToFront = FrontStart | FrontFacts

/** From the front to a page's program. */
export interface ChildStart {
  kind: 'start'
  access: WebAccess
  /** Path of the socket that it shall listen on. */
  socket: string
}

/** What these methods are on a stock server; all of them only read. */
export const WEB_MANIFEST = {
  whoami: 'async',
  get: 'async',
  links: 'source',
  messagesByType: 'source',
  createUserStream: 'source',
  createFeedStream: 'source',
  createLogStream: 'source',
  query: { read: 'source' },
  blobs: { get: 'source', has: 'async', size: 'async' },
} as const

/** The same as an allow-list. */
export const WEB_METHODS = [
  'whoami',
  'get',
  'links',
  'messagesByType',
  'createUserStream',
  'createFeedStream',
  'createLogStream',
  'query.read',
  'blobs.get',
  'blobs.has',
  'blobs.size',
] as const

/** Of these, the ones that would decrypt what is private to the pub when they are asked to. */
export const MAY_DECRYPT = [
  'get',
  'links',
  'messagesByType',
  'createUserStream',
  'createFeedStream',
  'createLogStream',
] as const
