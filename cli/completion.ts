/** What may come next on a command line, from the verbs there are; and the scripts that ask. Pure. */

/** A verb as completion sees it. */
export interface Verb {
  name: string
  does: string
  flags: Flag[]
  /** Names of its arguments, in order. */
  takes: Argument[]
  verbs: Verb[]
}
export interface Flag {
  /** `--engine`; `-f` */
  names: string[]
  does: string
  /** What stands for its value (`folder`, `kind`), or null for a switch. */
  value: string | null
  choices: string[] | null
}
export interface Argument {
  name: string
  choices: string[] | null
  /** The last one, as often as wanted. */
  many: boolean
}

export interface Candidate {
  word: string
  does: string
}
/** What a shell shows: words, or the files that are there. */
export type Completion = { kind: 'words'; words: Candidate[] } | { kind: 'files' } | { kind: 'pubs' }

const NOTHING: Completion = { kind: 'words', words: [] }
/** Values and arguments that are files or folders, by what stands for them in the help. */
const FILES = /^(?:file|folder|path|keyfile)$/
/** Arguments that are pubs: every verb calls its pub `name`. Of those that make one it is new. */
const MAKES_ONE = new Set(['create', 'import'])

/**
 * What may follow `before` (the words after the program's own name) where `current` has been begun.
 * `pubs` stands for the names of the owner's pubs, which only a look elsewhere can tell.
 */
export function complete(root: Verb, before: string[], current: string): Completion {
  let verb = root
  const flags = [...root.flags]
  let taken = 0
  let pending: Flag | null = null
  let flagsOver = false
  for (const word of before) {
    // bash takes `--owner=own` apart into three words.
    if (word === '=' && pending !== null) continue
    if (pending !== null) pending = null
    else if (word === '--') flagsOver = true
    else if (!flagsOver && word.startsWith('-')) {
      const flag = flags.find(({ names }) => names.includes(word.split('=')[0] ?? ''))
      pending = flag?.value != null && !word.includes('=') ? flag : null
    } else {
      const next = taken === 0 ? verb.verbs.find(({ name }) => name === word) : undefined
      if (next === undefined) taken += 1
      else {
        verb = next
        flags.push(...next.flags)
      }
    }
  }
  if (pending !== null) return valuesOf(pending.value ?? '', pending.choices, current === '=' ? '' : current)
  const sign = current.indexOf('=')
  if (!flagsOver && current.startsWith('--') && sign > 0) return behindSign(flags, current, sign)
  if (!flagsOver && current.startsWith('-')) return { kind: 'words', words: flagsFor(flags, before, current) }
  if (taken === 0 && verb.verbs.length > 0)
    return beginning(
      verb.verbs.map(({ name, does }) => ({ word: name, does })),
      current,
    )
  const last = verb.takes.at(-1)
  const argument = verb.takes[taken] ?? (last?.many === true ? last : undefined)
  if (argument === undefined) return NOTHING
  if (argument.name === 'name') return MAKES_ONE.has(verb.name) ? NOTHING : { kind: 'pubs' }
  return valuesOf(argument.name, argument.choices, current)
}

function valuesOf(what: string, choices: string[] | null, current: string): Completion {
  if (choices !== null)
    return beginning(
      choices.map((word) => ({ word, does: '' })),
      current,
    )
  return FILES.test(what) ? { kind: 'files' } : NOTHING
}

/** `--owner=o`: the values of that option, each with the option before it, as the other shells want it. */
function behindSign(flags: Flag[], current: string, sign: number): Completion {
  const name = current.slice(0, sign)
  const flag = flags.find(({ names }) => names.includes(name))
  if (flag?.value == null) return NOTHING
  const found = valuesOf(flag.value, flag.choices, current.slice(sign + 1))
  if (found.kind !== 'words') return found
  return { kind: 'words', words: found.words.map((one) => ({ ...one, word: `${name}=${one.word}` })) }
}

function flagsFor(flags: Flag[], before: string[], current: string): Candidate[] {
  const free = flags.filter(({ names }) => !names.some((name) => before.includes(name)))
  // The long name says what it is; the short one only where it has been begun so.
  return free.flatMap(({ names, does }) => {
    const long = names.filter((name) => name.startsWith('--') && name.startsWith(current))
    return long.map((word) => ({ word, does }))
  })
}

/** Those that begin as the current word does. */
export function beginning(words: Candidate[], current: string): Completion {
  return { kind: 'words', words: words.filter(({ word }) => word.startsWith(current)) }
}

/** A line a word, its meaning behind a tab; `:files` alone where the shell completes files itself. */
export function completionText(completion: Exclude<Completion, { kind: 'pubs' }>): string {
  if (completion.kind === 'files') return ':files\n'
  return completion.words
    .map(({ word, does }) => `${word}\t${does.replace(/[\s:]+/g, ' ').trim()}\n`)
    .join('')
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** How a shell is told of the completion, once; what a person does with it is said in its first lines. */
export const SCRIPTS: Record<Shell, string> = {
  bash: `# Completion of buttcloud for bash. For every new shell:
#   buttcloud completion bash > ~/.local/share/bash-completion/completions/buttcloud
# For this one: source <(buttcloud completion bash)
_buttcloud() {
  local line words=()
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = ':files' ]; then
      compopt -o default 2>/dev/null
      return
    fi
    words+=("\${line%%$'\\t'*}")
  done < <(buttcloud complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  COMPREPLY=("\${words[@]}")
}
complete -F _buttcloud buttcloud
`,
  zsh: `#compdef buttcloud
# Completion of buttcloud for zsh. For every new shell, with a folder of your fpath:
#   buttcloud completion zsh > "\${fpath[1]}/_buttcloud"
# For this one: source <(buttcloud completion zsh)
_buttcloud() {
  local -a lines described
  local line
  lines=("\${(@f)$(buttcloud complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "\${lines[1]}" == ':files' ]]; then
    _files
    return
  fi
  for line in $lines; do
    [[ -n "$line" ]] && described+=("\${line%%$'\\t'*}:\${line#*$'\\t'}")
  done
  (( \${#described} )) && _describe 'buttcloud' described
}
if [ "\${funcstack[1]}" = '_buttcloud' ]; then
  _buttcloud "$@"
else
  compdef _buttcloud buttcloud
fi
`,
  fish: `# Completion of buttcloud for fish. For every new shell:
#   buttcloud completion fish > ~/.config/fish/completions/buttcloud.fish
# For this one: buttcloud completion fish | source
function __buttcloud_complete
  set -l tokens (commandline -opc) (commandline -ct)
  set -l lines (buttcloud complete -- $tokens[2..-1] 2>/dev/null)
  if test "$lines[1]" = ':files'
    __fish_complete_path (commandline -ct)
    return
  end
  printf '%s\\n' $lines
end
complete -c buttcloud -f -a '(__buttcloud_complete)'
`,
}
