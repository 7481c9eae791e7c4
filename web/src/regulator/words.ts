import { words } from '../i18n/words'

export const regulator = words({ title: '监管' }, { title: 'Regulator' })
