/** A mail as it came, taken apart by the rules (RFC 5322, 2045, 2047): headers unfolded, both parts decoded. */
export interface ReceivedMail {
  /** By lower-case name; the last of several. */
  headers: Map<string, string>
  text: string
  html: string
  raw: string
}

export function readMail(raw: string): ReceivedMail {
  const { headers, body } = split(raw)
  const type = headers.get('content-type') ?? ''
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1]
  if (!type.startsWith('multipart/alternative') || boundary === undefined)
    throw new Error(`expected both parts, found ${type}`)
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => split(part.replace(/^\r\n/, '')))
  const of = (kind: string): string => {
    const part = parts.find((one) => one.headers.get('content-type')?.startsWith(kind))
    if (part === undefined) throw new Error(`no part of kind ${kind}`)
    return decoded(part).replace(/\r\n/g, '\n').trim()
  }
  return { headers, text: of('text/plain'), html: of('text/html'), raw }
}

function split(raw: string): { headers: Map<string, string>; body: string } {
  const end = raw.indexOf('\r\n\r\n')
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
  const headers = new Map(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      words(line.slice(line.indexOf(':') + 1).trim()),
    ]),
  )
  return { headers, body: raw.slice(end + 4) }
}

function decoded({ headers, body }: { headers: Map<string, string>; body: string }): string {
  switch (headers.get('content-transfer-encoding')?.toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64').toString('utf8')
    case 'quoted-printable':
      return quoted(body.replace(/=\r\n/g, ''))
    default:
      return body
  }
}

/** Encoded words in a header. */
function words(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([qb])\?([^?]*)\?=/gi, (_all, kind: string, value: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(value, 'base64').toString('utf8')
        : quoted(value.replaceAll('_', ' ')),
    )
}

function quoted(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
