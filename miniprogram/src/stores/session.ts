import { send } from '@/api/client'
import type { Schema } from '@/api/client'
import { kept } from '@/lib/kept'
import { signIn } from '@/platform/signin'

type Session = Schema<'Session'>

const KEPT = 'session'

let current: Session | null = null
let opening: Promise<Session> | null = null

/**
 * Who I am, for two hours. It is opened silently when the first page needs it, by one request even
 * when several pages ask at once, and kept for the next start.
 */
export const session = {
  async token(): Promise<string> {
    current ??= kept.read<Session>(KEPT)
    // Whether it is over the server knows: the clock of a phone may be hours wrong.
    return (current ?? (await opened())).token
  },

  /** The server did not know this token any more. */
  async again(refused: string): Promise<string> {
    if (current?.token === refused) current = null
    return current ? current.token : (await opened()).token
  },

  /** My number; null before I was ever here. */
  member: (): string | null => (current ?? kept.read<Session>(KEPT))?.member ?? null,

  forget(): void {
    current = null
    kept.remove(KEPT)
  },
}

/** The name under which something is kept that is this person's alone. */
export const mine = (name: string): string => `${name}:${session.member() ?? ''}`

function opened(): Promise<Session> {
  opening ??= signIn(send)
    .then((told) => {
      current = told
      kept.write(KEPT, told)
      return told
    })
    .finally(() => {
      opening = null
    })
  return opening
}
