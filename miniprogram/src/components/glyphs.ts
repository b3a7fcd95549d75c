/** Line drawings on a field of 24 × 24; drawn as pictures, so both platforms show them alike. */
const PATHS = {
  ticket: 'M4 7h16v3a2 2 0 0 0 0 4v3H4v-3a2 2 0 0 0 0-4zM14 7v10',
  gift: 'M4 11h16v9H4zM3 7h18v4H3zM12 7v13M12 7c-5 0-5-4-3-4s3 4 3 4c0 0 1-4 3-4s2 4-3 4',
  friends: 'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 19c0-3 3-5 6-5s6 2 6 5M16 11a3 3 0 1 0-1-5.8M17 14c2 .3 4 2 4 5',
  family: 'M4 20v-9l8-6 8 6v9zM12 17s-3-1.800-3-3.800c0-1.700 2.200-2 3-.6.8-1.400 3-1.100 3 .6 0 2-3 3.800-3 3.800z',
  points: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9 8l3 4 3-4M12 12v5M9 13h6',
  purse: 'M4 7h15v12H4zM4 7l11-3v3M15 12h5v3h-5z',
  crown: 'M4 18h16M5 15L4 7l5 4 3-6 3 6 5-4-1 8z',
  order: 'M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6',
  refund: 'M5 9h10a4 4 0 0 1 0 9H8M5 9l4-4M5 9l4 4',
  talk: 'M4 5h16v11H10l-4 4v-4H4zM8 9h8M8 12h5',
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v5M16 3v5',
  parcel: 'M4 8l8-4 8 4v9l-8 4-8-4zM4 8l8 4 8-4M12 12v9',
  pin: 'M12 21s7-6 7-11a7 7 0 0 0-14 0c0 5 7 11 7 11zM12 12a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 20h4',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 4-6 8-6s8 2 8 6',
  scan: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16',
  shield: 'M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6zM9 12l2 2 4-4',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
  share: 'M12 15V4M8 8l4-4 4 4M5 13v7h14v-7',
  lock: 'M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3',
  phone: 'M5 4h4l2 5-2.500 1.500a11 11 0 0 0 5 5L15 13l5 2v4c-9 2-17-6-15-15z',
  camera: 'M4 8h4l2-3h4l2 3h4v11H4zM12 16.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z',
  check: 'M5 12l5 5L20 7',
  next: 'M9 5l7 7-7 7',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v6M12 7.500v.5',
  card: 'M3 6h18v12H3zM3 10h18M6 15h4',
  star: 'M12 4l2.500 5 5.500.8-4 3.900 1 5.500-5-2.600-5 2.600 1-5.500-4-3.900 5.500-.8z',
} as const

export type GlyphName = keyof typeof PATHS
export type Tone = 'brand' | 'quiet' | 'ink' | 'white' | 'gold' | 'good' | 'warn'

export function glyphPicture(name: GlyphName, colour: string): string {
  const drawing =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="${colour}"` +
    ` stroke-width="1.600" stroke-linecap="round" stroke-linejoin="round"><path d="${PATHS[name]}"/></svg>`
  return `data:image/svg+xml,${encodeURIComponent(drawing)}`
}
