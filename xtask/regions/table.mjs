// The shape of the two files and the checks that they must pass before they are written.

export const COLUMNS = [
  'index', 'kind', 'code', 'name_zh', 'name_en', 'parent', 'valid_from', 'valid_to', 'successor', 'alpha2',
];
export const PROVINCE_COLUMNS = ['code', 'name_zh', 'name_en'];
/** Three bitmaps of 253 bits each, one field element apiece. */
export const CAPACITY = 759;

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const PINYIN = /^[A-Za-z' ]+$/;

/** No value may hold a comma, a quote or a line break, so the files need no quoting and no CSV library to read. */
export function toCsv(columns, rows) {
  const lines = rows.map((row) =>
    columns.map((column) => {
      const value = String(row[column] ?? '');
      if (/[",\r\n]/.test(value) || value !== value.trim() || value !== value.normalize('NFC')) {
        throw new Error(`value not fit for the file: ${column} ${JSON.stringify(value)}`);
      }
      return value;
    }).join(','),
  );
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}

export function checkRows(rows, provinces, english, chinese) {
  const fail = (row, why) => {
    throw new Error(`${row.code} ${row.name_zh}: ${why}`);
  };
  if (rows.length > CAPACITY) throw new Error(`${rows.length} rows, room for ${CAPACITY}`);
  const codes = new Set(rows.map((row) => row.code));
  if (codes.size !== rows.length) throw new Error('a code stands twice');
  const provinceCodes = new Set(provinces.map((p) => p.code));
  for (const province of provinces) {
    if (!province.name_zh || !province.name_en) fail(province, 'a name is missing');
  }
  for (const row of rows) {
    if (!row.name_zh || !row.name_en) fail(row, 'a name is missing');
    if (row.kind === 'country') {
      if (!/^[A-Z]{3}$/.test(row.code) || !/^[A-Z]{2}$/.test(row.alpha2)) fail(row, 'not an ISO 3166-1 code');
    } else {
      if (!/^\d{6}$/.test(row.code)) fail(row, 'not a GB/T 2260 code');
      if (!provinceCodes.has(row.parent)) fail(row, `parent ${row.parent} is no province`);
      if (!PINYIN.test(row.name_en)) fail(row, `English name ${row.name_en}`);
    }
    for (const date of [row.valid_from, row.valid_to]) {
      if (date && !DATE.test(date)) fail(row, `date ${date}`);
    }
    if (row.valid_from && row.valid_to && row.valid_from >= row.valid_to) fail(row, 'ends before it begins');
    if (row.successor && (!row.valid_to || !codes.has(row.successor))) fail(row, `successor ${row.successor}`);
  }
  for (const [table, given] of [['divisions', english.divisions], ['countries', english.countries], ['countries', chinese.countries]]) {
    for (const code of Object.keys(given)) {
      if (!codes.has(code)) throw new Error(`a reviewed name of ${table} is for ${code}, which has no row`);
    }
  }
}

/** Notes on the ledger hold indexes: what an index that is out means may never change. */
export function assertAppendOnly(before, after) {
  const meaning = (text) => text.trimEnd().split('\n').slice(1).map((line) => line.split(',').slice(0, 3).join(','));
  const now = meaning(after);
  meaning(before).forEach((line, at) => {
    if (now[at] !== line) throw new Error(`index ${at} was "${line}" and would become "${now[at] ?? 'nothing'}"`);
  });
}
