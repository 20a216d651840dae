/** Sending one mail by SMTP, and why it was not taken. Only this file knows nodemailer. */
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import nodemailer from 'nodemailer'
import { maskEmails } from '../../protocol/email-text'
import {
  MAIL_DIALOGUE_LINES_MAX,
  MAIL_REASON_CHARS_MAX,
  SMTP_ANSWER_MS,
  SMTP_CONNECT_MS,
  SMTP_CONNECTIONS_MAX,
} from '../../protocol/limits-mail'
import { MAIL_PASSWORD_VARIABLE, type MailSettings } from '../mail-settings'
import { htmlOf, subjectLine } from '../mail-text'
import { connectionTrouble } from '../mail-trouble'

/** One mail, ready but for its frame. */
export interface Letter {
  to: string
  subject: string
  text: string
  /** Without the angle brackets and the domain: the same for the same mail. */
  id: string
  date: Date
  /** With the way to have no more of these. */
  unsubscribe: boolean
}

/** refused: never to be tried again. later: this mail, by its server's word. server: no mail can be sent just now. */
export type MailTrouble = 'refused' | 'later' | 'server'

/** Why a mail was not taken; without addresses and secrets. */
export class MailError extends Error {
  constructor(
    readonly trouble: MailTrouble,
    reason: string,
  ) {
    super(reason)
  }
}

export interface Mailer {
  /** host:port, for the operator. */
  readonly server: string
  /** Resolves once the server has taken the mail; rejects with a MailError. */
  send(letter: Letter): Promise<void>
  /** The same over a connection of its own; gives the dialogue too. Never rejects. */
  test(letter: Letter, timeoutMs: number): Promise<{ reason: string | null; dialogue: string[] }>
  /** Cuts what is being sent: it is sent again after the next start. */
  close(): void
}

/** One delivery, however slowly the server trickles its answers. */
const SEND_MS = 3 * SMTP_ANSWER_MS

/** A mailer of these settings. Throws a sentence where the password or a certificate can't be read. */
export function createMailer(
  settings: MailSettings,
  folder: string,
  warn: (sentence: string) => void,
): Mailer {
  const { host, port, secure, from } = settings
  const password = passwordOf(settings, folder, warn)
  const ca = settings.caFile === null ? null : readFor(resolve(folder, settings.caFile), 'mail.smtp.caFile')
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1)
  const options = {
    ...{ host, port, secure: secure === 'implicit', requireTLS: secure === 'starttls' },
    ignoreTLS: secure === 'none',
    name: domain,
    ...(settings.user === null ? {} : { auth: { user: settings.user, pass: password ?? '' } }),
    ...{ connectionTimeout: SMTP_CONNECT_MS, greetingTimeout: SMTP_CONNECT_MS, dnsTimeout: SMTP_CONNECT_MS },
    socketTimeout: SMTP_ANSWER_MS,
    ...(ca === null ? {} : { tls: { ca } }),
    ...{ disableFileAccess: true, disableUrlAccess: true },
  }
  const pool = nodemailer.createTransport({
    ...options,
    ...{ pool: true as const, maxConnections: SMTP_CONNECTIONS_MAX, maxRequeues: 0 },
  })
  const framed = (letter: Letter) => ({
    from: { name: from.name ?? '', address: from.address },
    to: { name: '', address: letter.to },
    subject: subjectLine(letter.subject),
    text: letter.text,
    html: htmlOf(subjectLine(letter.subject), letter.text),
    messageId: `<${letter.id}@${domain}>`,
    date: letter.date,
    headers: {
      'Auto-Submitted': 'auto-generated',
      ...(letter.unsubscribe
        ? { 'List-Unsubscribe': `<mailto:${settings.operator ?? from.address}?subject=unsubscribe>` }
        : {}),
    },
  })
  return {
    server: `${host}:${port}`,
    send: async (letter) => {
      try {
        await pool.sendMail({ ...framed(letter), signal: AbortSignal.timeout(SEND_MS) })
      } catch (error) {
        throw troubleOf(error, password)
      }
    },
    async test(letter, timeoutMs) {
      const dialogue: string[] = []
      const hear = (entry: { tnx?: unknown }, ...rest: unknown[]): void => {
        const line = lineOf(entry, rest, password)
        if (line !== null && dialogue.length < MAIL_DIALOGUE_LINES_MAX) dialogue.push(line)
      }
      const logger = { trace: hear, debug: hear, info: hear, warn: hear, error: hear, fatal: hear }
      const once = nodemailer.createTransport({ ...options, logger, transactionLog: true })
      try {
        await once.sendMail({ ...framed(letter), signal: AbortSignal.timeout(timeoutMs) })
        return { reason: null, dialogue }
      } catch (error) {
        return { reason: troubleOf(error, password).message, dialogue }
      } finally {
        once.close()
      }
    },
    close: () => pool.close({ force: true }),
  }
}

