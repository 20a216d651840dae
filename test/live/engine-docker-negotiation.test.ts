import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import tape from 'tape'
import { createDockerEngine } from '../../hub-daemon/engines/docker'
import { plainOutput } from '../../hub-daemon/engines/docker-output'
import type { EngineVersion } from '../../hub-daemon/engines/docker-version'
import { tarOfSecret } from '../../hub-daemon/engines/tar'
import type { FeedId } from '../../protocol/ids'
import { refuses } from '../helpers/engine-contract'
import { freePort, removeFolder, temporaryFolder } from '../helpers/machine'

const HUB = '@AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=.ed25519' as FeedId
const engineAt = (where: { host: string } | { socketPath: string }) =>
  createDockerEngine({ ...where, hub: HUB, image: 'image', bind: '127.0.0.1' })

/** A server that answers as an engine of some version would, and notes what it is asked. */
async function withServer(answer: RequestListener, use: (host: string) => Promise<void>): Promise<void> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await use(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

tape('Docker API: the version is agreed on with the engine', async (t) => {
  const speaks: [EngineVersion, string][] = [
    [{ Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12' }, '/v1.41/_ping'],
    [{ Version: '25.0.0', ApiVersion: '1.44', MinAPIVersion: '1.24' }, '/v1.44/_ping'],
    [{ Version: '29.0.0', ApiVersion: '1.52', MinAPIVersion: '1.44' }, '/v1.47/_ping'],
  ]
  for (const [version, path] of speaks) {
    const asked: string[] = []
    const answer: RequestListener = (request, response) => {
      asked.push(String(request.url))
      response.setHeader('content-type', 'application/json')
      response.end(request.url === '/version' ? JSON.stringify(version) : 'OK')
    }
    await withServer(answer, async (host) => {
      await engineAt({ host }).ping()
      t.deepEqual(asked, ['/version', path], `Docker ${version.Version}`)
    })
  }
  t.end()
})

tape('Docker API: an engine that is too old, too new, or none', async (t) => {
  const refused: [unknown, RegExp][] = [
    [{ Version: '19.03', ApiVersion: '1.40', MinAPIVersion: '1.12' }, /too old: it speaks API 1\.40/],
    [{ Version: '99.0', ApiVersion: '1.99', MinAPIVersion: '1.60' }, /too new: it speaks API 1\.60/],
    [{ hello: 'world' }, /no Docker engine/],
  ]
  for (const [version, sentence] of refused)
    await withServer(
      (_request, response) => response.end(JSON.stringify(version)),
      async (host) => {
        t.match(await refuses(t, engineAt({ host }).ping(), 'unreachable', 'a ping'), sentence)
      },
    )
  t.end()
})

tape('Docker API: nobody there, and every sentence says what to do', async (t) => {
  const folder = temporaryFolder('no-docker')
  const socketPath = join(folder, 'docker.sock')
  const none = await refuses(t, engineAt({ socketPath }).list(), 'unreachable', 'no socket')
  t.match(none, /installed and running/)
  const port = await freePort()
  const shut = await refuses(
    t,
    engineAt({ host: `tcp://127.0.0.1:${port}` }).ping(),
    'unreachable',
    'no listener',
  )
  t.match(shut, /is Docker running/)
  t.throws(() => engineAt({ host: 'ssh://somewhere' }), /no address of a Docker engine/)
  t.throws(() => createDockerEngine({ hub: HUB, image: 'x', bind: '127.0.0.1', user: '0:0' }), /not root/)
  removeFolder(folder)
})

tape('Docker API: troubles get their kinds', async (t) => {
  const version = JSON.stringify({ Version: '20.10', ApiVersion: '1.41', MinAPIVersion: '1.12' })
  const own = JSON.stringify({ Config: { Labels: { 'org.buttcloud.hub': HUB } } })
  const kinds: [number, string, 'port-taken' | 'disk-full' | 'missing' | 'other' | 'no-image'][] = [
    [500, 'driver failed: Bind for 127.0.0.1:8008 failed: port is already allocated', 'port-taken'],
    [500, 'listen tcp4 127.0.0.1:8008: bind: address already in use', 'port-taken'],
    [500, 'write /var/lib/docker/x: no space left on device', 'disk-full'],
    [404, 'No such container: x', 'missing'],
    [404, 'No such image: x:1', 'no-image'],
    [500, 'something nobody has heard of', 'other'],
  ]
  for (const [status, message, kind] of kinds) {
    const answer: RequestListener = (request, response) => {
      response.setHeader('content-type', 'application/json')
      if (request.url === '/version') return response.end(version)
      if (request.method === 'GET') return response.end(own)
      response.statusCode = status
      return response.end(JSON.stringify({ message }))
    }
    await withServer(answer, async (host) => {
      await refuses(t, engineAt({ host }).start('bc-1'), kind, 'a start')
    })
  }
  t.end()
})

tape('Docker: the archive of the secret, and the frames of the output', (t) => {
  const archive = tarOfSecret('secret', 'x'.repeat(513), { uid: 1000, gid: 1001 }, 1_700_000_000_000)
  t.equal(archive.length % 512, 0, 'whole blocks')
  t.equal(archive.subarray(100, 107).toString(), '0000600', 'for the owner alone')
  t.equal(Number.parseInt(archive.subarray(108, 115).toString(), 8), 1000)
  t.equal(Number.parseInt(archive.subarray(116, 123).toString(), 8), 1001)
  t.equal(Number.parseInt(archive.subarray(124, 135).toString(), 8), 513)
  t.throws(() => tarOfSecret('x'.repeat(100), '', { uid: 1, gid: 1 }, 0), /1 to 99/)
  const frame = (kind: number, text: string) => {
    const head = Buffer.from([kind, 0, 0, 0, 0, 0, 0, text.length])
    return Buffer.concat([head, Buffer.from(text)])
  }
  t.equal(plainOutput(Buffer.concat([frame(1, 'one\n'), frame(2, 'two\n')])), 'one\ntwo\n')
  t.equal(plainOutput(Buffer.from('no frames')), 'no frames')
  t.equal(plainOutput(frame(1, 'cut short').subarray(0, 11)), 'cut', 'a frame that is cut short')
  t.equal(plainOutput(Buffer.alloc(0)), '')
  t.end()
})
