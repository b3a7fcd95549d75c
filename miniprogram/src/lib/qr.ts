import qrcode from 'qrcode-generator'

/** A QR code as a picture (data URI) with the quiet zone that scanners want. */
export function qrPicture(text: string): string {
  const code = qrcode(0, 'M')
  code.addData(text)
  code.make()
  return code.createDataURL(8, 32)
}