interface SmtpError extends Error {
  code?: string
  command?: string
  response?: string
  responseCode?: number
  permanent?: boolean
  originalCode?: string
}

/** What is said of this mail and its reader is final or not; everything else says that nobody's mail can go. */
function troubleOf(thrown: unknown, password: string | null): MailError {
  const error = thrown as SmtpError
  const said = error.response ?? error.message ?? String(thrown)
  const reason = publicly(`${stepOf(error)}${said}`, password)
  const aboutMail = error.command === 'RCPT TO' || error.command === 'DATA'
  if (!aboutMail || error.responseCode === undefined || error.responseCode === 421)
    return new MailError('server', reason)
  return new MailError(error.permanent === true ? 'refused' : 'later', reason)
}

function stepOf({ code, command, response, originalCode }: SmtpError): string {
  if (code === 'EAUTH') return 'the mail server does not take user and password: '
  if (code === 'ETLS') return 'no TLS with the mail server: '
  if (code === 'EABORT' || code === 'ETIMEDOUT') return 'the mail server is too slow: '
  if (response !== undefined) return `the mail server answered ${command ?? 'us'} with `
  return originalCode === undefined ? '' : `${connectionTrouble(originalCode)}: `
}

/** One line, short, without addresses and the password. */
function publicly(text: string, password: string | null): string {
  const plain = password === null || password === '' ? text : text.replaceAll(password, '***')
  return maskEmails(plain.replace(/\s+/g, ' ')).trim().slice(0, MAIL_REASON_CHARS_MAX)
}

/** A line of the dialogue; null for what is none. */
function lineOf({ tnx }: { tnx?: unknown }, rest: unknown[], password: string | null): string | null {
  const mark = tnx === 'client' ? '>' : tnx === 'server' ? '<' : null
  const [format, ...values] = rest
  if (mark === null || typeof format !== 'string') return null
  let at = 0
  const text = format.replace(/%[sdj]/g, () => String(values[at++] ?? ''))
  const hidden = /^AUTH\b|secret/i.test(text) ? text.replace(/^(AUTH \S+).*$/i, '$1 …') : text
  return publicly(`${mark} ${hidden}`, password)
}

function passwordOf(settings: MailSettings, folder: string, warn: (sentence: string) => void): string | null {
  const { user, password, passwordFile } = settings
  if (user === null) return null
  if (password !== null) return password
  if (passwordFile === null) {
    const found = process.env[MAIL_PASSWORD_VARIABLE]
    if (found !== undefined && found !== '') return found
    throw new Error(
      `The mail settings can't be used: mail.smtp.user is set and no password. Give password, passwordFile or the variable ${MAIL_PASSWORD_VARIABLE}.`,
    )
  }
  const path = resolve(folder, passwordFile)
  const text = readFor(path, 'mail.smtp.passwordFile').replace(/\r?\n$/, '')
  if (text === '')
    throw new Error(`The mail settings can't be used: ${path} (mail.smtp.passwordFile) is empty.`)
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    warn(`others on this machine may read the mail password: chmod 600 ${path}`)
  return text
}

function readFor(path: string, setting: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(
      `The mail settings can't be used: ${path} (${setting}) can't be read: ${(error as Error).message}`,
      {
        cause: error,
      },
    )
  }
}
