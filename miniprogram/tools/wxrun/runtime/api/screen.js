// Pages, bars, dialogs and what can be measured on the screen.

import { asynchronous, asynchronousAll } from './calling.js'

const CAPSULE = { width: 87, height: 32, top: 6, right: 10 }
const PATIENCE_MILLISECONDS = 300

export function screen({ pages, bars, sheets, theme, files }) {
  const going = (api) => asynchronous(api, (args) => pages[api](args))
  return {
    ...Object.fromEntries(['navigateTo', 'redirectTo', 'switchTab', 'reLaunch', 'navigateBack'].map((api) => [api, going(api)])),
    ...asynchronousAll({
      showModal: (args) => sheets.modal(args),
      showActionSheet: async (args) => {
        const tapIndex = await sheets.actions(args)
        if (tapIndex === null) throw { errMsg: 'showActionSheet:fail cancel' }
        return { tapIndex }
      },
      showToast: (args) => sheets.toast(args),
      hideToast: () => sheets.hideToast(),
      showLoading: (args) => sheets.toast({ ...args, icon: 'loading', duration: Infinity }),
      hideLoading: () => sheets.hideToast(),
      setNavigationBarTitle: ({ title }) => bars.retitle({ title }),
      setNavigationBarColor: ({ frontColor, backgroundColor }) => bars.retitle({ frontColor, backgroundColor }),
      showNavigationBarLoading: () => bars.retitle({ isLoading: true }),
      hideNavigationBarLoading: () => bars.retitle({ isLoading: false }),
      hideHomeButton: () => { pages.top.hidesHome = true; bars.drawTitle() },
      setTabBarBadge: ({ index, text }) => bars.badge(index, String(text)),
      removeTabBarBadge: ({ index }) => bars.badge(index, null),
      showTabBarRedDot: ({ index }) => bars.badge(index, ''),
      hideTabBarRedDot: ({ index }) => bars.badge(index, null),
      setTabBarItem: ({ index, ...change }) => bars.changeTab(index, change),
      setTabBarStyle: () => undefined,
      showTabBar: () => bars.hideTabs(false),
      hideTabBar: () => bars.hideTabs(true),
      setBackgroundColor: ({ backgroundColor }) => { document.body.style.background = backgroundColor ?? '' },
      setBackgroundTextStyle: () => undefined,
      startPullDownRefresh: () => pages.top.fingers.pull(),
      stopPullDownRefresh: () => pages.top.fingers.letGo(),
      pageScrollTo: (args) => scrollTo(pages.top, args),
      previewImage: ({ current, urls }) => sheets.preview(files.shown(current ?? urls[0])),
    }),
    getMenuButtonBoundingClientRect: () => {
      const left = window.innerWidth - CAPSULE.right - CAPSULE.width
      return { ...CAPSULE, left, right: left + CAPSULE.width, bottom: CAPSULE.top + CAPSULE.height }
    },
    createSelectorQuery: () => pages.top.caller.createSelectorQuery(),
    createIntersectionObserver: (component, options) => (component ?? pages.top.caller).createIntersectionObserver(options),
    onThemeChange: (listener) => { theme.listeners.add(listener) },
    offThemeChange: (listener) => { theme.listeners.delete(listener) },
    nextTick: (doing) => { queueMicrotask(doing) },
  }
}

function scrollTo({ view }, { scrollTop, selector, offsetTop = 0, duration = PATIENCE_MILLISECONDS }) {
  const target = selector ? view.querySelector(selector) : null
  if (selector && !target) throw new Error(`no node matches ${selector}`)
  const top = target ? target.getBoundingClientRect().top - view.getBoundingClientRect().top + view.scrollTop + offsetTop : scrollTop
  view.scrollTo({ top, behavior: duration > 0 ? 'smooth' : 'instant' })
}
