/** Every command in words, in the order and the groups in which `help` shows them. Data for protocol/help.ts. */
import { DESCRIPTION_CHARS_MAX, INVITE_USES_MAX, NAME_CHARS_MAX, TITLE_CHARS_MAX } from './limits'

export interface Entry {
  usage: string
  does: string
  details: string[]
  /** Each can be sent as it stands, and is understood. */
  examples: string[]
}

/** An id in examples: it has the right shape and belongs to nobody. */
const SOMEBODY = '@AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=.ed25519'
const HOW_TO_NAME_SOMEBODY =
  'For @SOMEBODY type @ and pick the person from the list that your client shows, or paste their id.'

const PUBS: Record<string, Entry> = {
  create: {
    usage: 'create NAME [PLAN]',
    does: 'makes a pub of your own and sends you an invite to it',
    details: [
      `A name has 1 to ${NAME_CHARS_MAX} characters: the letters a to z, digits and hyphens.`,
      'It takes a few seconds. Your own invite comes in the answer.',
      'Where it costs something, the answer is first a link to pay by (`plans` says what it costs); anybody may pay.',
      'Without a plan it gets the first one; `plans` lists them.',
    ],
    examples: ['create alice', 'create alice plan personal', 'please could I have a pub called alice?'],
  },
  list: { usage: 'list', does: 'shows your pubs', details: [], examples: ['list', 'which pubs do I have?'] },
  status: {
    usage: 'status NAME',
    does: 'says how a pub is doing and where it is, with a chart of its last day',
    details: ['With one pub, its name can be left out, here and nearly everywhere.'],
    examples: ['status alice', 'how is alice doing?'],
  },
  log: {
    usage: 'log NAME',
    does: 'lists what went wrong with it lately',
    details: ['The last 20 times that it was down for longer, ran out of memory or had to be mended.'],
    examples: ['log alice', 'what happened to alice?'],
  },
  address: {
    usage: 'address NAME',
    does: 'says how to reach it, and what you may call yourself',
    details: ['Your own ssb-client, with your own key, reaches your pub; the answer says how.'],
    examples: ['address alice', 'how do I connect to alice?'],
  },
}

const RUNNING: Record<string, Entry> = {
  start: {
    usage: 'start NAME',
    does: 'switches a stopped pub on',
    details: ['The answer comes when it is up.'],
    examples: ['start alice', 'bring alice back up'],
  },
  stop: {
    usage: 'stop NAME',
    does: 'switches a pub off until you start it again',
    details: [
      'Nobody reaches it meanwhile. Its data, its address and its invites are kept.',
      'For one whose name reads like something that somebody does: `stop pub singing`.',
    ],
    examples: ['stop alice', 'please turn alice off for a while'],
  },
  restart: {
    usage: 'restart NAME',
    does: 'starts a pub anew, as after a hiccup',
    details: ['It is away for a moment. Its identity, its data and its invites stay what they are.'],
    examples: ['restart alice', 'please reboot my pub'],
  },
  upgrade: {
    usage: 'upgrade NAME [VERSION]',
    does: "brings it to the provider's present version",
    details: [
      'Or to VERSION, where you name one. Its data stays. When it does not get healthy in time it goes back to the version that it had, and the answer says why.',
    ],
    examples: ['upgrade alice', 'upgrade alice to 0.1.0'],
  },
  rebuild: {
    usage: 'rebuild NAME',
    does: 'makes its container anew, when a restart did not help',
    details: ['What can be worked out from its messages is worked out again. Identity and messages stay.'],
    examples: ['rebuild alice'],
  },
}

