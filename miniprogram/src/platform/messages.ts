import { api } from '@/api'
import type { Schema } from '@/api'

/**
 * Ask which messages may come, from a tap and at a moment when they are of use; what was allowed is
 * told to the server. Never in anybody's way: a refusal, or a platform that cannot, is no trouble.
 */
export async function askForMessages(): Promise<void> {
  // #ifdef MP-WEIXIN
  try {
    const { template_ids: ids } = await templates()
    if (!ids.length) return
    const told = await new Promise<Record<string, string>>((resolve, reject) =>
      uni.requestSubscribeMessage({ tmplIds: ids.slice(0, MOST), success: resolve as never, fail: reject }),
    )
    const answers = Object.fromEntries(Object.entries(told).filter(([id]) => ids.includes(id)))
    if (Object.keys(answers).length) await api.post('/grants', { body: { answers } as Schema<'ReportGrants'> })
  } catch {
    // Messages are a help, nothing depends on them.
  }
  // #endif
}

// #ifdef MP-WEIXIN
const MOST = 3
let known: Promise<{ template_ids: string[] }> | null = null

/** Asked before the tap where a page can, since WeChat wants the question straight after it. */
export function templates(): Promise<{ template_ids: string[] }> {
  known ??= api.get('/templates').catch((refused: unknown) => {
    known = null
    throw refused
  })
  return known
}
// #endif
