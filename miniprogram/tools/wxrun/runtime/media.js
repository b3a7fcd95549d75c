// Pictures that the person chooses: from a file of this machine, or the picture of his account.

import { make } from './elements/base.js'

const FACE_PIXELS = 132
const COLOURS = ['#e8a25c', '#6a9fd8', '#d77d8f', '#7cb587', '#9b86cf', '#5fb3b3', '#c9965f', '#8a9bb5']

export class Media {
  constructor({ files, sheets, person }) {
    this.files = files
    this.sheets = sheets
    this.person = person
  }

  /** {avatarUrl}; raises where the person goes back. */
  async chooseAvatar() {
    const choice = await this.sheets.actions({ itemList: ['用微信头像', '从相册选择'] })
    if (choice === null) throw { errMsg: 'chooseAvatar:fail cancel' }
    if (choice === 0) return { avatarUrl: this.files.keep(await this.face()) }
    const [file] = await this.pick({ count: 1, api: 'chooseAvatar' })
    return { avatarUrl: this.files.keep(file) }
  }

  /** Files of this machine; raises where the person goes back. */
  pick({ count, api, accept = 'image/*' }) {
    return new Promise((resolve, reject) => {
      const input = make('input', { type: 'file', accept, multiple: count > 1, hidden: true, onchange: () => { input.remove(); resolve([...input.files].slice(0, count)) } })
      input.addEventListener('cancel', () => { input.remove(); reject({ errMsg: `${api}:fail cancel` }) })
      document.body.append(input)
      input.click()
    })
  }

  async describe(file) {
    const picture = await createImageBitmap(file)
    const { width, height } = picture
    picture.close()
    return { width, height, size: file.size, type: file.type.split('/')[1], path: this.files.keep(file) }
  }

  face() {
    const canvas = make('canvas', { width: String(FACE_PIXELS), height: String(FACE_PIXELS) })
    const pen = canvas.getContext('2d')
    const sum = [...this.person].reduce((total, letter) => total * 31 + letter.codePointAt(0), 7) >>> 0
    pen.fillStyle = COLOURS[sum % COLOURS.length]
    pen.fillRect(0, 0, FACE_PIXELS, FACE_PIXELS)
    pen.fillStyle = '#fff'
    pen.font = `${FACE_PIXELS / 2}px "Noto Sans CJK SC", sans-serif`
    pen.textAlign = 'center'
    pen.textBaseline = 'middle'
    pen.fillText([...this.person].at(-1) ?? '?', FACE_PIXELS / 2, FACE_PIXELS / 2)
    return new Promise((resolve) => { canvas.toBlob(resolve, 'image/png') })
  }
}
