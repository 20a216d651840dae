/** A billing bridge in a process of its own, so that a test can kill it. Started with its options as JSON. */
import { type BillingOptions, runBilling } from '../../billing-bridge/main'
import { moveTimeAsTold } from './moved-time'

moveTimeAsTold()

const options = JSON.parse(process.argv[2] ?? '{}') as BillingOptions

runBilling({ ...options, log: (line) => process.stderr.write(`${line}\n`) }).then(
  (billing) => {
    process.stdout.write(`${JSON.stringify({ id: billing.id })}\n`)
    process.once('SIGTERM', () => void billing.stop().then(() => process.exit(0)))
  },
  (error: Error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  },
)
