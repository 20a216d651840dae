/** Draws the picture of a `status`, the same everywhere, and puts it where its readers fetch it from. */
import { dirname, join } from 'node:path'
import type { PubId } from '../../protocol/ids'
import { CHART_FONT, CHART_WIDTH, type ChartFacts, chartSvg } from '../chart'
import type { Picture } from '../decide-status'
import { statusWords } from '../words-status'
import type { PrivateBlobs } from './private-blobs'

/** Twice as many points as it is wide, so that it is sharp on every screen. */
const SCALE = 2

/** Of this pub. */
export type Painter = (pub: PubId, facts: ChartFacts) => Promise<Picture | null>

/** Gives null, and says why once, where no picture can be drawn or kept: an answer does without. */
export function createPainter(
  blobs: PrivateBlobs,
  warn: (fact: string, details: Record<string, unknown>) => void,
): Painter {
  let told = false
  return async (pub, facts) => {
    try {
      const bytes = await pngOf(chartSvg(facts))
      const blob = await blobs.put(bytes, { pub })
      const name = statusWords.pictureName(facts.name)
      const { link, unbox } = blob
      const mention = { link, name, type: 'image/png', size: bytes.length, query: { unbox } }
      return { markdown: blob.markdownImage(name), mention }
    } catch (error) {
      if (!told) warn('no picture for a status; the answers go without', { reason: String(error) })
      told = true
      return null
    }
  }
}

/** Off the main thread, with a font that we bring: a server may have none, and then there would be no words. */
export async function pngOf(svg: string): Promise<Uint8Array> {
  // Loaded when first needed: where it has no prebuilt part for this machine, all else goes on.
  const { renderAsync } = await import('@resvg/resvg-js')
  const fonts = dirname(require.resolve('dejavu-fonts-ttf/package.json'))
  const image = await renderAsync(svg, {
    fitTo: { mode: 'width', value: CHART_WIDTH * SCALE },
    font: {
      loadSystemFonts: false,
      fontFiles: [join(fonts, 'ttf', 'DejaVuSans.ttf')],
      defaultFontFamily: CHART_FONT,
    },
  })
  return image.asPng()
}
