import { api } from '@/api'
import type { Schema } from '@/api'
import { can } from './what'

const MOST = 3
let known: Promise<string[]> | null = null
let fetched: string[] = []

/** Which messages there are to ask about; pages fetch them before the tap that asks. */
export function templates(): Promise<string[]> {
  if (!can.messages) return Promise.resolve([])
  known ??= api.get('/templates').then(
    (told) => (fetched = told.template_ids),
    (refused: unknown) => {
      known = null
      throw refused
    },
  )
  return known
}

/** For pages on which something will be asked about; without an answer nothing is. */
export const fetchTemplates = (): void => void templates().catch(() => undefined)

/**
 * Ask which messages may come, from a tap and at a moment when they are of use; what was allowed is
 * told to the server. Never in anybody's way: a refusal, or a platform that cannot, is no trouble.
 */
export async function askForMessages(): Promise<void> {
  try {
    // Only what was fetched before: WeChat wants the question in the tap itself, and nobody waits for it.
    const ids = fetched
    if (!ids.length) return
    const told = await asked(ids.slice(0, MOST))
    const answers = Object.fromEntries(Object.entries(told).filter(([id]) => ids.includes(id)))
    if (Object.keys(answers).length) await api.post('/grants', { body: { answers } as Schema<'ReportGrants'> })
  } catch {
    // Messages are a help, nothing depends on them.
  }
}

function asked(tmplIds: string[]): Promise<Record<string, string>> {
  return new Promise((resolve, reject) =>
    uni.requestSubscribeMessage({ tmplIds, success: resolve as never, fail: reject }),
  )
}
