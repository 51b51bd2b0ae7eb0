// The program that fastify-versions.extra.ts bundles and runs beside some version of Fastify.
import t from 'tap'
import { testEveryRoute, testTokenRoutes } from '../fixtures/every-route.js'
import { allSettings, startHost } from '../fixtures/host-settings.js'
import { startStore } from '../fixtures/store.js'

for (const [name, setting] of Object.entries({ nothing: {}, everything: allSettings() })) {
  t.test(`every route works in an app that sets ${name}`, async t => {
    const app = await startHost(t, await startStore(t), setting)
    t.comment(`Fastify ${app.version}`)
    await testEveryRoute(t, app)
    await testTokenRoutes(t, app)
  })
}
