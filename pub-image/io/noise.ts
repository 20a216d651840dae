/** Keeps known chatter of the stock libraries out of the log; everything else goes through as it was. */

/** Silences `Trace: deprecated api used` and shortens failed handshakes of port scanners to one line. */
export function quieten(): void {
  const trace = console.trace
  console.trace = (...parts: unknown[]) => {
    if (!String(parts[0]).startsWith('deprecated api used')) trace.apply(console, parts)
  }
  const error = console.error
  let handshake: unknown = null
  console.error = (...parts: unknown[]) => {
    // multiserver prints where a failed connection came from, and the error with its stack in a second call.
    if (parts[0] === 'server error, from') {
      handshake = parts[1]
      return
    }
    // ssb-gossip's own use of ssb-friends.
    if (String(parts[0]).endsWith('legacy api used')) return
    // Clients that are no peers, such as the hub, have nothing to replicate.
    if (String(parts[0]).startsWith('Error replicating with') && parts[1] === 'no createHistoryStream') return
    const from = handshake
    handshake = null
    if (from !== null && parts[0] instanceof Error)
      error.call(console, `connection from ${from} failed: ${parts[0].message.split('\n')[0]}`)
    else error.apply(console, parts)
  }
}
