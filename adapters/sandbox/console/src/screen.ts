import { ref, type Ref } from 'vue'

/** One column: a list, or a conversation. The same width as in the style sheets. */
export const isPhone = follows('(max-width: 719px)')
/** There is room for the panel beside the conversation. */
export const isWide = follows('(min-width: 1180px)')

function follows(query: string): Ref<boolean> {
  const media = matchMedia(query)
  const matches = ref(media.matches)
  media.addEventListener('change', (event) => {
    matches.value = event.matches
  })
  return matches
}
