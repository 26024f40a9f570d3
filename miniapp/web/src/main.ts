import { createApp } from 'vue'
import 'vant/es/style/base.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/parts.css'
import App from './app.vue'
import { router } from './router.js'
import { signIn } from './session.js'

void signIn()
createApp(App).use(router).mount('#app')
