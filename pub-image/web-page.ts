/** The small front page of a pub's web pages. No script, no outside resource; readable on a phone and in the dark. */

export interface PageFacts {
  /** What the pub calls itself. */
  name: string
  description: string
  /** host:port */
  address: string
  feed: string
  /** The address for programs, as the QR code holds it. */
  multiserver: string
  /** An SVG drawing of it. */
  qr: string
  /** Whether its invites come from its owners alone. */
  managed: boolean
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #fff; --card: #f4f6f8; --link: #0a58ca }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #9aa4ae; --paper: #15181c; --card: #1f242a; --link: #7fb3ff } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.05rem/1.55 system-ui, sans-serif }
main { max-width: 40rem; margin: 0 auto; padding: 2rem 1.2rem 3rem }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; overflow-wrap: anywhere }
h2 { font-size: 1.1rem; margin: 2rem 0 .4rem }
p { margin: .4rem 0 }
.lead { color: var(--soft); overflow-wrap: anywhere }
a { color: var(--link) }
code { background: var(--card); border-radius: .3rem; padding: .1rem .35rem; overflow-wrap: anywhere; font-size: .92em }
.address { display: flex; flex-wrap: wrap; gap: 1.2rem; align-items: center; background: var(--card); border-radius: .6rem; padding: 1rem }
.address svg { width: 9rem; height: 9rem; background: #fff; border-radius: .4rem; flex: none }
.address div { flex: 1 1 14rem; min-width: 0 }
ul { padding-left: 1.2rem }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .9rem }
`

/** The page as HTML. Everything a pub says of itself is escaped. */
export function frontPage(facts: PageFacts): string {
  const { name, description, address, feed, multiserver, qr, managed } = facts
  const policy = managed
    ? 'Invites to this pub come from its owners. If you know one of them, ask for an invite; it lets you in once it is pasted into <b>Join Server</b> (Patchwork) or <b>Paste invite</b> (Manyverse).'
    : 'Invites to this pub come from the person who runs it.'
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(name)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(name)}</h1>
<p class="lead">${escaped(description)}</p>
<h2>What this is</h2>
<p>A pub of the <a href="https://scuttlebutt.nz" rel="noreferrer">Scuttlebutt</a> network: an always-on place through which
its members find each other and get each other's news.</p>
<h2>How to join</h2>
<p>${policy}</p>
<h2>Its address</h2>
<div class="address">
${qr}
<div>
<p>Reachable at <code>${escaped(address)}</code></p>
<p>Its feed is <code>${escaped(feed)}</code></p>
<p>For programs, and in the picture: <code>${escaped(multiserver)}</code></p>
</div>
</div>
<h2>What can be read here</h2>
<ul>
<li><a href="/view/${encodeURIComponent(feed)}">What the pub itself says</a>, and from there the public threads that it holds</li>
<li><a href="/git/">Git repositories</a> of its members</li>
</ul>
<footer>Only what people said in public is shown. Served by ssb-viewer and git-ssb-web; run with ButtCloud.</footer>
</main>
</body>
</html>
`
}

/** A short page for an error, in the same clothes. */
export function errorPage(status: number, why: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${status}</title>
<style>${STYLE}</style>
</head>
<body><main><h1>${status}</h1><p>${escaped(why)}</p><p><a href="/">To the first page</a></p></main></body>
</html>
`
}
