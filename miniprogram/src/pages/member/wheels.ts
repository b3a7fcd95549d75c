const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** What the two wheels show for a month (1 to 12). */
export const wheels = (month: number): [string[], string[]] => [
  DAYS.map((_, index) => `${index + 1}月`),
  Array.from({ length: DAYS[month - 1] }, (_, index) => `${index + 1}日`),
]

/** Where the wheels stand, counted from 0, as month and day; a day that the month has not is its last. */
export function dateOf([monthAt, dayAt]: readonly number[]): { month: number; day: number } {
  const month = monthAt + 1
  return { month, day: Math.min(dayAt + 1, DAYS[month - 1]) }
}
