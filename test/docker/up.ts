/**
 * Brings up the engine of the Docker tests with its images, for whoever wants to work with it by hand:
 * `node dist/test/docker/up.js [--detach] [--second] [--no-image] [--down]`.
 */
import { startEngine, stopEngine } from './engine'
import { needPubImage, needTinyImage } from './images'

async function up(flags: Set<string>): Promise<void> {
  const index = flags.has('--second') ? 2 : 1
  if (flags.has('--down')) return stopEngine(index)
  const engine = await startEngine(index)
  await needTinyImage(engine.host)
  if (!flags.has('--no-image')) await needPubImage(engine.host)
  console.log(`DOCKER_HOST=${engine.host}`)
  if (flags.has('--detach')) return
  await new Promise((resolve) => {
    const alive = setInterval(() => undefined, 60_000)
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        clearInterval(alive)
        resolve(null)
      })
  })
  await engine.stop()
}

up(new Set(process.argv.slice(2))).catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
