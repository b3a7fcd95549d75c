import { reactive } from 'vue'
import { ApiError, open } from '@/api'
import type { Schema } from '@/api'
import { kept } from '@/lib/kept'
import { proof } from '@/platform/proof'

type Session = Schema<'CounterSession'>

const KEPT = 'counter'

/** A code that was read, handed from one page of the counter to the next and to no address. */
export const scanned = reactive<{ code: string; isMember: boolean }>({ code: '', isMember: false })

/** A picture of the panel that was read. */
export const picture = reactive<{ token: string }>({ token: '' })

/** The clerk behind this counter. He has a session of his own, apart from the customer's. */
export const desk = reactive<{ clerk: Session | null }>({ clerk: kept.read<Session>(KEPT) })

/** Only where the platform says who taps. Raises ApiError: choose_store, not_staff, … */
export async function enter(store?: string): Promise<Session> {
  const told = await open.post('/counter/sessions', { body: { ...(await whoTaps()), store: store ?? null } })
  desk.clerk = told
  kept.write(KEPT, told)
  return told
}

export function leave(): void {
  desk.clerk = null
  kept.remove(KEPT)
}

/** Raises ApiError. */
export async function accept(token: string): Promise<Schema<'Accepted'>> {
  return open.post('/counter/invitations/accept', { body: { ...(await whoTaps()), token } })
}

/** Raises ApiError where no code can be had. */
export async function whoTaps() {
  const who = await proof().catch(() => null)
  if (!who) throw new ApiError(0, 'offline', '微信没有回应，请在微信小程序中再试一次')
  return who
}

/** Ask as the clerk, at the same store once more when his session has ended. Raises ApiError. */
export async function asClerk<T>(ask: (token: string) => Promise<T>): Promise<T> {
  const now = desk.clerk ?? (await enter())
  try {
    return await ask(now.token)
  } catch (refused) {
    if (!(refused instanceof ApiError) || refused.code !== 'not_signed_in') throw refused
    return ask((await enter(now.store)).token)
  }
}
