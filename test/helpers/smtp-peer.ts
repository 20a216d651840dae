/** A real mail server on a free port that does as a test tells it: takes, refuses, dawdles, hangs up. */
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { freePort } from './machine'
import { type ReceivedMail, readMail } from './mail-parts'

export interface Arrived extends ReceivedMail {
  from: string
  to: string
  /** Over TLS, and as whom. */
  secure: boolean
  user: string | null
}

export interface SmtpPeer {
  readonly port: number
  readonly arrived: Arrived[]
  /** Envelopes that were tried, also those that were refused. */
  readonly tried: string[]
  /** What it answers to a recipient: null takes it. */
  refuse: (to: string) => { code: number; text: string } | null
  /** How long it thinks before it has taken the content. */
  thinkMs: number
  /** Told of each mail once it is taken, before that is said. */
  onTaken: () => 'hang-up' | undefined
  listen(): Promise<void>
  close(): Promise<void>
}

/** One that listens. `port`: where it listened before. */
export async function startSmtp(options: SMTPServerOptions = {}, port = 0): Promise<SmtpPeer> {
  let server: SMTPServer | null = null
  const hangUp = (session: string): void => {
    for (const connection of server?.connections ?? [])
      if (connection.id === session) connection._socket.destroy()
  }
  const peer: SmtpPeer = {
    port: port === 0 ? await freePort() : port,
    arrived: [],
    tried: [],
    refuse: () => null,
    thinkMs: 0,
    onTaken: () => undefined,
    async listen() {
      const one = new SMTPServer({
        authOptional: true,
        disabledCommands: ['STARTTLS'],
        ...options,
        ...handlers(peer, hangUp),
      })
      // A client that hangs up in the middle is no trouble of the server's.
      one.on('error', () => undefined)
      await new Promise<void>((resolve, reject) => {
        one.once('error', reject)
        one.listen(peer.port, '127.0.0.1', () => resolve())
      })
      server = one
    },
    close: () =>
      new Promise((resolve) => {
        const one = server
        server = null
        if (one === null) return resolve()
        for (const connection of one.connections) connection.close()
        one.close(() => resolve())
      }),
  }
  await peer.listen()
  return peer
}

function handlers(peer: SmtpPeer, hangUp: (session: string) => void): SMTPServerOptions {
  return {
    closeTimeout: 200,
    onRcptTo({ address }, _session, then) {
      peer.tried.push(address)
      const refused = peer.refuse(address)
      if (refused === null) return then()
      then(Object.assign(new Error(refused.text), { responseCode: refused.code }))
    },
    onData(stream, session, then) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const take = (): void => {
          const { mailFrom, rcptTo } = session.envelope
          peer.arrived.push({
            ...readMail(Buffer.concat(chunks).toString('utf8')),
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address).join(','),
            secure: session.secure,
            user: typeof session.user === 'string' ? session.user : null,
          })
          if (peer.onTaken() === 'hang-up') hangUp(session.id)
          else then()
        }
        if (peer.thinkMs === 0) take()
        else setTimeout(take, peer.thinkMs)
      })
    },
  }
}
