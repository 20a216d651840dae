/** A hub keeps to the engine that it began with, whether that one answers or not. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import tape from 'tape'
import { chooseEngine, type EngineChoice } from '../../hub-daemon/io/engine-choice'
import { type FeedId, type PubId, runNameOf } from '../../protocol/ids'
import { createLog } from '../../sbot/log'
import { removeFolder, temporaryFolder } from '../helpers/machine'

const HUB = '@AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=.ed25519' as FeedId
const PUB = '%AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=.sha256' as PubId

/** Says what an engine says that has these volumes; `hangs` takes the question and never answers. */
class DockerStandIn {
  volumes: string[] = []
  hangs = false
  private server: Server | null = null

  constructor(private readonly socket: string) {}

  async start(): Promise<void> {
    const { socket } = this
    this.server = createServer((request, response) => {
      if (this.hangs) return
      const path = String(request.url)
      const body = path.startsWith('/version')
        ? { Version: '25.0.0', ApiVersion: '1.44', MinAPIVersion: '1.24' }
        : path.includes('/volumes')
          ? { Volumes: this.volumes.map((Name) => ({ Name, Labels: {} })) }
          : []
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => this.server?.listen(socket, resolve))
  }

  async stop(): Promise<void> {
    const { server } = this
    server?.closeAllConnections()
    await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)))
    this.server = null
  }
}

interface World {
  directory: string
  docker: DockerStandIn
  said: string[]
  /** Chooses and lets go of it again; what was chosen, or why not. */
  choose(engine: EngineChoice['engine']): Promise<string>
  kept(): unknown
}

async function withHub(use: (world: World) => Promise<void>): Promise<void> {
  const directory = temporaryFolder('engine-choice')
  const dockerSocket = join(directory, 'docker.sock')
  const docker = new DockerStandIn(dockerSocket)
  const said: string[] = []
  const member = { provider: HUB, host: '127.0.0.1', port: 8008, label: 'hub-1' }
  writeFileSync(join(directory, 'hub.json'), JSON.stringify(member))
  const log = createLog('hub', undefined, (line) => said.push(line))
  const base = { dockerSocket, hub: HUB, image: 'image', pull: null, version: '0.1.0', pubVersions: {} }
  try {
    await use({
      ...{ directory, docker, said },
      choose: (engine) =>
        chooseEngine({ ...base, engine, bind: '127.0.0.1', swarm: {}, directory, log }).then(
          async (chosen) => {
            await chosen.close()
            return chosen.kind
          },
          (error: Error) => error.message,
        ),
      kept: () => {
        const { engine, ...rest } = JSON.parse(readFileSync(join(directory, 'hub.json'), 'utf8'))
        return JSON.stringify(rest) === JSON.stringify(member) ? engine : 'and the membership is lost'
      },
    })
  } finally {
    await docker.stop()
    removeFolder(directory)
  }
}

function makeKey(directory: string): void {
  mkdirSync(join(directory, 'pubs', runNameOf(PUB)), { recursive: true })
  writeFileSync(join(directory, 'pubs', runNameOf(PUB), 'secret'), '')
}

tape('a hub that began with Docker stays with Docker while that is down or hangs', async (t) => {
  await withHub(async ({ directory, docker, said, choose, kept }) => {
    await docker.start()
    t.equal(await choose('auto'), 'docker')
    t.equal(kept(), 'docker', 'written down, beside the membership')
    makeKey(directory)
    await docker.stop()
    t.equal(await choose('auto'), 'docker', 'it is down')
    t.match(await choose('process'), /with the engine docker, .*nobody can say .*without --engine/)
    await docker.start()
    docker.hangs = true
    t.equal(await choose('auto'), 'docker', 'it hangs')
    docker.hangs = false
    docker.volumes = [runNameOf(PUB)]
    t.match(await choose('process'), /0 runs and 1 volume of its pubs/)
    t.equal(kept(), 'docker', 'a refused change changes nothing')
    t.notOk(existsSync(join(directory, 'runs')), 'and nothing was begun with processes')
    docker.volumes = []
    t.equal(await choose('process'), 'process', 'an empty hub may change')
    t.equal(kept(), 'process')
    t.match(said.join('\n'), /the engine is changed, as the operator says/)
  })
  t.end()
})

tape('a hub that began without Docker stays with processes when Docker comes', async (t) => {
  await withHub(async ({ directory, docker, choose, kept }) => {
    t.equal(await choose('auto'), 'process', 'no Docker at the first start')
    await docker.start()
    t.equal(await choose('auto'), 'process')
    const run = join(directory, 'runs', runNameOf(PUB))
    mkdirSync(run, { recursive: true })
    writeFileSync(join(run, 'volume.json'), JSON.stringify({ pub: PUB }))
    t.match(await choose('docker'), /with the engine process, .*0 runs and 1 volume/)
    removeFolder(run)
    t.equal(await choose('docker'), 'docker', 'as long as it has none it may change')
    t.equal(kept(), 'docker')
  })
  t.end()
})

tape(
  'an explicit engine is kept from the first start, and may be changed while no pub was made',
  async (t) => {
    await withHub(async ({ directory, choose }) => {
      t.equal(await choose('docker'), 'docker', 'though it does not answer')
      t.equal(await choose('auto'), 'docker')
      t.equal(await choose('process'), 'process', 'a mistake of the first minute')
      writeFileSync(join(directory, 'hub.json'), JSON.stringify({ engine: 'magic' }))
      t.match(await choose('auto'), /names the engine "magic", which this version does not know/)
    })
    t.end()
  },
)

tape('a hub whose folder is older than the rule is known by what lies there', async (t) => {
  await withHub(async ({ directory, choose, kept }) => {
    makeKey(directory)
    t.equal(await choose('auto'), 'docker', 'keys and no runs: its pubs are containers')
    t.equal(kept(), 'docker', 'now it is written down')
  })
  t.end()
})
