/**
 * Who may say what: one table. `provider` is the feed that the fold is about. A `hub`'s word counts only about pubs
 * that are placed on it, under the present epoch (plugin/query.ts joins that); an `owner`'s post is a request and
 * moves nothing by itself. A message from anybody else changes nothing.
 */
import type { Content } from './parse'

export type Role = 'provider' | 'hub' | 'owner'

export const AUTHORITY: { readonly [type in Content['type']]: readonly Role[] } = {
  post: ['provider', 'owner'],
  'buttcloud/owner': ['provider'],
  'buttcloud/pub': ['provider'],
  'buttcloud/spec': ['provider'],
  'buttcloud/op': ['provider'],
  'buttcloud/note': ['provider'],
  'buttcloud/hub': ['provider'],
  'buttcloud/machine': ['provider'],
  'buttcloud/bridge': ['provider'],
  'buttcloud/checkout': ['provider'],
  'buttcloud/session': ['provider'],
  'buttcloud/payment': ['provider'],
  'buttcloud/grant': ['provider'],
  'buttcloud/dues': ['provider'],
  'buttcloud/permit': ['provider'],
  'buttcloud/alert': ['provider'],
  'buttcloud/halt': ['provider'],
  'buttcloud/block': ['provider'],
  'buttcloud/announcement': ['provider'],
  'buttcloud/commission': ['provider'],
  'buttcloud/observed': ['hub'],
  'buttcloud/result': ['hub'],
  'buttcloud/incident': ['hub'],
  'buttcloud/capacity': ['hub'],
}

/** True when this role may write messages of this type. */
export function maySay(role: Role, type: Content['type']): boolean {
  return AUTHORITY[type].includes(role)
}
