/** 1234 fen → "12.34"; whole yuan lose their decimals. */
export function yuan(fen: number): string {
  const whole = Math.trunc(Math.abs(fen) / 100)
  const cents = Math.abs(fen) % 100
  const sign = fen < 0 ? '-' : ''
  return cents ? `${sign}${whole}.${String(cents).padStart(2, '0')}` : `${sign}${whole}`
}

/** "12.3" → 1230 fen; null for what is no amount. */
export function fen(text: string): number | null {
  const match = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(text.trim())
  if (!match) return null
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0') || 0)
}
