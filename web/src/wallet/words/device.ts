import { words } from '../../i18n/words'

/** Backup and settings. */
export const device = words(
  {
    backup: {
      title: '备份',
      lead: '备份文件用您的口令加密，可以放在电脑或网盘。换手机或清除数据后，用它恢复；之后的记录从账本自动补齐，旧备份也能用。',
      make: '保存备份文件',
      made: '备份文件已保存',
      madeDo: '请存到这部手机以外的地方，并记住口令。',
      restore: '用备份恢复',
      restoreDo: '备份打开以后，会替换本机的钱包；替换前会先问您。',
    },
    settings: {
      title: '设置',
      language: '语言',
      size: '字号',
      normal: '标准',
      large: '大字',
      passkey: '通行密钥',
      passkeyOn: '已添加，可用指纹或面容打开',
      passkeyNone: '此浏览器不支持用通行密钥打开',
      lock: '锁上钱包',
      about: '关于',
      version: (v: string) => `版本 ${v}`,
      threads: (n: string) => `${n} 线程生成证明`,
      storage: { opfs: '保存在本机加密文件中', memory: '注意：此浏览器不保存数据，关闭后会丢失' },
      network: '网络',
    },
  },
  {
    backup: {
      title: 'Backup',
      lead: 'The backup file is sealed with your passphrase and may lie on a computer or in a cloud. Restore it on a new phone or after data were cleared; what came later is taken from the ledger, so an old one works too.',
      make: 'Save a backup file',
      made: 'The backup was saved',
      madeDo: 'Keep it somewhere else than on this phone, and remember the passphrase.',
      restore: 'Restore a backup',
      restoreDo: 'Once it has opened it takes the place of the wallet on this device; you are asked before.',
    },
    settings: {
      title: 'Settings',
      language: 'Language',
      size: 'Size of print',
      normal: 'Normal',
      large: 'Large',
      passkey: 'Passkey',
      passkeyOn: 'Added: a fingerprint or your face opens the wallet',
      passkeyNone: 'This browser cannot open the wallet with a passkey',
      lock: 'Lock the wallet',
      about: 'About',
      version: (v: string) => `Version ${v}`,
      threads: (n: string) => `Proofs on ${n} threads`,
      storage: { opfs: 'Kept in a sealed file on this device', memory: 'Mind: this browser keeps nothing; all is lost when it closes' },
      network: 'Network',
    },
  },
)