const INVITES: Record<string, Entry> = {
  invite: {
    usage: 'invite NAME [USES] [note TEXT]',
    does: 'makes an invite that you can pass on',
    details: [
      `USES says how many people it lets in: 1 unless you say more, at most ${INVITE_USES_MAX}.`,
      'Whoever has the invite can use it, so send it only to those whom it is for.',
      'The note is for the owners: `invites` shows it, and nobody else gets to see it.',
    ],
    examples: [
      'invite alice',
      'invite alice 5',
      'invite for alice, 5 people',
      'invite alice 5 note for the garden club',
    ],
  },
  invites: {
    usage: 'invites NAME',
    does: 'lists its invites, used (by whom, when) and unused',
    details: [],
    examples: ['invites alice', 'show me the invites of alice'],
  },
  uninvite: {
    usage: 'uninvite NAME ID',
    does: 'takes an invite back',
    details: ['`invites NAME` shows the ID of each. Who has used it already stays a member.'],
    examples: ['uninvite alice k3m7'],
  },
}

const PUBLIC: Record<string, Entry> = {
  name: {
    usage: 'name NAME as TEXT',
    does: 'sets what a pub calls itself in public',
    details: [
      `TEXT is one line of at most ${TITLE_CHARS_MAX} characters. In messages to me the pub keeps its first name.`,
    ],
    examples: ["name alice as Alice's Garden", 'call alice "The Shed"'],
  },
  describe: {
    usage: 'describe NAME as TEXT',
    does: 'sets how a pub describes itself in public',
    details: [`TEXT is one line of at most ${DESCRIPTION_CHARS_MAX} characters.`],
    examples: ['describe alice as A quiet place for gardeners'],
  },
  follow: {
    usage: 'follow NAME @SOMEBODY',
    does: 'the pub follows somebody, in public, and passes their messages on',
    details: [HOW_TO_NAME_SOMEBODY, '`unfollow` takes it back.'],
    examples: [`follow alice ${SOMEBODY}`],
  },
  unfollow: {
    usage: 'unfollow NAME @SOMEBODY',
    does: 'takes that back',
    details: [HOW_TO_NAME_SOMEBODY],
    examples: [`unfollow alice ${SOMEBODY}`],
  },
  block: {
    usage: 'block NAME @SOMEBODY',
    does: 'the pub has nothing more to do with somebody; everybody can see that',
    details: [HOW_TO_NAME_SOMEBODY, '`unblock` takes it back.'],
    examples: [`block alice ${SOMEBODY}`],
  },
  unblock: {
    usage: 'unblock NAME @SOMEBODY',
    does: 'takes that back',
    details: [HOW_TO_NAME_SOMEBODY],
    examples: [`unblock alice ${SOMEBODY}`],
  },
  web: {
    usage: 'web NAME on|off',
    does: 'switches its web pages on or off',
    details: [
      'Anybody can read there what your pub holds in public. They are off unless you switch them on.',
      'That starts the pub anew, which takes a moment. `web NAME` says whether they are on, and where.',
    ],
    examples: ['web alice on', 'web alice off', "turn alice's website off"],
  },
  domain: {
    usage: 'domain NAME DOMAIN|off',
    does: 'has it reached by a domain of yours',
    details: [
      'The answer says what to enter where you manage that domain. You are told when it leads to your pub, with your invites under the new address.',
      'The address that it had goes on working. `domain NAME` says how it is.',
    ],
    examples: ['domain alice social.example.net', 'domain alice', 'domain alice off'],
  },
}

