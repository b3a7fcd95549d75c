// wx: everything this phone can do, and what it says it cannot.

import { absent } from './absent.js'
import { machine } from './machine.js'
import { net } from './net.js'
import { person } from './person.js'
import { screen } from './screen.js'

/** `parts` are what boot.js put together. The functions are wx's own properties, as libraries copy them. */
export function wxOf(parts) {
  const { phone, app, launch } = parts
  const listening = (name) => ({ [`on${name}`]: (doing) => { app.listen(name, doing) }, [`off${name}`]: (doing) => { app.forget(name, doing) } })
  const wx = {
    ...absent(),
    ...net(parts),
    ...screen(parts),
    ...machine(parts),
    ...person({ ...parts, options: () => phone.ask('getLaunchOptions') }),
    ...['AppShow', 'AppHide', 'Error', 'PageNotFound', 'UnhandledRejection'].reduce((all, name) => ({ ...all, ...listening(name) }), {}),
    getLaunchOptionsSync: () => launch.first,
    getEnterOptionsSync: () => launch.latest,
    env: { USER_DATA_PATH: 'wxfile://usr' },
  }
  wx.canIUse = (said) => canUse(wx, said)
  return wx
}

function canUse(wx, said) {
  const [name, ...rest] = String(said).split('.')
  const known = Object.hasOwn(wx, name) && !Object.hasOwn(absent(), name)
  return known || (name === 'button' && rest[0] === 'open-type')
}
