import type { Schema } from '@/api'

type Task = Schema<'AssistTaskView'>
type Help = Schema<'MyHelp'>

export interface Stand {
  title: string
  hint: string
  tone: 'brand' | 'good' | 'warn' | 'quiet'
}

export const lacking = ({ helpers_needed: needed, helped }: Task) => Math.max(0, needed - helped)

/** How a task stands, as its owner is told it. */
export function ownStand(task: Task): Stand {
  const fallback = task.fallback ? `，已换成「${task.fallback.name}」放入卡包` : ''
  const stands: Record<string, Stand> = {
    open: { title: `还差${lacking(task)}位好友`, hint: '好友在小程序内确认后，进度会更新', tone: 'brand' },
    full: { title: '已解锁', hint: '权益已可在卡包使用', tone: 'good' },
    under_review: { title: '好友已到齐，正在核对', hint: '商家核对后会更新结果，无需操作', tone: 'warn' },
    expired: { title: '时间已到', hint: `未在期限内完成${fallback}`, tone: 'quiet' },
    stopped: { title: '活动已结束', hint: '这次活动不再接受助力', tone: 'quiet' },
  }
  return stands[task.state] ?? stands.stopped
}

/** Rules first while he can still do something by them. Unlocked, there is nothing left to know. */
export const rulesStand = ({ state }: Pick<Task, 'state'>, isDone = false): 'first' | 'last' | 'nowhere' => {
  if (state === 'full') return 'nowhere'
  return state === 'open' && !isDone ? 'first' : 'last'
}

export const chipWords: Record<string, string> = { open: '进行中', full: '已解锁', under_review: '核对中', expired: '已到期', stopped: '已结束' }

/** How a friend's page stands: what he may do, or why there is nothing to do. */
export function friendStand(task: Task): Stand {
  const helped = task.my_help && HELPS[task.my_help.state]
  if (helped) return helped
  const stands: Record<string, Stand> = {
    open: { title: `${task.sharer_name}想解锁一份权益`, hint: `还差${lacking(task)}位好友`, tone: 'brand' },
    full: { title: '助力已完成', hint: '感谢您的热心，这份权益已经解锁', tone: 'good' },
    under_review: { title: '人数已满，正在核对', hint: '暂时不能再助力，感谢您的热心', tone: 'warn' },
    expired: { title: '助力已到期', hint: '这次来晚了一步', tone: 'quiet' },
    stopped: { title: '活动已结束', hint: '这次活动不再接受助力', tone: 'quiet' },
  }
  return stands[task.state] ?? stands.stopped
}

const HELPS: Record<string, Stand> = {
  counted: { title: '您已助力', hint: '您的券已放入卡包', tone: 'good' },
  held: { title: '已收到，商家正在核对', hint: '核对通过后，您的券会放入卡包', tone: 'warn' },
  rejected: { title: '这次助力没有计入', hint: '如有疑问，可以在下方说明情况', tone: 'quiet' },
}

/** Who was held or not counted may say once what he has to say. */
export const mayAppeal = (help: Help | null) => help !== null && help.state !== 'counted'

export const canHelp = (task: Task) => task.state === 'open' && !task.is_mine && task.my_help === null

/** The place after `scene` in a link; a code of the mini-program brings it percent-encoded. */
export function tokenIn(query: { scene?: string } | undefined): string {
  try {
    return decodeURIComponent(query?.scene ?? '')
  } catch {
    return ''
  }
}
