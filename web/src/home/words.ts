import { words } from '../i18n/words'

export const home = words(
  {
    title: '路引',
    lead: '只证明“可以通行”，此外什么也不说。',
    what: '路引用零知识证明做通行证：健康打卡、检测和行程都留在您的手机里，闸机只看到“可以通行”或不可以，以及原因。没有人能给您“赋码”，也没有人能独自追踪您。',
    enter: '进入',
    wallet: '我的钱包',
    walletWhat: '打卡、通行证、行程卡、家人',
    gate: '闸机',
    gateWhat: '扫码验证，断网可用',
    regulator: '监管',
    regulatorWhat: '复核每一个证明和每一次授权行为',
    keepsTitle: '数据在哪里',
    keeps: [
      '体温、症状、行程、密钥：只在您的手机里，加密保存。',
      '账本上：没有个人信息，只有打不开的承诺和证明。',
      '闸机：只留核验记录 14 天；政策要求核对证件时含姓氏和证件末两位，此外没有姓名和证件号。',
    ],
    limitsTitle: '说明白的限制',
    limits: [
      '密码学程序未经审计，证明密钥为开发用密钥时任何结论都不作数。',
      '未接入任何运营商、医院或政府部门，也不代表其认可。',
      '现场转播仍可能冒用他人的码；只有核对证件才能把通行证对应到人。',
    ],
  },
  {
    title: 'Luyin',
    lead: 'Prove “I may pass”, and nothing else.',
    what: 'Luyin makes passes out of zero-knowledge proofs. Check-ins, tests and travel stay on your phone; a gate learns that you may pass, or not and why. Nobody can set your colour, and nobody can trace you alone.',
    enter: 'Enter',
    wallet: 'My wallet',
    walletWhat: 'Check-in, passes, itinerary, family',
    gate: 'Gate',
    gateWhat: 'Scans and verifies, also offline',
    regulator: 'Regulator',
    regulatorWhat: 'Verifies every proof and every act of the authority again',
    keepsTitle: 'Where data are',
    keeps: [
      'Temperature, symptoms, travel, keys: on your phone alone, sealed.',
      'On the ledger: nothing personal, only commitments and proofs that nobody can open.',
      'At gates: records of checks for 14 days; where a policy has the ID compared, with the surname and the last two digits, otherwise without names or ID numbers.',
    ],
    limitsTitle: 'Limits, plainly',
    limits: [
      'The cryptography is unaudited; with development keys no verdict means anything.',
      'It is connected to no operator, hospital or authority and claims nobody’s recognition.',
      'A code can be relayed live from another place; only comparing the ID binds a pass to a person.',
    ],
  },
)
