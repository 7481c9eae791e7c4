// What a phone should reach, and the table of figures beside it.

/** The most that each figure should come to. */
const AIMS = {
  wasm_prove_pass_ms_1t: 1_500,
  wasm_prove_checkin_ms_1t: 1_500,
  wasm_prove_pass_ms_2t: 900,
  wasm_prove_checkin_ms_2t: 900,
  wasm_verify_ms: 15,
  prove_memory_mib: 150,
  show_offline_ms: 1_000,
  refresh_ms: 50,
  scan_to_verdict_ms: 300,
  risk_change_turned_away: 0,
  wasm_brotli_bytes: 400_000,
  daily_bytes: 20_000,
  ...Object.fromEntries(['home', 'wallet', 'gate', 'regulator', 'attester'].map((entry) => [`entry_gzip_bytes.${entry}`, 70_000])),
}

/** Figures one below another, those of a figure under its name. */
function flat(figures, above = '') {
  return Object.entries(figures).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? flat(value, `${above}${name}.`) : [[above + name, value]],
  )
}

/** Every aim that has a figure, and whether it is reached. */
export function against(figures) {
  const found = Object.fromEntries(flat(figures))
  const measured = Object.entries(AIMS).filter(([name]) => typeof found[name] === 'number')
  return Object.fromEntries(measured.map(([name, aim]) => [name, { aim, reached: found[name] <= aim }]))
}

export function table({ aims, ...figures }) {
  const line = ([name, value]) => {
    const aim = aims[name]
    const beside = aim ? `${aim.aim}${aim.reached ? '' : '  MISSED'}` : ''
    return `${name.padEnd(54)} ${String(value).padStart(12)}  ${beside}`.trimEnd()
  }
  return ['figure'.padEnd(54) + 'measured'.padStart(13) + '  at most', ...flat(figures).map(line)].join('\n')
}
