/** SVG to PNG, the same everywhere: with a font that we bring, for a server has none. */
import { dirname, join } from 'node:path'

/** Twice as many points as it is wide, so that it is sharp on every screen. */
const SCALE = 2

/**
 * Draws off the main thread. Rejects where the renderer can't be loaded: it comes prebuilt for the usual systems, and
 * on others an answer has no picture.
 */
export async function pngOf(svg: string, width: number): Promise<Uint8Array> {
  const { renderAsync } = await import('@resvg/resvg-js')
  const folder = dirname(require.resolve('dejavu-fonts-ttf/package.json'))
  const image = await renderAsync(svg, {
    fitTo: { mode: 'width', value: width * SCALE },
    font: {
      loadSystemFonts: false,
      fontFiles: [join(folder, 'ttf', 'DejaVuSans.ttf')],
      defaultFontFamily: 'DejaVu Sans',
    },
  })
  return image.asPng()
}
