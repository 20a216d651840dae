/** A provider in a process of its own, for tests that kill it. Reads its options from the environment. */
import { runProvider } from '../../plugin/main'
import { DEFAULT_POLICY } from '../../plugin/policy'
import { moveTimeAsTold } from './moved-time'

moveTimeAsTold()

// Shorter than any operator may have it, so that a test need not wait a minute for every move.
const leaseMs = Number(process.env.PROVIDER_LEASE_MS ?? 0)
if (leaseMs > 0) DEFAULT_POLICY.moving.leaseMs = leaseMs

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
