import { reactive } from 'vue'

type Answer = (told: { event: 'agree' | 'disagree'; buttonId?: string }) => void

let answers: Answer[] = []

/** The platform's question before the first use of something private; a sheet asks it (PrivacyAsk). */
export const privacy = reactive({
  isAsked: false,
  agree: () => close({ event: 'agree', buttonId: 'agree-privacy' }),
  refuse: () => close({ event: 'disagree' }),
})

function close(told: Parameters<Answer>[0]): void {
  privacy.isAsked = false
  for (const answer of answers.splice(0)) answer(told)
  answers = []
}

// #ifdef MP-WEIXIN
// The typings take the answer for an event.
wx.onNeedPrivacyAuthorization?.(((resolve: Answer) => {
  answers.push(resolve)
  privacy.isAsked = true
}) as never)
// #endif
