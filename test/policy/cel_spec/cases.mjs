// SPDX-License-Identifier: Apache-2.0
// The conformance cases of the CEL specification that concern an evaluator over JSON, in the typed
// form of `postern policy eval --jsonl`.
import { tests } from '@bufbuild/cel-spec/testdata/conformance.js'

export const CORE = ['basic', 'comparisons', 'conversions', 'fields', 'fp_math', 'integer_math', 'lists',
  'logic', 'macros', 'namespace', 'parse', 'plumbing', 'string', 'timestamps']
export const EXTENSIONS = ['macros2', 'string_ext', 'encoders_ext', 'bindings_ext', 'math_ext']

// What needs protocol buffer messages, enums or wrappers is not for JSON.
const PROTOBUF = /proto2|proto3|TestAllTypes|cel\.expr\.conformance|objectValue|NestedEnum|GlobalEnum|google\.protobuf\.(?!Timestamp|Duration)/
const WELL_KNOWN = { 'google.protobuf.Timestamp': 'timestamp', 'google.protobuf.Duration': 'duration' }

const number = value => typeof value === 'number' ? (Object.is(value, -0) ? '-0' : String(value)) : value

export function typed (value) {
  if ('int64Value' in value) return { int: value.int64Value }
  if ('uint64Value' in value) return { uint: value.uint64Value }
  if ('doubleValue' in value) return { double: number(value.doubleValue) }
  if ('stringValue' in value) return { string: value.stringValue }
  if ('bytesValue' in value) return { bytes: value.bytesValue }
  if ('boolValue' in value) return { bool: value.boolValue }
  if ('nullValue' in value) return { null: true }
  if ('typeValue' in value) return { type: value.typeValue }
  if ('listValue' in value) return { list: (value.listValue.values ?? []).map(typed) }
  if ('mapValue' in value) {
    return { map: (value.mapValue.entries ?? []).map(e => [typed(e.key), typed(e.value)]) }
  }
  const name = value.objectValue?.['@type']?.replace(/^.*\//, '')
  if (WELL_KNOWN[name]) return { [WELL_KNOWN[name]]: value.objectValue.value }
  throw new Error(`no typed form of ${JSON.stringify(value)}`)
}

const needsProtobuf = test => PROTOBUF.test(JSON.stringify(test).replaceAll(
  /\{"@type":"[^"]*google\.protobuf\.(Timestamp|Duration)","value":"[^"]*"\}/g, '""').replaceAll('objectValue', ''))

function caseOf (file, section, test) {
  const bindings = Object.entries(test.bindings ?? {}).map(([name, b]) => [name, typed(b.value)])
  return {
    file,
    name: `${file}/${section}/${test.name}`,
    expr: test.expr,
    container: test.container ?? '',
    bindings: Object.fromEntries(bindings),
    expected: test.evalError ? { error: test.evalError.errors?.[0]?.message ?? '' }
      : typed(test.value ?? test.typedResult?.result ?? { boolValue: true })
  }
}

const sections = suite => [{ name: '', tests: suite.tests ?? [] }, ...(suite.suites ?? [])]

export function cases (files) {
  return tests.suites.filter(suite => files.includes(suite.name)).flatMap(suite =>
    sections(suite).flatMap(section => (section.tests ?? [])
      .map(test => test.original)
      .filter(test => !test.checkOnly && !needsProtobuf(test))
      .map(test => caseOf(suite.name, section.name, test))))
}

const double = text => text === 'NaN' ? NaN : Number(text.replace('inf', 'Infinity'))
const nanos = text => {
  const [, sign, whole, part] = /^(-?)(\d+)(?:\.(\d+))?s$/.exec(text)
  return BigInt(`${sign}${whole}${(part ?? '').padEnd(9, '0')}`)
}
const instant = text => {
  const [, head, part] = /^(.*?)(?:\.(\d+))?Z$/.exec(text)
  return `${head}.${(part ?? '').padEnd(9, '0')}`
}

// Any error will do where one is expected: messages are an implementation's own.
export function same (expected, got) {
  const [[kind, want]] = Object.entries(expected)
  if (got === null || typeof got !== 'object' || !(kind in got)) return false
  const have = got[kind]
  switch (kind) {
    case 'error': return true
    case 'double': return Object.is(double(String(want)), double(String(have)))
    case 'duration': return nanos(want) === nanos(have)
    case 'timestamp': return instant(want) === instant(have)
    case 'list': return want.length === have.length && want.every((item, i) => same(item, have[i]))
    case 'map':
      return want.length === have.length &&
        want.every(([k, v]) => have.some(([a, b]) => same(k, a) && same(v, b)))
    default: return want === have
  }
}
