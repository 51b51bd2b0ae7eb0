import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readFile } from 'node:fs/promises'
import type { FastifyInstance, RouteOptions } from 'fastify'
import t, { type Test } from 'tap'
import { loadConfig } from '../../plugins/config.js'
import { buildApp } from '../../src/app.js'

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly requestBody?: object; readonly parameters?: object }>>>
  >
}

async function documentOf (t: Test): Promise<Document> {
  const app = await buildApp(loadConfig({ PORT: '0', LOG_LEVEL: 'silent' }), { storeDirectory: t.testdir() })
  t.teardown(() => app.close())
  await app.ready()
  return app.swagger() as unknown as Document
}

t.test('every test that SECURITY.md names is there', async t => {
  const text = await readFile('SECURITY.md', 'utf8')
  const references = [...text.matchAll(/`([\w./-]+)`: “([^”]+)”/g)]
  t.equal(text.match(/^\| API\d+ /gm)?.length, 10)
  t.ok(references.length > 10)
  for (const [, file, name] of references) t.ok((await readFile(file!, 'utf8')).includes(name!), `${file}: ${name}`)
})

t.test('every risk has a test', async t => {
  for (const row of (await readFile('SECURITY.md', 'utf8')).match(/^\| API\d+ .*$/gm)!) { t.match(row, /`test\/[^`]+`: “/, row.slice(0, 40)) }
})

t.test('no field of any request takes an address', async t => {
  const { paths } = await documentOf(t)
  const requests = Object.values(paths)
    .flatMap(path => Object.values(path))
    .map(({ requestBody, parameters }) => JSON.stringify({ requestBody, parameters }))
  t.ok(requests.length > 5)
  for (const request of requests) { t.notMatch(request, /"format":"ur[il]"|"(url|uri|endpoint|callback|webhook|redirect)"/i) }
})

t.test('every route is in the OpenAPI document', async t => {
  const routes: RouteOptions[] = []
  const watch = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance }
    fastify.addHook('onRoute', route => {
      routes.push(route)
    })
  }
  subscribe('fastify.initialization', watch)
  t.teardown(() => unsubscribe('fastify.initialization', watch))
  const { paths } = await documentOf(t)
  const undocumented = routes
    .filter(
      ({ method, schema, url }) =>
        ['GET', 'POST', 'PUT', 'DELETE'].includes(String(method)) && schema?.hide !== true && !url.startsWith('/docs')
    )
    .map(({ url }) => url.replace(/:(\w+)/g, '{$1}').replace('*', '{path}'))
    .filter(url => !(url in paths))
  t.ok(routes.length > 20)
  t.same(undocumented, [])
})
