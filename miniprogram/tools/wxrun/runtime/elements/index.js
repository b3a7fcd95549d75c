import { defineButtons } from './button.js'
import { defineChoices } from './choices.js'
import { defineFields } from './fields.js'
import { defineMedia } from './media.js'
import { defineMoving } from './moving.js'
import { definePicker } from './picker.js'

/** Once, before any page is made. */
export function defineElements() {
  for (const define of [defineButtons, defineChoices, defineFields, defineMedia, defineMoving, definePicker]) define()
}
