import { words } from '../../i18n/words'

/** Consents and deletion. */
export const keep = words(
  {
    consents: {
      title: '同意与删除',
      lead: '健康信息和行踪信息分别同意，可以随时撤回。撤回后不再处理新的信息。',
      child: '未满 14 岁由监护人代为同意。',
      purposes: {
        health: {
          name: '健康信息',
          text: '在这部手机上处理体温、症状和接触情况，用来生成打卡和通行证明。原始内容不离开手机；单位只得到当天正常与否。',
          needed: '打卡需要同意“健康信息”',
        },
        whereabouts: {
          name: '行踪信息',
          text: '在这部手机上处理近 14 天到访的地区，用来证明没有到过风险区。地名不离开手机；闸机只得到证明。',
          needed: '行程卡需要同意“行踪信息”',
        },
      },
      version: (n: string) => `第 ${n} 版`,
      given: (moment: string) => `${moment} 同意`,
      withdrawn: (moment: string) => `${moment} 撤回`,
      notGiven: '未同意',
      give: '同意',
      withdraw: '撤回',
      history: '历次记录',
      readers: '谁能读到什么',
      readersDo: '没有人能读取您手机里的内容。单位读到您导出的结果；闸机读到通行证明；监管机构复核闸机记录，其每次读取都有日志。',
      erase: '删除钱包',
      eraseDo: '删除本机上这个钱包的一切，包括全家人的密钥和记录。没有备份就不能恢复。账本上没有您的个人信息，无需删除。',
      eraseAsk: '确定要删除吗？',
      eraseType: '请输入“删除”两个字',
      eraseWord: '删除',
      eraseGo: '永久删除',
    },
  },
  {
    consents: {
      title: 'Consents and deletion',
      lead: 'Health and whereabouts are consented to separately, and may be withdrawn at any time. Nothing new is processed after that.',
      child: 'Under 14 the guardian consents.',
      purposes: {
        health: {
          name: 'Health',
          text: 'Process temperature, symptoms and contacts on this phone, to make check-ins and passes. They do not leave the phone; your employer learns only whether the day was normal.',
          needed: 'A check-in needs the consent “Health”',
        },
        whereabouts: {
          name: 'Whereabouts',
          text: 'Process the regions visited in the last 14 days on this phone, to prove that none was a risk region. Their names do not leave the phone; a gate gets a proof alone.',
          needed: 'The itinerary card needs the consent “Whereabouts”',
        },
      },
      version: (n: string) => `Version ${n}`,
      given: (moment: string) => `Given ${moment}`,
      withdrawn: (moment: string) => `Withdrawn ${moment}`,
      notGiven: 'Not given',
      give: 'Consent',
      withdraw: 'Withdraw',
      history: 'All of them',
      readers: 'Who can read what',
      readersDo: 'Nobody can read what is on your phone. Your employer reads what you export; gates read a proof; regulators check gates’ records, and each of their reads is logged.',
      erase: 'Delete the wallet',
      eraseDo: 'Removes everything of this wallet from this device, the keys and records of all people in it included. Without a backup it cannot be restored. The ledger holds nothing personal that would have to be deleted.',
      eraseAsk: 'Delete it?',
      eraseType: 'Type the word DELETE',
      eraseWord: 'DELETE',
      eraseGo: 'Delete for ever',
    },
  },
)
