import { reactive } from 'vue'
import { ApiError } from '@/api/client'
import { kept } from './kept'
import { markOf, newKey } from './keys'
import { troubleOf } from './words'
import type { Trouble } from './words'

// An order that nobody paid closes after a quarter of an hour; a later wish is a new one.
const SAME_ATTEMPT_MS = 15 * 60_000
const A_DAY_MS = 86_400_000

interface Attempt {
  key: string
  at: number
  /** An answer was not heard: nobody knows whether it was done. */
  isUnheard?: boolean
}

export interface Action<A extends unknown[], T> {
  isBusy: boolean
  trouble: Trouble | null
  /** What `trouble` tells, as it came. */
  refused: unknown
  /** Nobody knows whether it was done: asking again is safe, and the only way to know. */
  isUnheard: boolean
  run: (...args: A) => Promise<T | null>
}

/**
 * Something that a person decides, safe on a double tap and on a lost answer: while it runs a
 * second tap does nothing, and until an answer is heard every further try carries the same key.
 * The key is kept in storage under `name` and what is asked, so it survives a closed app.
 * Null when it was refused; then `trouble` says why, and a dialogue shows it unless `quiet`.
 */
export function useAction<A extends unknown[], T>(
  name: string,
  act: (key: string, ...args: A) => Promise<T>,
  { quiet = false }: { quiet?: boolean } = {},
): Action<A, T> {
  const action = reactive({ isBusy: false, trouble: null, refused: null, isUnheard: false, run }) as Action<A, T>

  async function run(...args: A): Promise<T | null> {
    if (action.isBusy) return null
    const place = `attempt:${name}:${markOf(JSON.stringify(args))}`
    const { key } = attemptAt(place)
    Object.assign(action, { isBusy: true, trouble: null, refused: null, isUnheard: false })
    try {
      const done = await act(key, ...args)
      kept.remove(place)
      return done
    } catch (refused) {
      const trouble = troubleOf(refused)
      Object.assign(action, { trouble, refused, isUnheard: rememberTry(place, refused) })
      if (!quiet) tell(trouble)
      return null
    } finally {
      action.isBusy = false
    }
  }

  return action
}

function attemptAt(place: string): Attempt {
  const before = kept.read<Attempt>(place)
  const isLate = before !== null && Date.now() - before.at >= SAME_ATTEMPT_MS
  // One that is still kept was never answered, maybe because the app was closed.
  const attempt: Attempt = before && !isLate ? { ...before, isUnheard: true } : { key: newKey(), at: Date.now() }
  kept.write(place, attempt)
  return attempt
}

/**
 * Whether the attempt is still unheard. After a lost answer only a word about this very attempt
 * ends it: the work's own refusal, not that of something which was asked before it.
 */
function rememberTry(place: string, refused: unknown): boolean {
  const attempt = kept.read<Attempt>(place)
  const isUnknown = refused instanceof ApiError && refused.isUnknown
  const isAnswer = refused instanceof ApiError && refused.isOfTheWork && refused.isKeyed
  const isUnheard = isUnknown || Boolean(attempt?.isUnheard && !isAnswer)
  if (attempt && isUnheard) kept.write(place, { ...attempt, isUnheard })
  else kept.remove(place)
  return isUnheard
}

/** Attempts that nobody came back to are not kept for ever. */
export function forgetOldAttempts(): void {
  for (const place of kept.names('attempt:')) {
    const attempt = kept.read<Attempt>(place)
    if (!attempt || Date.now() - attempt.at > A_DAY_MS) kept.remove(place)
  }
}

export function tell(trouble: Trouble): void {
  uni.showModal({ title: trouble.title, content: trouble.next ?? '', showCancel: false, confirmText: '知道了' })
}
