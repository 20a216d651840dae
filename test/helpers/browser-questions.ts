/** What is asked inside the browser, as text: it runs there, where none of our types and modules are. */

/** Elements that reach beyond the right edge of the screen. */
export const TOO_WIDE = `(() => {
  const width = document.documentElement.clientWidth
  return [...document.querySelectorAll('body *')]
    .filter((one) => !one.closest('svg') && one.getBoundingClientRect().right > width + 1)
    .map((one) => one.tagName.toLowerCase() + '.' + one.className + ' ' + Math.round(one.getBoundingClientRect().right))
})()`

/** Texts with too little contrast to what is behind them (WCAG 2, AA). */
export const CONTRAST = `(() => {
  const numbers = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number)
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((one) => {
      const part = one / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor)
      if (colour.length === 3 || colour[3] === 1) return colour
    }
    return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255]
  }
  const found = []
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join('')
    if (own === '' || element.closest('svg')) continue
    const style = getComputedStyle(element)
    const [one, other] = [light(numbers(style.color)), light(behind(element))].sort((a, b) => b - a)
    const ratio = (one + 0.05) / (other + 0.05)
    const size = parseFloat(style.fontSize)
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
    if (ratio < (large ? 3 : 4.5)) found.push(ratio.toFixed(2) + ' ' + own.slice(0, 40))
  }
  return found
})()`

/** What has the focus, by its name, and whether one can see that. */
export const FOCUSED = `(() => {
  const element = document.activeElement
  const style = getComputedStyle(element)
  const box = element.getBoundingClientRect()
  const label = element.labels && element.labels[0]
  const what = element.tagName.toLowerCase()
  const name = ((label || element).textContent || '').trim()
  return {
    what: what === 'body' ? what : (what + ' ' + name).trim(),
    visible: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 &&
      Number(style.opacity) === 1 && box.width > 0 && box.bottom > 0 && box.right > 0,
  }
})()`
