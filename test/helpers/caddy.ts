/** A real Caddy with ports and folders of its own; its certificates are its own authority's, which asks nobody. */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type ClientRequest, get as getPlain, type IncomingMessage, request } from 'node:http'
import { get as getSecure } from 'node:https'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { driven, needPrograms } from './debian'
import { freePort, removeFolder, temporaryFolder } from './machine'

export interface Caddy {
  /** Its admin API, as `--caddy` takes it. */
  address: string
  ports: { http: number; https: number }
  /** Its whole configuration. */
  config(): Promise<any>
  /** A page by HTTPS, as a browser asks for it that trusts this Caddy's authority alone. Rejects where it has no such name. */
  secure(name: string, path?: string): Promise<Page>
  /** The same by HTTP. */
  plain(name: string): Promise<Page>
  /** Another file from now on, at the next start or reload. */
  file(sites: string): void
  /** `caddy reload`: all that was told it by others is gone. */
  reload(): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

export interface Page {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** Starts it with these sites in its Caddyfile; under CI it installs itself first. `onSocket`: its admin API is on one. */
export async function startCaddy(sites: string, onSocket = false): Promise<Caddy> {
  await needPrograms("HTTPS for pubs' pages is tried with a real Caddy", ['caddy'])
  const folder = temporaryFolder('caddy')
  const [admin, http, https] = [await freePort(), await freePort(), await freePort()]
  const socket = join(folder, 'admin.sock')
  const address = onSocket ? `unix/${socket}` : `http://127.0.0.1:${admin}`
  const path = join(folder, 'Caddyfile')
  const environment = {
    ...process.env,
    ...{ HOME: folder, XDG_DATA_HOME: join(folder, 'data'), XDG_CONFIG_HOME: join(folder, 'config') },
  }
  const file = (text: string): void => {
    const listen = onSocket ? `unix/${socket}` : `127.0.0.1:${admin}`
    const own = `admin ${listen}\n\thttp_port ${http}\n\thttps_port ${https}\n\tlocal_certs\n\tskip_install_trust`
    writeFileSync(path, `{\n\t${own}\n}\n${text}`)
  }
  file(sites)
  const ask = (): Promise<any> =>
    new Promise((resolve, reject) => {
      const where = onSocket
        ? { socketPath: socket, headers: { Host: '' }, setHost: false }
        : { host: '127.0.0.1', port: admin }
      const asked = request({ ...where, path: '/config/', agent: false, timeout: 5_000 }, (answer) => {
        textOf(answer).then(({ status, text }) => {
          if (status === 200) resolve(JSON.parse(text))
          else reject(new Error(text))
        }, reject)
      })
      asked.once('error', reject).end()
    })
  const { start, kill } = driven(
    ['caddy', 'run', '--config', path, '--adapter', 'caddyfile'],
    async () => (await ask()) !== undefined,
    { cwd: folder, env: environment },
  )
  const root = join(folder, 'data', 'caddy', 'pki', 'authorities', 'local', 'root.crt')
  await start()
  return {
    address,
    ports: { http, https },
    ...{ config: ask, file, kill, start },
    async secure(name, at = '/') {
      const ca = existsSync(root) ? readFileSync(root) : ''
      return page((take) =>
        getSecure(
          {
            ...{ host: '127.0.0.1', port: https, servername: name, ca, path: at, agent: false },
            headers: { Host: name },
            timeout: 30_000,
          },
          take,
        ),
      )
    },
    plain(name) {
      const where = { host: '127.0.0.1', port: http, path: '/x', agent: false, timeout: 30_000 }
      return page((take) => getPlain({ ...where, headers: { Host: name } }, take))
    },
    async reload() {
      const options = { cwd: folder, env: environment, timeout: 60_000 }
      // Also where the file is what it was: by the API it has become another one.
      await promisify(execFile)(
        'caddy',
        ['reload', '--config', path, '--adapter', 'caddyfile', '--force'],
        options,
      )
    },
    async stop() {
      await kill()
      removeFolder(folder)
    },
  }
}

function page(start: (take: (answer: IncomingMessage) => void) => ClientRequest): Promise<Page> {
  return new Promise((resolve, reject) => {
    const asked = start((answer) => void textOf(answer).then(resolve, reject))
    asked.once('timeout', () => asked.destroy(new Error('it took too long')))
    asked.once('error', reject)
  })
}

async function textOf(answer: IncomingMessage): Promise<Page> {
  const parts: Buffer[] = []
  for await (const part of answer as AsyncIterable<Buffer>) parts.push(part)
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    text: Buffer.concat(parts).toString('utf8'),
  }
}
