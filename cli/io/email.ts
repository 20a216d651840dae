/** `buttcloud email`: an owner's address goes to the provider over a connection of its own, and so on no feed. */
import type { EmailAnswer, EmailSet, EmailState } from '../../protocol/mail'
import { MAIL_METHODS } from '../../protocol/mail'
import { called } from '../../sbot/peers'
import type { Context } from '../context'
import { Failure, firstLine } from '../failure'
import { EMAIL_REPLY_TEXTS, emailStateText } from '../mail-text'
import { callProvider, identityFor } from './provider-call'

/** Hands over an address or a code, or has the address forgotten. Throws a Failure (1) where it was refused. */
export async function setEmail(context: Context, set: EmailSet): Promise<void> {
  const answer = await ask<EmailAnswer>(context, 'emailSet', set)
  const { ok, text } = EMAIL_REPLY_TEXTS[answer.outcome]
  if (context.options.json) context.print(JSON.stringify(answer))
  else if (ok) context.print(text)
  if (!ok) throw new Failure(1, text)
}

/** Shows whether mail goes anywhere. Never where: the provider does not say it. */
export async function showEmail(context: Context): Promise<void> {
  const state = await ask<EmailState>(context, 'emailState', {})
  context.print(context.options.json ? JSON.stringify(state) : emailStateText(state))
}

async function ask<T>(context: Context, method: keyof typeof MAIL_METHODS, request: object): Promise<T> {
  const identity = await identityFor(context)
  try {
    const connection = await callProvider(identity, MAIL_METHODS)
    try {
      return await called<T>((callback) => connection.buttcloud[method](request, callback))
    } finally {
      await connection.close()
    }
  } catch (error) {
    const text = firstLine(error).replace(/^[a-z-]+: /, '')
    throw new Failure(1, `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`, {
      cause: error,
    })
  }
}
