// WeChat's component engine over this document: templates, components, events.

import * as GE from 'glass-easel'
import { MiniProgramEnv } from 'glass-easel-miniprogram-adapter'

import { plainEvent } from './events.js'
import { ELEMENTS } from './tags.js'

const RPX = /(-?\d*\.?\d+)rpx\b/g
// Pages get their data after they are drawn first, so their lists are not there yet; WeChat is silent then.
const NO_LIST_YET = 'The for-list data is neither Array nor Object, got type "undefined".'
const HEARD_BY_BROWSER = new Set(['touchstart', 'touchmove', 'touchend', 'touchcancel', 'transitionend', 'animationstart', 'animationend'])

GE.addGlobalWarningListener((message) => message !== NO_LIST_YET)

export class Engine {
  constructor(found, modules) {
    this.found = found
    this.modules = modules
    this.env = new MiniProgramEnv()
    this.space = this.env.createCodeSpace('', true)
    teach(this.space.getComponentSpace())
    this.backend = this.env.associateBackend(backendOf())
    this.globals = null
  }

  /** Run every component's script: used ones come before their users. */
  register() {
    const { components, styles, templates } = this.found
    for (const { path, json, isPage } of components) {
      this.space.addComponentStaticConfig(path, { ...json, component: !isPage })
      if (styles.scopes[path]) this.space.addStyleSheet(path, undefined, styles.scopes[path])
      const content = templates[path]
      if (content) this.space.addCompiledTemplate(path, { groupList: templates, content })
    }
    for (const { path, json, isPage } of components) {
      this.space.componentEnv(path, (env) => {
        this.globals = env
        this.current = { path, json, isPage }
        this.modules.load(`${path}.js`)
        this.globals = null
      })
    }
  }

  page(definition) {
    return this.globals.Page(definition)
  }

  component(definition) {
    const { path, json, isPage } = this.current
    // Where the script says how far outer styles reach, it is known only now.
    if (!isPage) this.space.addComponentStaticConfig(path, { ...json, component: true, styleIsolation: isolationOf(json, definition.options) })
    return this.globals.Component({ ...definition, behaviors: (definition.behaviors ?? []).filter((each) => typeof each !== 'string') })
  }

  behavior(definition) {
    return this.globals ? this.globals.Behavior(definition) : this.space.behavior().definition(definition).register()
  }

  createPage(path) {
    return this.backend.createRoot('wx-page', this.space, path)
  }
}

function isolationOf(json, options = {}) {
  const said = options.styleIsolation ?? json.styleIsolation
  if (said === 'shared' && json.styleIsolation === 'shared') return 'shared'
  const reaches = ['shared', 'apply-shared', 'page-shared', 'page-apply-shared'].includes(said) || options.addGlobalClass || json.addGlobalClass
  return reaches ? 'apply-shared' : 'isolated'
}

function teach(space) {
  for (const tag of ELEMENTS) space.setGlobalUsingComponent(tag, `wx-${tag}`)
  handlersOnInstances()
  attributesAsValues()
  rpxInStyles()
}

function backendOf() {
  const backend = new GE.CurrentWindowBackendContext()
  backend.document = {
    createElement: (tag) => document.createElement(tag.startsWith('wx-') ? tag : `x-${tag}`),
    createTextNode: (text) => document.createTextNode(text),
    createDocumentFragment: () => document.createDocumentFragment(),
  }
  const listen = backend.setListenerStats.bind(backend)
  // All other events are told by our own elements, with WeChat's details.
  backend.setListenerStats = (element, type, ...rest) => { if (HEARD_BY_BROWSER.has(type)) listen(element, type, ...rest) }
  backend.setModelBindingStat = (element, name, listener) => element?.bindModel?.(name, listener)
  backend.onEvent((node, type, detail, options) => {
    if (type === 'tap' && isDisabled(options.originalEvent?.target)) return undefined
    const event = new GE.Event(type, detail, options)
    GE.Event.dispatchEvent(node, event)
    return event.getEventBubbleStatus()
  })
  return backend
}

const isDisabled = (target) => target?.closest?.('wx-button')?.isOff === true

/** Tell the handlers of this element, as `bind:type` in the template. */
export function tell(element, type, detail, { bubbles = false } = {}) {
  const node = element.__wxElement
  if (node) GE.Event.dispatchEvent(node, new GE.Event(type, detail, { bubbles, composed: bubbles }))
}

// uni-app puts handlers on the instance, under names of its own; and wants events with their own fields.
function handlersOnInstances() {
  const known = GE.Component.getMethod
  GE.Component.getMethod = (component, name) => {
    const caller = component.getMethodCaller()
    const own = caller && Object.hasOwn(caller, name) ? caller[name] : undefined
    const method = typeof own === 'function' ? own : known(component, name)
    if (typeof method !== 'function') return method
    return function handle(event, ...rest) { return method.call(this, plainEvent(event), ...rest) }
  }
}

// An element takes values, not texts: a picker's range is a list. Nothing means not set.
function attributesAsValues() {
  const prototype = GE.NativeNode.prototype
  const write = prototype.updateAttribute
  prototype.updateAttribute = function updateAttribute(name, value) {
    const element = this.getBackendElement()
    element?.take?.(name, value)
    write.call(this, name, typeof value === 'object' || value === undefined ? false : value)
  }
}

function rpxInStyles() {
  const prototype = GE.Element.prototype
  const write = prototype.setNodeStyle
  prototype.setNodeStyle = function setNodeStyle(style, index) {
    const text = typeof style === 'string' ? style.replace(RPX, (_, number) => `calc(${number} * 100vw / 750)`) : style
    write.call(this, text, index)
  }
}
