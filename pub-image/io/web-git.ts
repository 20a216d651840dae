/** The process of git-ssb-web: the git repositories that members keep in their feeds, for reading. */
import { foldersOf, startWhenTold } from './web-child'

const git = require('git-ssb-web')

const FOLDERS = foldersOf('git-ssb-web', ['highlight.js', 'emoji-named-characters'])

startWhenTold(
  (pub) =>
    git.init(pub, {
      public: true,
      listenAddr: 'localhost:1',
      logging: { level: 'error' },
      'git-ssb-web': { computeIssueCounts: false },
    }),
  FOLDERS,
)
