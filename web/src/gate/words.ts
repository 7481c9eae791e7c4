import { words } from '../i18n/words'

export const gate = words({ title: '闸机' }, { title: 'Gate' })
