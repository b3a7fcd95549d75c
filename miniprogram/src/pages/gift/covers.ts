import type { Schema } from '@/api'

export type CoverName = NonNullable<Schema<'GiveGift'>['cover']>

export interface Cover {
  name: CoverName
  words: string
  ground: string
  wishes: string[]
}

export const COVERS: Cover[] = [
  { name: 'plain', words: '一份心意', ground: 'linear-gradient(135deg,#b3261e,#7d1410)', wishes: ['给你的一点小惊喜', '好东西，想和你分享'] },
  { name: 'birthday', words: '生日快乐', ground: 'linear-gradient(135deg,#d9577b,#8a2f63)', wishes: ['生日快乐，天天开心', '愿新的一岁都是好事'] },
  { name: 'thanks', words: '谢谢你', ground: 'linear-gradient(135deg,#2c8a62,#0e4a35)', wishes: ['谢谢你一直以来的帮忙', '有你真好，谢谢'] },
  { name: 'festival', words: '节日快乐', ground: 'linear-gradient(135deg,#c8371f,#7c1409)', wishes: ['节日快乐，阖家安康', '过节啦，好好吃一顿'] },
  { name: 'love', words: '爱你', ground: 'linear-gradient(135deg,#c64a7a,#6d2a86)', wishes: ['和你在一起的每一天都很好', '今天也很想你'] },
  { name: 'cheer', words: '加油', ground: 'linear-gradient(135deg,#d98324,#9a4a08)', wishes: ['辛苦了，歇一歇再出发', '你已经很棒了，加油'] },
]

/** What a gift is wrapped in; without a choice the plain one. */
export const coverOf = (name: string | null | undefined): Cover => COVERS.find((cover) => cover.name === name) ?? COVERS[0]

const HEART = 'M120 178c-60-38-78-66-78-92 0-40 54-52 78-14 24-38 78-26 78 14 0 26-18 54-78 92z'

// Drawn here, 240 × 240, in cream, gold and blush on the cover's own ground.
const DRAWINGS: Record<CoverName, string> = {
  plain:
    '<rect x="56" y="104" width="128" height="92" rx="10" fill="#fff4e0"/><rect x="46" y="78" width="148" height="38" rx="10" fill="#ffe2b0"/>' +
    '<rect x="108" y="78" width="24" height="118" fill="#d9a441"/><path d="M120 76C76 20 32 44 62 68c16 12 42 12 58 8zm0 0c44-56 88-32 58-8-16 12-42 12-58 8z" fill="#f3c76a" stroke="#d9a441" stroke-width="6"/>',
  birthday:
    '<ellipse cx="120" cy="200" rx="92" ry="12" fill="#fff" opacity=".25"/><rect x="48" y="130" width="144" height="68" rx="14" fill="#fff4e0"/>' +
    '<path d="M48 158c10 18 30 18 36 0 6 18 30 18 36 0 6 18 30 18 36 0 6 18 26 18 36 0v-16a18 18 0 0 0-18-18H66a18 18 0 0 0-18 18z" fill="#ffb3c7"/>' +
    '<g fill="#ffe2b0"><rect x="80" y="88" width="10" height="38" rx="4"/><rect x="115" y="78" width="10" height="48" rx="4"/><rect x="150" y="88" width="10" height="38" rx="4"/></g>' +
    '<g fill="#ffd166"><path d="M85 60c10 12 8 22 0 24-8-2-10-12 0-24zM120 46c10 14 8 24 0 26-8-2-10-12 0-26zM155 60c10 12 8 22 0 24-8-2-10-12 0-24z"/></g>' +
    '<g fill="#fff" opacity=".8"><circle cx="40" cy="70" r="6"/><circle cx="204" cy="92" r="5"/><circle cx="190" cy="40" r="6"/><circle cx="56" cy="112" r="4"/></g>',
  thanks:
    '<path d="M120 214V120" stroke="#bfe3c9" stroke-width="8" stroke-linecap="round"/><path d="M120 190c-40 0-56-20-60-40 34-4 56 10 60 40zm0-24c40 0 56-20 60-40-34-4-56 10-60 40z" fill="#8fcfa5"/>' +
    '<g fill="#ffe2b0"><circle cx="120" cy="58" r="24"/><circle cx="154" cy="82" r="24"/><circle cx="142" cy="120" r="24"/><circle cx="98" cy="120" r="24"/><circle cx="86" cy="82" r="24"/></g><circle cx="120" cy="93" r="22" fill="#d9a441"/>',
  festival:
    '<path d="M120 20v26" stroke="#ffd98a" stroke-width="6"/><rect x="88" y="44" width="64" height="16" rx="6" fill="#f3c76a"/><ellipse cx="120" cy="112" rx="80" ry="56" fill="#ffb44d"/>' +
    '<g fill="none" stroke="#e0892b" stroke-width="5"><ellipse cx="120" cy="112" rx="48" ry="56"/><ellipse cx="120" cy="112" rx="16" ry="56"/></g><rect x="88" y="164" width="64" height="16" rx="6" fill="#f3c76a"/>' +
    '<path d="M104 180v34m16-34v42m16-42v34" stroke="#ffd98a" stroke-width="6" stroke-linecap="round"/>',
  love:
    `<path d="${HEART}" fill="#ffc2d4"/><path d="${HEART}" transform="translate(112 96) scale(.5)" fill="#ffe2b0"/>` +
    '<path d="M74 92c2-16 16-24 28-20" fill="none" stroke="#fff" stroke-width="8" stroke-linecap="round" opacity=".8"/>',
  cheer:
    '<circle cx="120" cy="112" r="44" fill="#ffe2a0"/><path d="M120 34v22M62 58l16 16M178 58l-16 16M36 116h22M182 116h22" stroke="#ffe2a0" stroke-width="10" stroke-linecap="round"/>' +
    '<path d="M20 204l64-84 36 46 28-34 72 72z" fill="#fff4e0"/><path d="M84 120l-22 29 18 8 12-10 12 8z" fill="#f3c76a"/>',
}

export const coverPicture = (name: CoverName): string =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240">${DRAWINGS[name]}</svg>`)}`
