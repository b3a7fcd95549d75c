// Events as mini-programs get them: plain objects with a few fields.

const FIELDS = ['type', 'timeStamp', 'mark', 'detail']

export function plainEvent(event) {
  if (!event || typeof event !== 'object' || typeof event.type !== 'string' || !('currentTarget' in event) || event.isPlain) return event
  const plain = Object.fromEntries(FIELDS.map((field) => [field, event[field]]))
  plain.target = whereOf(event.target)
  plain.currentTarget = whereOf(event.currentTarget)
  const original = event.getOriginalEvent?.()
  plain.touches = fingers(original?.touches)
  plain.changedTouches = fingers(original?.changedTouches)
  if (plain.type === 'tap' && !plain.changedTouches.length) plain.changedTouches = [finger({ identifier: 0, ...at(event.detail) })]
  Object.defineProperty(plain, 'isPlain', { value: true })
  return plain
}

function whereOf(target) {
  const element = (target?._$ ?? target)?.getBackendElement?.()
  return { id: target?.id ?? '', dataset: target?.dataset ?? {}, offsetLeft: element?.offsetLeft ?? 0, offsetTop: element?.offsetTop ?? 0 }
}

const fingers = (touches) => [...(touches ?? [])].map(finger)
const finger = ({ identifier, clientX, clientY }) => ({ identifier, clientX, clientY, pageX: clientX, pageY: clientY })
const at = (detail) => ({ clientX: detail?.x ?? 0, clientY: detail?.y ?? 0 })
