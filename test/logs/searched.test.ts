import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { RUN_SOURCE } from '../fixtures/source.js'

const SIGNATURE = 'a1b2'.repeat(16)
const KEY = 'k3y-'.repeat(6)

function run (options: string, handler: string) {
  const app = `
    import Fastify from 'fastify'
    const app = Fastify(${options})
    app.decorateRequest('caller', 'alice')
    app.get('/', async request => { ${handler} })
    await app.inject({ url: '/', headers: { authorization: 'Bearer ${KEY}' } })`
  return promisify(execFile)(process.execPath, [
    ...RUN_SOURCE,
    '--import',
    './test/logs/searched.ts',
    '--input-type=module',
    '--eval',
    app
  ])
}

for (const [what, options] of [
  ['nothing by itself', '{}'],
  ['to a stream', '{ logger: { stream: { write () {} } } }']
] as const) {
  t.test(`of an app that logs ${what}`, async t => {
    await t.resolves(
      run(options, `request.log.info('nothing to see'); return 'X-Amz-Signature=${SIGNATURE}'`),
      'harmless lines pass'
    )
    const failure = { code: 1, stderr: /A secret in a log: / }
    await t.rejects(run(options, 'request.log.info(request.headers); return 1'), failure, 'a key is found')
    await t.rejects(
      run(options, `request.log.info('signed: ${SIGNATURE}'); return 'X-Amz-Signature=${SIGNATURE}'`),
      failure,
      'a signature is found, though it was logged before it was sent'
    )
    await t.rejects(
      run(options, "const error = new Error('wrong key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'); throw error"),
      failure,
      'a secret access key in an error is found'
    )
  })
}
