/** The process of ssb-viewer: threads, feeds and channels of the pub, for reading. */
import { foldersOf, startWhenTold } from './web-child'

const viewer = require('ssb-viewer')

const FOLDERS = foldersOf('ssb-viewer', ['emoji-named-characters'])

startWhenTold((pub) => viewer.init(pub, { viewer: { base: '/', port: 1, host: 'localhost' } }), FOLDERS)
