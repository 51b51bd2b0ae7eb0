import { readFileSync } from 'node:fs'
import type { TSchema } from '@sinclair/typebox'
import { EnvironmentSchema } from '../../plugins/config.js'
import { errors } from '../../plugins/upload-url/errors.js'
import { SettingsSchema } from '../../plugins/upload-url/options.js'
import { differences, type Outcome } from '../s3/differences.js'
import { LET_PASS, recordFile, type PromiseRecord } from '../s3/promise-record.js'

/** Options that are functions or objects, which no schema describes. */
const COLLABORATORS = [
  ['`owner(request)`', 'Whose request this is, from your own authentication: a name, or a promise of one. Empty or undefined is answered 401.'],
  ['`allowAnonymous`', '`true` in place of `owner` lets anybody upload, as the owner `anonymous`.'],
  ['`client`', 'Your `S3Client`, or the configuration for one. Default: the SDK’s own region and credential chain.'],
  ['`authorize(request, { owner, operation })`', 'Your own say, after validation: return false to answer 403, or throw an error of yours. Default: owners may do everything below their own prefix.'],
  ['`onInspected(status, { owner })`', 'Runs when an upload has been inspected, before the request is answered. May run again for the same upload.'],
  ['`clock()`, `createId()`', 'The time and the unguessable part of keys, for tests.'],
  ['`prefix`', 'A path before all routes.']
] as const

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const table = (head: readonly string[], rows: ReadonlyArray<readonly string[]>) =>
  [head, head.map(() => '---'), ...rows].map(row => `| ${row.map(cell).join(' | ')} |`).join('\n')

function optionsTable (): string {
  const settings = Object.entries(SettingsSchema.properties).map(([name, schema]) => [`\`${name}\``, (schema as TSchema).description!])
  return table(['option', 'what it is'], [...settings, ...COLLABORATORS])
}

function environmentTable (): string {
  const rows = Object.entries(EnvironmentSchema.properties).map(([name, schema]) => {
    const { default: preset, description } = schema as TSchema
    return [`\`${name}\``, description!, preset === undefined ? '' : `\`${preset}\``]
  })
  return table(['variable', 'has to be', 'default'], rows)
}

function errorsTable (): string {
  const rows = Object.values(errors).map(UploadError => {
    const { code, statusCode, message } = new UploadError()
    return [`\`${code}\``, String(statusCode), message.replaceAll('%s', '…')]
  })
  return table(['code', 'status', 'message'], rows)
}

const answer = ([status, code]: Outcome) => code === '' ? `${status}` : `${status} ${code}`

function promisesTable (): string {
  const [local, rgw] = (['local-s3', 'rgw'] as const).map(kind => JSON.parse(readFileSync(recordFile(kind), 'utf8')) as PromiseRecord)
  const rows = Object.entries(local!).flatMap(([promise, outcomes]) => Object.entries(outcomes).map(([sent, outcome]) => {
    const reason = LET_PASS.rgw[`${promise}: ${sent}`]
    const judged = rgw![promise]?.[sent]
    return [promise, sent, answer(outcome), (judged === undefined ? '' : answer(judged)) + (reason === undefined ? '' : ` – ${reason}`)]
  }))
  return table(['promise', 'sent', 'embedded store', 'Ceph RGW'], rows)
}

function differencesTable (): string {
  return table(['behaviour', 'embedded store', 'Ceph RGW', 'why'], Object.entries(differences).map(([name, { localS3, rgw, why }]) => [name, answer(localS3), answer(rgw), why]))
}

const TABLES = { options: optionsTable, environment: environmentTable, errors: errorsTable, promises: promisesTable, differences: differencesTable }

/** The README with every table made anew from what it describes. */
export function withTables (readme: string): string {
  return Object.entries(TABLES).reduce((text, [name, make]) =>
    text.replace(new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`), (_match, start, end) => `${start}${make()}\n${end}`), readme)
}
