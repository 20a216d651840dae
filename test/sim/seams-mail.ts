/** Where the planted bugs about mail go in: around the store of addresses, the queue and the mail server. */
import type { Mailer } from '../../plugin/io/mail'
import type { Post } from '../../plugin/io/post'
import type { Log, Provider } from '../../plugin/io/provider'
import { parsePayload } from '../../protocol/parse'
import type { Bugs } from './bugs'
import type { Timeline } from './timeline'
import type { Universe } from './universe'

const INVITE = `hub-1.example:8008:@somebody.ed25519~${'A'.repeat(43)}=`
const HELD_MS = 20 * 60_000

function later(timeline: Timeline, heldMs: number, then: () => Promise<void>): Promise<void> {
  if (heldMs === 0) return then()
  return new Promise((resolve, reject) => {
    timeline.at(heldMs, '', () => void then().then(resolve, reject))
  })
}

/** `make` gets what stands before the mail server. */
export function plantInPost(
  bugs: Bugs,
  timeline: Timeline,
  log: Log,
  make: (own: (mailer: Mailer) => Mailer) => Post,
): Post {
  const post = make((mailer) => ({
    ...mailer,
    send: (letter) => {
      const id = bugs.has('mail-id-anew') ? `${letter.id}${timeline.now}` : letter.id
      const text = bugs.has('mail-without-date')
        ? letter.text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'soon')
        : letter.text
      const heldMs = bugs.has('mail-late') && letter.unsubscribe ? HELD_MS : 0
      const sent = later(timeline, heldMs, () => mailer.send({ ...letter, id, text }))
      return bugs.has('mail-once-is-enough') ? sent.catch(() => undefined) : sent
    },
  }))
  const { send } = post as { send: Post['send'] }
  const change = (with_: Post['send']) => Object.assign(post, { send: with_ })
  if (bugs.has('invite-mailed'))
    change((mail) =>
      send(mail.key.startsWith('welcome') ? { ...mail, text: `${mail.text} ${INVITE}` } : mail),
    )
  const set = post.set.bind(post)
  if (bugs.has('address-in-log'))
    post.set = (owner, wish) => {
      if (wish.address !== null) log('info', 'somebody gives an address', { address: wish.address })
      return set(owner, wish)
    }
  if (bugs.has('email-off-not-heard'))
    post.set = async (owner, wish) =>
      wish.address === null && wish.code === null ? 'forgotten' : set(owner, wish)
  return post
}

/** An answer that repeats what it was asked. */
export function plantInAnswers({ bugs }: Universe, { inbox }: Provider): void {
  if (!bugs.has('address-repeated')) return
  const say = inbox.say.bind(inbox)
  inbox.say = (content, recps) => {
    const payload = parsePayload(content)
    if (payload?.kind !== 'answer' || payload.command !== 'email') return say(content, recps)
    const asked = inbox.state.open.get(payload.answers)?.text ?? ''
    return say({ ...content, text: `${(content as { text: string }).text} (${asked})` } as object, recps)
  }
}
