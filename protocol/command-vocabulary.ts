/** The commands' own words, other words for them, and slips of the finger. Data for protocol/command-words.ts. */

/** Commands of this version. */
export const COMMANDS = [
  'help',
  'create',
  'list',
  'status',
  'invite',
  'start',
  'stop',
  'restart',
  'delete',
  // These are read by forms (protocol/command-forms.ts) and lines (protocol/command-run.ts).
  'invites',
  'uninvite',
  'upgrade',
  'rebuild',
  'export',
  'import',
  'follow',
  'unfollow',
  'block',
  'unblock',
  'run',
  'owners',
  'address',
  'log',
  'web',
  'domain',
  'plans',
  'plan',
  'email',
  'pay',
  'billing',
  'cancel',
] as const
export type CommandWord = (typeof COMMANDS)[number]

/** Commands of later versions: known, so that the answer can say so. */
export const LATER: ReadonlySet<string> = new Set()

/** Other words for them. */
export const SAME_AS: Record<string, CommandWord> = {
  '?': 'help',
  '??': 'help',
  commands: 'help',
  instructions: 'help',
  manual: 'help',
  usage: 'help',
  hilfe: 'help',
  pubs: 'list',
  ls: 'list',
  state: 'status',
  invitation: 'invite',
  remove: 'delete',
  halt: 'stop',
  pause: 'stop',
  shutdown: 'stop',
  resume: 'start',
  unpause: 'start',
  reboot: 'restart',
  relaunch: 'restart',
  invitations: 'invites',
  revoke: 'uninvite',
  update: 'upgrade',
  owner: 'owners',
  logs: 'log',
  website: 'web',
  domains: 'domain',
  prices: 'plans',
  pricing: 'plans',
  'e-mail': 'email',
  mail: 'email',
  portal: 'billing',
  payment: 'pay',
}
/**
 * Slips of the finger that are read. Spelled out: `post`, `spot`, `star` and `smart` are one step from `stop` and
 * `start` too.
 */
export const SLIPS: Record<string, CommandWord> = {
  ...sameAs('stop', 'stp sotp stpo tsop stopp sstop'),
  ...sameAs('start', 'strt sart statr satrt tsart strat startt sstart srtart stsrt'),
  ...sameAs('invites', 'invits invtes inivtes invties invietes invitse'),
  ...sameAs('uninvite', 'uninvit univite uninivte uninvte uninviet un-invite'),
  ...sameAs(
    'upgrade',
    'upgarde upgrad upgrde ugrade upgraed upgade uprgade upgrage upgrate updgrade uppgrade up-grade',
  ),
  ...sameAs('rebuild', 'rebiuld rebuid rebuld rebild rebulid reubild rebuilt rebuid re-build'),
  ...sameAs('export', 'exprot exort exporte epxort expport exprt'),
  ...sameAs('import', 'improt imprt ipmort importe'),
  ...sameAs('follow', 'folow follw folllow folow follwo flolow fallow'),
  ...sameAs('unfollow', 'unfolow unfollw unfolllow unfollwo un-follow'),
  ...sameAs('owners', 'onwers owenrs ownrs ownes owners oweners'),
  ...sameAs('address', 'adress addres addess adresse addrss'),
  ...sameAs('domain', 'domian doamin domin domaine dommain'),
  ...sameAs('plans', 'plasn palns plnas planss'),
  ...sameAs('email', 'emial eamil emal emai'),
}

function sameAs(command: CommandWord, slips: string): Record<string, CommandWord> {
  return Object.fromEntries(slips.split(' ').map((slip) => [slip, command]))
}
