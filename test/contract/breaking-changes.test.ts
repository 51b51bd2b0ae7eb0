import t from 'tap'
import { breakingChanges, type Document } from '../../openapi/breaking-changes.js'
import { committed } from './document.js'

const before = committed as unknown as Document

type Edit = readonly [place: string, value?: unknown]

/** What breaks when places of the document are given other values, or none. */
function after (...edits: readonly Edit[]): string[] {
  const changed = structuredClone(committed) as unknown as Document
  for (const [place, value] of edits) edit(changed as Record<string, unknown>, place.split(' '), value)
  return breakingChanges(before, changed)
}

function edit (holder: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length > 0) edit(holder[name] as Record<string, unknown>, rest, value)
  else if (value === undefined) delete holder[name]
  else holder[name] = value
}

t.test('nothing breaks where nothing changed', async t => {
  t.same(breakingChanges(before, before), [])
})

t.test('what only adds breaks nobody', async t => {
  t.same(after(
    ['paths /new', committed.paths['/upload-url']],
    ['components schemas UploadUrl properties checksum', { type: 'string' }],
    ['components schemas UploadDeclaration properties language', { type: 'string' }],
    ['components schemas UploadBatch properties files maxItems', 1000],
    ['paths /upload-url get parameters 4', { name: 'language', in: 'query', required: false, schema: { type: 'string' } }],
    ['paths /upload-url get responses 418', { description: 'new' }]
  ), [])
})

const BREAKING: Readonly<Record<string, readonly [edit: Edit, message: RegExp]>> = {
  'an operation that is gone': [['paths /upload-url get'], /GET \/upload-url is gone/],
  'an operation by another name': [['paths /upload-url get operationId', 'getUrl'], /operationId/],
  'a parameter that is gone': [['paths /upload-url get parameters', []], /parameter filename is gone/],
  'a parameter that is required': [['paths /upload-url get parameters 0 required', true], /parameter filename is required/],
  'a body where there was none': [['paths /upload-url get requestBody', { content: {} }], /a body is required/],
  'a field of a request that is gone': [['components schemas UploadDeclaration properties sha256'], /body.*sha256 is gone/],
  'a field of a request that is required': [['components schemas UploadDeclaration required', ['size']], /size is required/],
  'a bound of a request that is tighter': [['components schemas UploadBatch properties files maxItems', 10], /maxItems 100 does not fit 10/],
  'a value of a request that is no longer taken': [['components schemas UppySignRequest properties method enum', ['PUT']], /values POST, GET, DELETE are no longer taken/],
  'a status that is gone': [['paths /upload-url get responses 200'], /status 200 is gone/],
  'a field of a reply that is gone': [['components schemas UploadUrl properties key'], /reply 200\/key is gone/],
  'a field of a reply that is no longer certain': [['components schemas UploadUrl required', ['url']], /no longer certain/],
  'a field of another type': [['components schemas UploadUrl properties expiresIn type', 'string'], /type was integer, and is string/],
  'a bound of a reply that is wider': [['components schemas UploadUrl properties expiresIn maximum'], /maximum none does not fit 604800/],
  'a new value in a reply': [['components schemas UploadStatus properties status enum', ['pending', 'uploaded', 'rejected', 'lost']], /values lost are new/],
  'a new kind of reply': [['paths /uppy/s3/multipart/{path} get responses 200 content application/json schema anyOf 3', { type: 'string' }], /new kind of reply/]
}

for (const [name, [edit, message]] of Object.entries(BREAKING)) {
  t.test(`${name} breaks clients`, async t => {
    const problems = after(edit)
    t.ok(problems.some(problem => message.test(problem)), problems.join('\n'))
  })
}
