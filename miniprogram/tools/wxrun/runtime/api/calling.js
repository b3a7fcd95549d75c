// How wx's functions answer: by callbacks when there are some, else by a promise.

const CALLBACKS = ['success', 'fail', 'complete']

/** A wx function around `doing(args)`, which returns or promises the result or raises. */
export function asynchronous(api, doing) {
  return (args = {}) => {
    const asked = Promise.resolve().then(() => doing(args ?? {})).then(
      (told) => ({ isOk: true, told: { errMsg: `${api}:ok`, ...(told ?? {}) } }),
      (refused) => ({ isOk: false, told: refusal(api, refused) }),
    )
    if (!CALLBACKS.some((each) => typeof args?.[each] === 'function')) return asked.then(({ isOk, told }) => (isOk ? told : Promise.reject(told)))
    asked.then(({ isOk, told }) => {
      loudly(() => args[isOk ? 'success' : 'fail']?.(told))
      loudly(() => args.complete?.(told))
    })
    return undefined
  }
}

/** {errMsg, …}, whatever was raised. */
export function refusal(api, refused) {
  if (typeof refused?.errMsg === 'string') return refused
  return { errMsg: `${api}:fail ${refused?.message ?? String(refused)}` }
}

/** All of a table, each under its own name. */
export function asynchronousAll(table) {
  return Object.fromEntries(Object.entries(table).map(([api, doing]) => [api, asynchronous(api, doing)]))
}

// A callback that raises must be seen, and must not keep the next one from being called.
function loudly(doing) {
  try {
    doing()
  } catch (trouble) {
    reportError(trouble)
  }
}
