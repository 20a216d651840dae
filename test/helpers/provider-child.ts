/** A provider in a process of its own, for tests that kill it. Reads its options from the environment. */
import { runProvider } from '../../plugin/main'
import { moveTimeAsTold } from './moved-time'

moveTimeAsTold()

const options = JSON.parse(process.env.PROVIDER_OPTIONS ?? '{}')
runProvider(options).then(
  (running) => {
    process.stdout.write(`${JSON.stringify({ ready: running.id })}\n`)
    process.once('SIGTERM', () => running.stop().then(() => process.exit(0)))
  },
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`)
    process.exit(1)
  },
)
process.once('disconnect', () => process.exit(0))
