/** The output of a container without a terminal comes in frames (Docker Engine API, "Stream format"). */

const FRAME_HEADER_BYTES = 8

/** What the container printed, both streams as they came; bytes that are in no frame are given as they are. */
export function plainOutput(raw: Buffer): string {
  const pieces: Buffer[] = []
  let at = 0
  while (at + FRAME_HEADER_BYTES <= raw.length) {
    const kind = raw[at]
    if (kind === undefined || kind > 2) break
    const start = at + FRAME_HEADER_BYTES
    const end = start + raw.readUInt32BE(at + 4)
    pieces.push(raw.subarray(start, end))
    at = end
  }
  if (at < raw.length) pieces.push(raw.subarray(at))
  return Buffer.concat(pieces).toString('utf8')
}
