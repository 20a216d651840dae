/** A hub daemon in a process of its own, so that a test can kill it. Started with its options as JSON. */
import { type HubOptions, runHub } from '../../hub-daemon/main'
import { moveTimeAsTold } from './moved-time'
import { standOn } from './other-machine'

moveTimeAsTold()
if (process.env.HUB_MACHINE !== undefined) standOn(process.env.HUB_MACHINE)

const options = JSON.parse(process.argv[2] ?? '{}') as HubOptions

runHub({ ...options, log: (line) => process.stderr.write(`${line}\n`) }).then(
  (hub) => {
    process.stdout.write(`${JSON.stringify({ id: hub.id })}\n`)
    process.once('SIGTERM', () => void hub.stop().then(() => process.exit(0)))
  },
  (error: Error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  },
)