const OWNING: Record<string, Entry> = {
  owners: {
    usage: 'owners NAME [add|remove @SOMEBODY]',
    does: 'shows or changes who may command it',
    details: [
      'All owners may do everything. To delete a shared pub, or to take its secret, a second one has to say `yes`.',
      'At most 6 people own one pub, and the last one stays.',
      HOW_TO_NAME_SOMEBODY,
    ],
    examples: ['owners alice', `owners alice add ${SOMEBODY}`, `owners alice remove ${SOMEBODY}`],
  },
  export: {
    usage: 'export NAME gossip|log|blobs|all|secret',
    does: 'gives you what your pub has',
    details: [
      'By message, encrypted for its owners alone: `gossip` (the addresses that it knows) and `secret` (its key).',
      'At a terminal, with `buttcloud export`: `log` (its messages), `blobs` (its pictures and files) and `all`, its key included.',
      'Also of a pub that is stopped, suspended or deleted, until the date that you were told.',
      'Whoever has the secret is the pub. Two that run with one secret break its feed for ever, so stop the one here before you start another.',
    ],
    examples: ['export alice gossip', 'export alice secret'],
  },
  import: {
    usage: 'import NAME',
    does: 'brings a pub that ran elsewhere',
    details: [
      'From a terminal only: `buttcloud import FILE` takes what `export NAME all` gave, or the folder of an ssb-server, uploads it and then sends this. The old one must be off for good.',
    ],
    examples: ['import alice'],
  },
  run: {
    usage: 'run NAME METHOD [ARGS]',
    does: 'asks its ssb-server something',
    details: ['For those who know ssb-server. What it can be asked is in the answer to a wrong METHOD.'],
    examples: ['run alice whoami', `run alice latestSequence ${SOMEBODY}`],
  },
  delete: {
    usage: 'delete NAME',
    does: 'ends a pub, after asking you once',
    details: [
      'The exact name is needed. You are asked first; `yes` as a reply to the question does it, `no` leaves it.',
    ],
    examples: ['delete alice'],
  },
}

const PAYING: Record<string, Entry> = {
  pay: {
    usage: 'pay NAME',
    does: 'gives you a link to pay for a pub',
    details: [
      'Anybody may pay by it, so you can pass it on. It runs out after a while; then this makes a new one.',
      'Also for a pub that was not made because nobody paid for it in time.',
    ],
    examples: ['pay alice', 'a new payment link for alice, please'],
  },
  billing: {
    usage: 'billing NAME',
    does: 'has the page for cards, receipts and cancelling mailed to whoever pays',
    details: ['The link is for them alone: it goes by mail, and stands in no message.'],
    examples: ['billing alice', "alice's invoices"],
  },
  cancel: {
    usage: 'cancel NAME',
    does: 'ends its subscription with what is paid',
    details: [
      'The pub runs on until then; the answer says when that is. Whoever pays can take it back: `billing NAME`.',
      '`delete NAME` ends the pub and its subscription at once.',
    ],
    examples: ['cancel alice', "cancel alice's subscription"],
  },
}

const HERE: Record<string, Entry> = {
  plans: {
    usage: 'plans',
    does: 'what there is, and what it costs',
    details: [],
    examples: ['plans', 'what does it cost?'],
  },
  plan: {
    usage: 'plan NAME [PLAN]',
    does: 'which plan a pub has; with PLAN it gets that one',
    details: [
      'What it may use changes at once; it is started anew for that, which takes a moment, and keeps its data.',
      'A plan with less disk is only for a pub that holds less than that.',
    ],
    examples: ['plan alice', 'plan alice community', 'move alice to the tiny plan'],
  },
  email: {
    usage: 'email ADDRESS|CODE|off',
    does: 'where mail about your pubs goes, or that none does',
    details: [
      'A code is sent to the address; writing it to me confirms that the address is yours. I keep it on no feed and say it again nowhere.',
      'Your message with it stays, encrypted, on your own feed. `buttcloud email ADDRESS` hands it over without a message.',
      'Not every provider sends mail; the answer says whether this one does.',
    ],
    examples: ['email alice@example.org', 'email 123456', 'email off'],
  },
  help: {
    usage: 'help [COMMAND]',
    does: 'shows this, or more about one command',
    details: [],
    examples: ['help', 'help invite'],
  },
}

export const GROUPS: [title: string, entries: Record<string, Entry>][] = [
  ['Your pubs', PUBS],
  ['Keeping them running', RUNNING],
  ['Letting people in', INVITES],
  ['What others see', PUBLIC],
  ['What is yours', OWNING],
  ['Paying', PAYING],
  ['Between you and me', HERE],
]
