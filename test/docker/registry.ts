/** A registry of images in this process, with one tiny image under as many tags as a test wants. */
import { createHash } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { tarOfSecret } from '../../hub-daemon/engines/tar'

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const CONFIG = 'application/vnd.docker.container.image.v1+json'
const LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip'

export interface Registry {
  /** Repository, as in `127.0.0.1:5000/pub`. */
  repository: string
  /** Puts an image with this text in it under a tag. */
  put(tag: string, text: string): void
  /** What has been asked for so far. */
  asked: string[]
  /** From now on nothing is answered. */
  hang(): void
  close(): Promise<void>
}

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** Starts one on a free port of the loopback, where Docker takes plain HTTP. */
export async function startRegistry(): Promise<Registry> {
  const blobs = new Map<string, Buffer>()
  const manifests = new Map<string, Buffer>()
  const asked: string[] = []
  let hanging = false
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    if (hanging) return
    if (path === '/v2/') return send(response, 200, 'application/json', Buffer.from('{}'))
    const [, kind, reference = ''] = /^\/v2\/pub\/(manifests|blobs)\/(.+)$/.exec(path) ?? []
    const found = kind === 'manifests' ? manifests.get(reference) : blobs.get(reference)
    const type = kind === 'manifests' ? MANIFEST : 'application/octet-stream'
    if (found !== undefined) return send(response, 200, type, found)
    const errors = [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }]
    send(response, 404, 'application/json', Buffer.from(JSON.stringify({ errors })))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const keep = (bytes: Buffer): { size: number; digest: string } => {
    blobs.set(digestOf(bytes), bytes)
    return { size: bytes.length, digest: digestOf(bytes) }
  }
  return {
    repository: `127.0.0.1:${port}/pub`,
    asked,
    put(tag, text) {
      const layer = tarOfSecret('text', text, { uid: 0, gid: 0 }, 0)
      const config = {
        ...{ architecture: 'amd64', os: 'linux', created: '2026-01-01T00:00:00Z', config: {} },
        rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
      }
      const manifest = {
        ...{ schemaVersion: 2, mediaType: MANIFEST },
        config: { mediaType: CONFIG, ...keep(Buffer.from(JSON.stringify(config))) },
        layers: [{ mediaType: LAYER, ...keep(gzipSync(layer)) }],
      }
      const bytes = Buffer.from(JSON.stringify(manifest))
      manifests.set(tag, bytes)
      manifests.set(digestOf(bytes), bytes)
    },
    hang() {
      hanging = true
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function send(response: ServerResponse, status: number, type: string, bytes: Buffer): void {
  const headers = {
    'content-type': type,
    'content-length': bytes.length,
    'docker-content-digest': digestOf(bytes),
    'docker-distribution-api-version': 'registry/2.0',
  }
  response.writeHead(status, headers)
  response.end(response.req.method === 'HEAD' ? undefined : bytes)
}
