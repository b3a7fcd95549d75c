// What no picture may have: a page wider than the screen, words that are cut off, targets too small
// for a finger. Answers a list of complaints.
() => {
  const SMALLEST = 40
  const said = []
  const wide = document.documentElement.scrollWidth - innerWidth
  if (wide > 0) said.push(`wider than the screen by ${wide}px`)
  const isSeen = (one) => {
    const box = one.getBoundingClientRect(), style = getComputedStyle(one)
    return box.width > 1 && box.height > 1 && style.visibility === 'visible' && style.opacity !== '0'
  }
  const where = (one) => {
    const words = one.textContent.trim().replace(/\s+/g, ' ').slice(0, 24)
    const kind = typeof one.className === 'string' ? one.className.split(' ').slice(0, 2).join('.') : ''
    return `${one.localName}.${kind} “${words || one.getAttribute('aria-label') || ''}”`
  }
  const rolls = (one) => /auto|scroll/.test(getComputedStyle(one).overflowX + getComputedStyle(one).overflowY)
  const inside = (one, test) => {
    for (let at = one; at && at !== document.body; at = at.parentElement) if (test(at)) return true
    return false
  }
  const hasWords = (one) => [...one.childNodes].some((part) => part.nodeType === 3 && part.data.trim())
  for (const one of document.body.querySelectorAll('*')) {
    if (['SCRIPT', 'STYLE', 'SVG', 'OPTION'].includes(one.tagName) || !isSeen(one)) continue
    if (hasWords(one)) {
      const style = getComputedStyle(one)
      const isInline = style.display === 'inline'
      const shortens = (at) => getComputedStyle(at).textOverflow === 'ellipsis' || getComputedStyle(at).webkitLineClamp !== 'none'
      const kept = shortens(one) || (isInline && inside(one.parentElement, shortens))
      if (!isInline && !kept && one.scrollWidth > one.clientWidth + 1) said.push(`cut off: ${where(one)}`)
      const box = one.getBoundingClientRect()
      const moves = inside(one, (at) => rolls(at) && at.scrollWidth > at.clientWidth + 1)
      if (!moves && !kept && (box.right > innerWidth + 1 || box.left < -1)) said.push(`beyond the edge: ${where(one)}`)
      for (let at = one.parentElement; at && at !== document.body; at = at.parentElement) {
        const around = getComputedStyle(at)
        if (around.overflowX === 'visible' || kept || moves || shortens(at)) continue
        const frame = at.getBoundingClientRect()
        if (frame.width > 1 && box.right > frame.right + 1) said.push(`cut off by ${at.className}: ${where(one)}`)
        break
      }
    }
    const role = one.getAttribute('role')
    const isTarget = ['button', 'link', 'checkbox', 'radio', 'switch', 'tab'].includes(role) || one.localName.endsWith('-button')
    // A word in the middle of a sentence is as high as the sentence.
    if (isTarget && getComputedStyle(one).display !== 'inline' && !one.closest('[aria-hidden=true]')) {
      const { width, height } = one.getBoundingClientRect()
      if (Math.min(width, height) < SMALLEST) said.push(`small target ${Math.round(width)}x${Math.round(height)}: ${where(one)}`)
    }
  }
  return [...new Set(said)]
}
