import { readFileSync } from 'node:fs'
import type { TSchema } from '@sinclair/typebox'
import { EnvironmentSchema } from '../../plugins/config.js'
import { errors } from '../../plugins/upload-url/errors.js'
import type { Operation } from '../../plugins/upload-url/operation.js'
import { operations } from '../../plugins/upload-url/operations/index.js'
import { OptionsSchema } from '../../plugins/upload-url/options.js'
import { differences, type Outcome } from '../s3/differences.js'
import { LET_PASS, recordFile, type PromiseRecord } from '../s3/promise-record.js'

/** Options that are functions or objects: how they are written, and what they are. */
const CALLBACKS: Readonly<Record<string, readonly [written: string, description: string]>> = {
  client: ['client', 'Your `S3Client`, or the configuration of one. Default: the SDK’s own region and credentials.'],
  owner: [
    'owner(request)',
    'Names the owner of a request, by your own authentication: a string or an integer, or a promise of one. ' +
      '`undefined`, `null` or an empty string is answered 401.'
  ],
  allowAnonymous: ['allowAnonymous', '`true`, in place of `owner`, lets anybody upload, as the owner `anonymous`.'],
  authorize: [
    'authorize(request, { owner, operation, input })',
    'Authorization hook, after validation: only `true` allows the request, anything else is answered 403, and an error ' +
      'of yours is the answer. Default: every owner may do everything below their own prefix.'
  ],
  policy: [
    'policy(request, { owner, operation, input })',
    'Narrows the options for one request, once it is authorized: returns any of `maxSize`, `minSize`, `formats`, ' +
      '`maxDuration`, `expiresIn`, `require`, `metadata` and `tags`, or throws to refuse. See ' +
      '[Policies](#policies). Default: the options hold.'
  ],
  clock: ['clock()', 'The time, for tests. Default: the system clock, corrected by the SDK.'],
  createId: [
    'createId()',
    'The unguessable part of a key: 1 to 64 letters, digits, `_` and `-`. Default: a random UUID.'
  ],
  prefix: ['prefix', 'A path before all routes, as in `/v1`. Default: none.'],
  logLevel: ['logLevel', 'Fastify’s own, for the routes of the plugin.'],
  logSerializers: ['logSerializers', 'Fastify’s own, for the routes of the plugin.']
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const table = (head: readonly string[], rows: ReadonlyArray<readonly string[]>) =>
  [head, head.map(() => '---'), ...rows].map(row => `| ${row.map(cell).join(' | ')} |`).join('\n')

function operationsTable (): string {
  const rows = Object.entries<Operation>(operations).flatMap(([id, { route, docs }]) => {
    if (route === undefined) return []
    const paths = [route.url, ...Object.values(route.aliases ?? {})].map(url => `\`${route.method} ${url}\``)
    const condition = route.option === undefined ? '' : ` (option \`${route.option}\`)`
    return [[paths.join(', '), `\`${id}\``, docs.summary + condition]]
  })
  return table(['route', '`app.uploads`', 'what it does'], rows)
}

function optionsTable (): string {
  const rows = Object.entries<TSchema>(OptionsSchema.properties).map(([name, { description, default: preset }]) => {
    const [written, text] = CALLBACKS[name] ?? [name, description]
    if (text === undefined) throw new Error(`no description of the option ${name}`)
    return [`\`${written}\``, preset === undefined ? text : `${text} Default: \`${preset}\`.`]
  })
  return table(['option', 'what it is'], rows)
}

function environmentTable (): string {
  const rows = Object.entries<TSchema>(EnvironmentSchema.properties).map(([name, { default: preset, description }]) => [
    `\`${name}\``,
    description!,
    preset === undefined ? '' : `\`${preset}\``
  ])
  return table(['variable', 'must be', 'default'], rows)
}

function errorsTable (): string {
  const rows = Object.values(errors).map(UploadError => {
    const { code, statusCode, message } = new UploadError()
    return [`\`${code}\``, String(statusCode), message.replaceAll('%s', '…')]
  })
  return table(['code', 'status', 'message'], rows)
}

const answer = ([status, code]: Outcome) => (code === '' ? `${status}` : `${status} ${code}`)

function guaranteesTable (): string {
  const [local, rgw] = (['local-s3', 'rgw'] as const).map(
    kind => JSON.parse(readFileSync(recordFile(kind), 'utf8')) as PromiseRecord
  )
  const rows = Object.entries(local!).flatMap(([guarantee, outcomes]) =>
    Object.entries(outcomes).map(([sent, outcome]) => {
      const reason = LET_PASS.rgw[`${guarantee}: ${sent}`]
      const other = rgw![guarantee]?.[sent]
      const rgwAnswer = other === undefined ? '' : answer(other)
      return [guarantee, sent, answer(outcome), reason === undefined ? rgwAnswer : `${rgwAnswer}: ${reason}`]
    })
  )
  return table(['signed', 'sent', 'embedded store', 'Ceph RGW'], rows)
}

function differencesTable (): string {
  const rows = Object.entries(differences).map(([name, { localS3, rgw, why }]) => [
    name,
    answer(localS3),
    answer(rgw),
    why
  ])
  return table(['behaviour', 'embedded store', 'Ceph RGW', 'why'], rows)
}

/** The tables by the name in their marker, `<!-- name -->`. */
export const TABLES = {
  operations: operationsTable,
  options: optionsTable,
  environment: environmentTable,
  errors: errorsTable,
  guarantees: guaranteesTable,
  differences: differencesTable
}

/** A document with every table in it made from what it describes. */
export function withTables (text: string): string {
  return Object.entries(TABLES).reduce(
    (document, [name, make]) =>
      document.replace(
        new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`),
        (_match, start, end) => `${start}${make()}\n${end}`
      ),
    text
  )
}
