/**
 * P1: a command message durable at the provider, read, answered, the answer durable; against a node with ssb-db2's
 * own settings doing create + onDrain twice. Both run in turn in this process.
 */
import { join } from 'node:path'
import secretStack from 'secret-stack'
import ssbDb2 from 'ssb-db2'
import ssbKeys from 'ssb-keys'
import { called } from '../sbot/peers'
import { randomNetworkKey, removeFolder, temporaryFolder } from '../test/helpers/machine'
import { startNode, type TestNode } from '../test/helpers/node'
import { writer } from '../test/helpers/writer'
import { median, verdict } from './figures'

const ROUNDS = 40
const TARGET = 0.2

async function openStock(path: string): Promise<any> {
  const keys = ssbKeys.loadOrCreateSync(join(path, 'secret'))
  const config = {
    path,
    keys,
    caps: { shs: randomNetworkKey() },
    connections: { incoming: {}, outgoing: {} },
  }
  return secretStack({}).use(ssbDb2)(config)
}

async function createAndDrain(ssb: any, content: object, recps: string[]): Promise<void> {
  await called((callback) => ssb.db.create({ content, recps, encryptionFormat: 'box' }, callback))
  await new Promise<void>((resolve) => ssb.db.getLog().onDrain(resolve))
}

/** Milliseconds from a command that arrives to its durable answer, per round. */
async function ours(node: TestNode): Promise<(text: string) => Promise<number>> {
  const owner = writer()
  let answered = () => {}
  node.sbot.read({
    wants: (author) => author === owner.id,
    onMessage: (message) =>
      void node.sbot
        .publish({ type: 'post', text: 'done', root: message.key, branch: message.key }, [node.id, owner.id])
        .then(() => answered()),
    onCaughtUp() {},
    onError(error) {
      throw error
    },
  })
  return async (text) => {
    const value = owner.next(
      ssbKeys.box({ type: 'post', text, recps: [owner.id, node.id] }, [owner.id, node.id]),
    )
    const before = performance.now()
    const answer = new Promise<void>((resolve) => {
      answered = resolve
    })
    await node.sbot.append(value)
    await answer
    return performance.now() - before
  }
}

async function run(): Promise<void> {
  const folder = temporaryFolder('p1')
  const node = await startNode({ networkKey: randomNetworkKey() })
  const stock = await openStock(folder)
  try {
    const round = await ours(node)
    const [own, base]: [number[], number[]] = [[], []]
    await round('warm')
    await createAndDrain(stock, { type: 'post', text: 'warm' }, [stock.id])
    for (let n = 0; n < ROUNDS; n++) {
      own.push(await round(`create pub${n}`))
      const before = performance.now()
      await createAndDrain(stock, { type: 'post', text: `create pub${n}` }, [stock.id])
      await createAndDrain(stock, { type: 'post', text: 'done' }, [stock.id])
      base.push(performance.now() - before)
    }
    console.log(`ours: median ${median(own).toFixed(1)} ms, slowest ${Math.max(...own).toFixed(1)} ms`)
    console.log(`stock settings: median ${median(base).toFixed(1)} ms`)
    console.log(verdict('P1 command durable to answer durable', median(own) / median(base), TARGET))
  } finally {
    await node.remove()
    await called<void>((callback) => stock.close(callback))
    removeFolder(folder)
  }
}

run().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
