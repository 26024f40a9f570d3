import { computed, ref } from 'vue'
import { state } from './state.js'

const machineNow = ref(Date.now())
setInterval(() => {
  machineNow.value = Date.now()
}, 500)

/** The product's time, moving between two pushes of the panel. */
export const productNow = computed(() => machineNow.value + state.skewMs)
