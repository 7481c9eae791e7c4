import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAppendOnly, toCsv, COLUMNS } from './table.mjs';
import { romanise } from './rows.mjs';

const line = (index, code) => `${index},prefecture,${code},名,Name,,,,,`;
const file = (...lines) => `${COLUMNS.join(',')}\n${lines.join('\n')}\n`;

test('a row may be added at the end', () => {
  assertAppendOnly(file(line(0, '110000')), file(line(0, '110000'), line(1, '120000')));
});

test('a row may not be moved, replaced or dropped', () => {
  const before = file(line(0, '110000'), line(1, '120000'));
  assert.throws(() => assertAppendOnly(before, file(line(0, '120000'), line(1, '110000'))), /index 0/);
  assert.throws(() => assertAppendOnly(before, file(line(0, '110000'), line(1, '130100'))), /index 1/);
  assert.throws(() => assertAppendOnly(before, file(line(0, '110000'))), /index 1/);
});

test('a value that would need quoting is refused', () => {
  assert.throws(() => toCsv(['name_en'], [{ name_en: 'Virgin Islands, British' }]), /not fit/);
});

test('names are romanised as one word with an apostrophe before a vowel', () => {
  assert.equal(romanise('西安'), "Xi'an");
  assert.equal(romanise('六安'), "Lu'an");
  assert.equal(romanise('武汉'), 'Wuhan');
  assert.equal(romanise('厦门'), 'Xiamen');
});
