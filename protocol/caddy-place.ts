/** Where a Caddy is told what to do: the address of its admin API, as an operator writes it. */
import { CADDY_PLACE_CHARS_MAX } from './limits-caddy'

/** A port of this machine, or the path of a socket. */
export type CaddyPlace = { kind: 'port'; host: string; port: number } | { kind: 'socket'; path: string }

export type CaddyPlaceRead = { ok: true; place: CaddyPlace } | { ok: false; why: string }

const FORMS =
  'http://127.0.0.1:2019, or unix//run/caddy/admin.sock where it listens on a socket (`admin` in the global options of its Caddyfile)'
/** Caddy writes unix//path, URLs unix:///path. */
const SOCKET = /^unix:?\/(\/.+)$/
const SOCKET_URL = /^unix:\/\/(\/.+)$/
const PORT = /^(?:http:\/\/)?(\[[0-9a-f:]+\]|[a-z0-9.-]+):(\d{1,5})\/?$/i
const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/i

/**
 * Reads it. Only a Caddy of this machine: whoever reaches its admin API may do everything with it, nothing on the way is
 * encrypted, and it asks for no password.
 */
export function readCaddyPlace(text: string): CaddyPlaceRead {
  if (text.length > CADDY_PLACE_CHARS_MAX) return { ok: false, why: `is longer than any address: ${FORMS}` }
  const path = (SOCKET_URL.exec(text) ?? SOCKET.exec(text))?.[1]
  if (path !== undefined) return { ok: true, place: { kind: 'socket', path } }
  const [, host = '', digits = ''] = PORT.exec(text) ?? []
  const port = Number(digits)
  if (host === '' || port < 1 || port > 65_535)
    return { ok: false, why: `is the address of Caddy's admin API, like ${FORMS}` }
  if (!LOOPBACK.test(host))
    return {
      ok: false,
      why: `is the admin API of a Caddy on this very machine, because whoever reaches it may do everything with that Caddy, without a password: ${FORMS}`,
    }
  return { ok: true, place: { kind: 'port', host: host.replace(/^\[|\]$/g, ''), port } }
}

/** As a person writes it. */
export function caddyPlaceText(place: CaddyPlace): string {
  if (place.kind === 'socket') return `unix/${place.path}`
  return `http://${place.host.includes(':') ? `[${place.host}]` : place.host}:${place.port}`
}
