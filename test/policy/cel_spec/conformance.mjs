// SPDX-License-Identifier: Apache-2.0
// conformance.mjs [--list] - run the cases through `postern policy eval --jsonl` and, when DEVICE names
// a program that runs a container of compiled cases, through the same engine built for Cortex-M3.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CORE, EXTENSIONS, cases, same } from './cases.mjs'

const postern = process.env.POSTERN ?? 'postern'
const exceptions = JSON.parse(readFileSync(new URL('exceptions.json', import.meta.url)))
const OUTPUT_MAX = 64 << 20

const answers = text => text.trimEnd().split('\n').map(line => JSON.parse(line).result)

function evaluate (all, container) {
  const lines = all.map(({ expr, container, bindings }) => JSON.stringify({ expr, container, bindings }))
  return answers(execFileSync(postern, ['policy', 'eval', '--jsonl', '--no-fold', '--emit', container],
    { input: lines.join('\n') + '\n', maxBuffer: OUTPUT_MAX, encoding: 'utf8' }))
}

const shown = value => value === undefined ? 'nothing' : JSON.stringify(value)

// Cases that fail, less those that are written down; one that is written down and passes is told too.
function judge (title, all, got, floor) {
  const failed = all.filter((c, i) => !same(c.expected, got[i]))
  const names = new Set(failed.map(c => c.name))
  const known = all.filter(c => exceptions[c.name])
  const unknown = failed.filter(c => !exceptions[c.name])
  const stale = known.filter(c => !names.has(c.name))
  console.log(`${title}: ${all.length - failed.length} of ${all.length}, ${known.length} written exceptions`)
  if (process.argv.includes('--list') || unknown.length <= 40) {
    for (const c of unknown) {
      console.log(`  ${c.name}: ${c.expr}\n    expected ${shown(c.expected)}\n    got      ${shown(got[all.indexOf(c)])}`)
    }
  }
  for (const c of stale) console.log(`  ${c.name} passes: it is no exception any more`)
  return unknown.length === 0 && stale.length === 0 && all.length - failed.length >= floor
}

function device (program, container, host) {
  const got = answers(execFileSync(program, [container], { maxBuffer: OUTPUT_MAX, encoding: 'utf8' }))
  const agree = (a, b) => JSON.stringify(a) === JSON.stringify(b) || (b === 'not compiled' && 'error' in a)
  const differ = host.flatMap((value, i) => agree(value, got[i]) ? [] : [i])
  console.log(`Cortex-M3: ${got.length} cases, ${differ.length} differ from the host`)
  for (const i of differ.slice(0, 20)) console.log(`  case ${i}: host ${shown(host[i])}, device ${shown(got[i])}`)
  return differ.length === 0 && got.length === host.length
}

const core = cases(CORE)
const extensions = cases(EXTENSIONS)
const folder = mkdtempSync(join(tmpdir(), 'cel-spec-'))
try {
  const container = join(folder, 'cases.bin')
  const host = evaluate([...core, ...extensions], container)
  const results = [
    judge('Edge-Core', core, host.slice(0, core.length), core.length - 10),
    judge('Edge-Ext', extensions, host.slice(core.length), 450)
  ]
  if (process.env.DEVICE) results.push(device(process.env.DEVICE, container, host))
  process.exitCode = results.every(Boolean) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
