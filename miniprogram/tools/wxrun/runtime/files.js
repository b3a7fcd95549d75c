// Temporary files: what was chosen, downloaded or drawn, under names as WeChat gives them.

const PREFIX = 'wxfile://tmp_'

export class Files {
  constructor() {
    this.kept = new Map()
    this.number = 0
  }

  keep(blob, ending = endingOf(blob.type)) {
    this.number += 1
    const name = `${PREFIX}${String(this.number).padStart(6, '0')}${ending}`
    this.kept.set(name, { blob, url: URL.createObjectURL(blob) })
    return name
  }

  /** What an <img> can show for this name or address. */
  shown(source) {
    const kept = this.kept.get(source)
    if (kept) return kept.url
    return /^(https?:|data:|blob:|\/)/.test(source) ? source : `/${source.replace(/^\.?\//, '')}`
  }

  /** The bytes; raises when there is no such file. */
  async bytes(source) {
    const kept = this.kept.get(source)
    if (kept) return kept.blob
    const answer = await fetch(this.shown(source))
    if (!answer.ok) throw new Error(`no such file ${source}`)
    return answer.blob()
  }

  async asDataUrl(source) {
    const blob = await this.bytes(source)
    return new Promise((resolve, reject) => {
      const reader = new FileReader()
      reader.onload = () => resolve(reader.result)
      reader.onerror = () => reject(reader.error)
      reader.readAsDataURL(blob)
    })
  }
}

const ENDINGS = { 'image/png': '.png', 'image/jpeg': '.jpg', 'image/gif': '.gif', 'image/webp': '.webp', 'application/pdf': '.pdf' }
const endingOf = (type) => ENDINGS[type] ?? ''
