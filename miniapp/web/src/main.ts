import { createApp } from 'vue'
import 'vant/es/style/base.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/parts.css'
import App from './app.vue'
import { router } from './router.js'
import { signIn } from './session.js'

// The code has to be out of the address before the router reads it.
void signIn()
createApp(App).use(router).mount('#app')
