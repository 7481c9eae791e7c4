// One function per group of rows. Each returns plain objects; generate.mjs numbers them.

import { createRequire } from 'node:module';
import iso from 'i18n-iso-countries';
import { pinyin } from 'pinyin-pro';

const require = createRequire(import.meta.url);
const isoNames = {
  zh: require('i18n-iso-countries/langs/zh.json').countries,
  en: require('i18n-iso-countries/langs/en.json').countries,
};

const MUNICIPALITIES = ['110000', '120000', '310000', '500000'];
/** GB/T 2260 writes 90 in the prefecture place for counties that a province runs directly. */
const DIRECT = '90';
/** Divisions of China that ISO 3166 lists as well; their rows carry the GB/T 2260 code. */
const CHINA = { CN: null, HK: '810000', MO: '820000', TW: '710000' };
/** In the package, but user-assigned: not a code of ISO 3166-1. */
const NOT_ISO = ['XK'];

const byCode = (a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);
const row = (fields) => ({
  parent: '', valid_from: '', valid_to: '', successor: '', alpha2: '', ...fields,
});

/** "西安" -> "Xi'an": syllables joined, an apostrophe before a vowel, the first letter capital. */
export function romanise(name) {
  const syllables = pinyin(name, { toneType: 'none', type: 'array', nonZh: 'removed' });
  const joined = syllables.map((s, i) => (i > 0 && /^[aoe]/.test(s) ? `'${s}` : s)).join('');
  return joined[0].toUpperCase() + joined.slice(1);
}

/** A plain city is romanised; every other kind of unit has a reviewed English name. */
function englishOf(code, name, english) {
  const given = english.divisions[code];
  if (given) return given;
  if (!name.endsWith('市')) throw new Error(`${code} ${name} needs an English name in english.json`);
  return romanise(name.slice(0, -1));
}

export function provinces(source, english) {
  return source
    .map(({ code, name }) => ({ code, name_zh: name, name_en: english.provinces[code] }))
    .sort(byCode);
}

/** Prefecture level of the mainland in code order, then the two SARs, then Taiwan. */
export function divisions(provinceSource, citySource, areaSource, english) {
  const parentOf = (code) => `${code.slice(0, 2)}0000`;
  const made = [];
  for (const { code } of provinceSource.filter((p) => MUNICIPALITIES.includes(p.code))) {
    const { name } = provinceSource.find((p) => p.code === code);
    made.push(row({ kind: 'prefecture', code, name_zh: name, name_en: english.provinces[code], parent: code }));
  }
  const ordinary = citySource.filter((c) => c.code.slice(2, 4) !== DIRECT);
  // The source also lists the collective 市辖区 of each city, which is no place anyone visits.
  const direct = areaSource.filter((a) => a.code.slice(2, 4) === DIRECT && a.name !== '市辖区');
  for (const { code, name } of [...ordinary, ...direct]) {
    made.push(row({
      kind: 'prefecture', code, name_zh: name, name_en: englishOf(code, name, english), parent: parentOf(code),
    }));
  }
  made.sort(byCode);
  for (const [alpha2, kind] of [['HK', 'sar'], ['MO', 'sar'], ['TW', 'taiwan']]) {
    const code = CHINA[alpha2];
    const { name } = provinceSource.find((p) => p.code === code);
    made.push(row({ kind, code, name_zh: name, name_en: english.provinces[code], parent: code, alpha2 }));
  }
  return made;
}

/** ISO 3166-1 without China, ordered by alpha-3. */
export function countries(english, chinese) {
  return Object.entries(iso.getAlpha2Codes())
    .filter(([alpha2]) => !(alpha2 in CHINA) && !NOT_ISO.includes(alpha2))
    .map(([alpha2, code]) => row({
      kind: 'country',
      code,
      name_zh: chinese.countries[code] ?? first(isoNames.zh[alpha2]),
      name_en: english.countries[code] ?? first(isoNames.en[alpha2]),
      alpha2,
    }))
    .sort(byCode);
}

const first = (name) => (Array.isArray(name) ? name[0] : name);

/** Rows added or retired since the first edition, in the order in which they were added. */
export function appended(changes) {
  return changes.map(({ why, ...fields }) => row({ kind: 'prefecture', ...fields }));
}

/** Dates of rows that the sources list without one. */
export function applyDates(rows, dated) {
  for (const { code, why, ...dates } of dated) {
    const found = rows.find((r) => r.code === code);
    if (!found) throw new Error(`changes.json dates ${code}, which is in no source`);
    Object.assign(found, dates);
  }
}
