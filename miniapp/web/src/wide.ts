import { onScopeDispose, ref, type Ref } from 'vue'

const wide = matchMedia('(min-width: 900px)')

/** Room for two columns and a side navigation. */
export function useIsWide(): Ref<boolean> {
  const isWide = ref(wide.matches)
  const update = () => (isWide.value = wide.matches)
  wide.addEventListener('change', update)
  onScopeDispose(() => wide.removeEventListener('change', update))
  return isWide
}
