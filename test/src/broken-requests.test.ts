import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { loadConfig } from '../../plugins/config.js'
import { buildApp } from '../../src/app.js'

async function answerTo (t: Test, bytes: string): Promise<{ readonly head: string, readonly body: unknown }> {
  const app = await buildApp(loadConfig({ PORT: '0', LOG_LEVEL: 'silent' }), { storeDirectory: t.testdir() })
  t.teardown(() => app.close())
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(bytes)
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  return { head, body: JSON.parse(body) }
}

t.test('bytes that are no HTTP are answered 400, with a code', async t => {
  const { head, body } = await answerTo(t, 'NONSENSE\r\n\r\n')
  t.match(head, /^HTTP\/1\.1 400 Bad Request\r\n/)
  t.same(body, { statusCode: 400, code: 'FST_MALFORMED_REQUEST', error: 'Bad Request', message: 'Malformed request' })
})

t.test('headers without end are answered 431, with a code', async t => {
  const { head, body } = await answerTo(t, `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`)
  t.match(head, /^HTTP\/1\.1 431 /)
  t.match(body, { statusCode: 431, code: 'FST_HEADERS_TOO_LARGE', error: 'Request Header Fields Too Large' })
})
