/**
 * Somebody who tries an invite again and again, each time as somebody else, and says how it ended: a line of JSON each.
 * A process of its own, so that it can stand in a network of its own. Ends with its input.
 */
import { tryInvite } from './redeem-anywhere'

const [networkKey = '', code = ''] = process.argv.slice(2)
const PAUSE_MS = 250
let ended = false
process.stdin.on('end', () => {
  ended = true
})
process.stdin.resume()

async function knock(): Promise<void> {
  while (!ended) {
    process.stdout.write(`${JSON.stringify(await tryInvite(networkKey, code))}\n`)
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}

knock().then(() => process.exit(0))
