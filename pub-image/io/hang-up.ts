/** Ends every connection with somebody, whoever dialled. */
export function hangUpOn(ssb: any, id: string): void {
  for (const rpc of [...(ssb.peers[id] ?? [])]) rpc.close(true, () => undefined)
}
