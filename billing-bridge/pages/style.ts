/** The one style sheet. Phone first, light and dark; colours have a contrast of 4.5 to 1 and more, both ways. */

export const STYLE = `:root {
  color-scheme: light dark;
  --ink: #1c2226; --soft: #55606a; --paper: #fbfaf7; --card: #fff; --line: #d9d6cd; --link: #0b5a52;
  --mark: #0b5a52; --mark-ink: #fff; --mine: #dcefe9; --good: #17653a; --warn-back: #fff3d6; --warn-ink: #6b4300; --warn-line: #d9a530;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e8e6e1; --soft: #a7b0b6; --paper: #14181a; --card: #1d2326; --line: #38424a; --link: #7fd6c6;
    --mark: #7fd6c6; --mark-ink: #0d2420; --mine: #1f3b37; --good: #86d7a4; --warn-back: #3a2c0d; --warn-ink: #ffdf9c; --warn-line: #8a6a1f;
  }
}
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif }
h1, h2, h3 { line-height: 1.25; overflow-wrap: anywhere }
h1 { font-size: clamp(1.8rem, 6vw, 2.6rem); margin: 0 0 .4rem; letter-spacing: -.01em }
h2 { font-size: 1.4rem; margin: 2.6rem 0 .8rem }
h3 { font-size: 1.1rem; margin: 1.4rem 0 .4rem }
p, ul, ol, dl { margin: .6rem 0 }
ul, ol { padding-left: 1.4rem }
li { margin: .3rem 0 }
a { color: var(--link); text-underline-offset: .15em }
a:hover { text-decoration-thickness: .15em }
:focus-visible { outline: 3px solid var(--link); outline-offset: 3px; border-radius: .25rem }
button { font: inherit; font-weight: 700; min-height: 3rem; padding: .6rem 1.4rem; border: 0; border-radius: .6rem; background: var(--mark); color: var(--mark-ink); cursor: pointer; margin: .4rem 0 }
button:hover { text-decoration: underline; text-underline-offset: .2em }
code { font: .92em ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; background: var(--mine); border-radius: .3rem; padding: .1em .35em; overflow-wrap: anywhere }
.skip { position: absolute; left: .5rem; top: -4rem; background: var(--mark); color: var(--mark-ink); padding: .6rem 1rem; border-radius: .4rem; z-index: 1 }
.skip:focus { top: .5rem }
header, main, footer { max-width: 46rem; margin: 0 auto; padding: 0 1.1rem }
header { padding-top: 1rem; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; align-items: center; justify-content: space-between }
header .home { font-weight: 700; color: var(--ink); text-decoration: none; display: flex; gap: .55rem; align-items: center; min-height: 2.75rem; overflow-wrap: anywhere }
header .home img { width: 1.7rem; height: 1.7rem; flex: none }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.1rem; list-style: none; margin: 0; padding: 0 }
nav li { margin: 0 }
nav a { display: inline-flex; align-items: center; min-height: 2.75rem }
nav [aria-current] { font-weight: 700; color: var(--ink); text-decoration: none }
main { padding-top: 1.4rem; padding-bottom: 2.5rem }
footer { border-top: 1px solid var(--line); padding-top: 1rem; padding-bottom: 2rem; color: var(--soft); font-size: .94rem }
.lead { font-size: 1.2rem; color: var(--soft); margin: 0 0 1.2rem; overflow-wrap: anywhere }
.soft { color: var(--soft) }
.state { display: inline-flex; gap: .55rem; align-items: baseline; border: 1px solid var(--line); background: var(--card); border-radius: 1.2rem; padding: .3rem .95rem; margin: 0 }
.state::before { content: ""; width: .65rem; height: .65rem; border-radius: 50%; flex: none; background: var(--good) }
.state.half::before { background: var(--warn-line); border-radius: 0 }
.notice { border: 1px solid var(--line); border-left: .35rem solid var(--mark); background: var(--card); border-radius: .4rem; padding: .8rem 1rem; margin: 1rem 0 }
.notice.warn { background: var(--warn-back); color: var(--warn-ink); border-color: var(--warn-line) }
.plans { list-style: none; padding: 0; display: grid; gap: .9rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)) }
.plans > li { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: 1.1rem; margin: 0; display: flex; flex-direction: column }
.plans h3 { margin: 0; overflow-wrap: anywhere }
.price { font-size: 1.5rem; font-weight: 700; margin: .1rem 0 .5rem; line-height: 1.3 }
.price small { font-size: 1rem; font-weight: 400; color: var(--soft) }
.plans .words { margin: 0 0 .8rem; overflow-wrap: anywhere; flex: 1 }
.plans dl { margin: 0; display: grid; grid-template-columns: 1fr auto; gap: .15rem .8rem; font-size: .96rem; border-top: 1px solid var(--line); padding-top: .7rem }
.plans dt { color: var(--soft) }
.plans dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums }
.steps { list-style: none; padding: 0; counter-reset: step }
.steps > li { counter-increment: step; position: relative; padding: 0 0 1.6rem 3.1rem; margin: 0 }
.steps > li::before { content: counter(step); position: absolute; left: 0; top: 0; width: 2.1rem; height: 2.1rem; border-radius: 50%; background: var(--mark); color: var(--mark-ink); font-weight: 700; display: grid; place-items: center }
.steps > li:not(:last-child)::after { content: ""; position: absolute; left: 1rem; top: 2.5rem; bottom: .4rem; border-left: 2px solid var(--line) }
.steps > li:last-child { padding-bottom: .4rem }
.steps h3 { margin: 0; padding-top: .25rem }
.invite { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: 1rem; margin: .8rem 0; display: flex; flex-wrap: wrap; gap: 1rem 1.2rem; align-items: flex-start }
.invite figure { margin: 0 auto; flex: none; text-align: center }
.invite svg { width: 11rem; height: 11rem; background: #fff; border-radius: .5rem; display: block }
.invite figcaption { font-size: .9rem; color: var(--soft); margin-top: .3rem }
.invite > div { flex: 1 1 15rem; min-width: 0 }
.invite label { font-weight: 700; display: block }
.copy { position: relative; margin: .35rem 0 .5rem }
.code, .keys { display: block; width: 100%; border: 1px solid var(--soft); border-radius: .4rem; background: var(--paper); color: var(--ink); padding: .6rem .7rem; font: .9rem/1.45 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace }
.code { overflow-wrap: anywhere; user-select: all; -webkit-user-select: all; cursor: pointer }
.keys { position: absolute; inset: 0; height: 100%; opacity: 0; pointer-events: none }
.keys:focus { opacity: 1 }
kbd { font: .9em ui-monospace, "DejaVu Sans Mono", monospace; border: 1px solid var(--line); border-radius: .25rem; padding: 0 .3em; white-space: nowrap }
.talk { list-style: none; padding: 0; margin: .8rem 0; display: grid; gap: .5rem }
.talk li { max-width: 88%; border: 1px solid var(--line); border-radius: .9rem; padding: .45rem .85rem; margin: 0; background: var(--card); justify-self: start; border-bottom-left-radius: .2rem; overflow-wrap: anywhere }
.talk .me { background: var(--mine); justify-self: end; border-bottom-left-radius: .9rem; border-bottom-right-radius: .2rem }
.talk .me code { background: none; padding: 0 }
.talk .who { display: block; font-size: .82rem; color: var(--soft); line-height: 1.3 }
.facts { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); margin: .8rem 0 }
.facts div { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: .7rem 1rem }
.facts dt { color: var(--soft); font-size: .94rem }
.facts dd { margin: 0; font-size: 1.25rem; font-weight: 700 }
.feed { font-size: .9rem; overflow-wrap: anywhere }
article h1 { font-size: clamp(1.6rem, 5.5vw, 2.1rem) }
article h2 { font-size: 1.25rem; margin: 2rem 0 .5rem }
@media print { header nav, .skip { display: none } body { background: #fff; color: #000 } }
`

/** A little house with a light in it: always on. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b5a52"/><path d="M6 16 16 7l10 9v10H6z" fill="#fbfaf7"/><rect x="13" y="16" width="6" height="10" fill="#e7a92a"/></svg>
`
